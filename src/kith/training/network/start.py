"""What a training begins from: a network of the catalogue or of the user's own, or a random one."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import onnx

from kith.errors import UnknownModel, printable
from kith.models.card import Licence
from kith.models.catalogue import CARDS, FUSIONS, PRESETS, card, known
from kith.models.graphs import find_graph
from kith.models.licences import require_derivatives
from kith.models.own import is_own
from kith.models.rewrite import free_batch, rewrite
from kith.training.network.backbones import BACKBONES

if TYPE_CHECKING:
    from kith.models.card import Input, ModelCard
    from kith.models.store import ModelStore

OWN = Licence(
    name="yours",
    commercial=True,
    url="",
    note="it learned from your photos alone",
)
"""Of a network that began at random."""


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """A network before learning.

    Attributes:
        name: as the user gave it.
        card: of the network; None where it begins at random.
        model: the graph: one input, one output, any number of faces at once.
        input: what it is given.
        crop: name of the crop recipe.
        dimension: numbers in an embedding.
        licence: of its weights; what comes out inherits it.
        paper: where the network is published.
    """

    name: str
    card: ModelCard | None
    model: onnx.ModelProto
    input: Input
    crop: str
    dimension: int
    licence: Licence
    paper: str


def open_start(name: str, store: ModelStore, seed: int) -> Start:
    """Open what a training begins from.

    Args:
        name: a backbone, which begins at random, or an embedder of the catalogue or of the
            user's own.
        store: where models are.
        seed: of the random numbers.

    Raises:
        UnknownModel: there is nothing of this name that can learn; the message lists what can.
        LicenceForbidsDerivatives: changed weights may not be made.
        LicenceNotAccepted: the licence asks for that first.
        ModelError: the weights cannot be had.
    """
    backbone = BACKBONES.get(name)
    if backbone is not None:
        return Start(
            name,
            None,
            backbone.draw(seed),
            backbone.input,
            backbone.crop,
            backbone.dimension,
            OWN,
            backbone.paper,
        )
    found = embedder(name, store)
    require_derivatives(found)
    store.require_licence(found)
    model = onnx.load_model_from_string(_graph(found, store))
    return Start(
        name,
        found,
        model,
        found.input,
        found.crop,
        found.dimension,
        found.licence,
        found.paper,
    )


def _graph(found: ModelCard, store: ModelStore) -> bytes:
    """Return a card's graph with all that learned in it, for any number of faces at once."""
    if found.importer:
        return find_graph(found, store, output=found.output).path.read_bytes()
    # Not the graph that the store made of it for speed: in that, normalisations are folded away.
    return rewrite(store.path(found).read_bytes(), [free_batch])


def embedder(name: str, store: ModelStore) -> ModelCard:
    """Return the card of a single embedder, of the catalogue or of the user's own.

    Raises:
        UnknownModel: there is nothing of this name that can learn; the message lists what can.
    """
    can = [*BACKBONES, *known("embedding", store.home)]
    plain, plus, _ = name.partition("+")
    if plus and plain in can:
        raise UnknownModel(
            f"{printable(name, 60)!r}: only {plain} itself can learn; leave the rest"
        )
    if name in FUSIONS or name in PRESETS:
        raise UnknownModel(
            f"{name} joins networks or stands for one; name the one that is to learn: "
            f"{', '.join(can)}"
        )
    if name not in can and (name in CARDS or is_own(store.home, name)):
        card(name, store.home)  # one of the user's own that is damaged says so
        raise UnknownModel(f"{name} is not an embedder; what can learn: {', '.join(can)}")
    if name not in can:
        nearest = difflib.get_close_matches(name.casefold(), can, n=1)
        hint = f"; did you mean {nearest[0]}?" if nearest else ""
        raise UnknownModel(
            f"nothing that can learn is called {printable(name, 60)!r}{hint} "
            f"(there is: {', '.join(can)})"
        )
    return card(name, store.home)
