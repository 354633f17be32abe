"""Card → session → unit vectors, in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kith.alignment import RECIPES
from kith.embedding.fusion import FusedEmbedder, needing, parse
from kith.embedding.inputs import network_input
from kith.embedding.spec import MIRROR, Spec
from kith.errors import UnknownModel
from kith.models.graphs import find_graph
from kith.models.session import check_device, load_graph
from kith.types import EmbeddingContract

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.models.card import Threshold, Tradition
    from kith.models.session import Session
    from kith.models.store import ModelStore
    from kith.types import Pixels, Vector

Described: TypeAlias = "tuple[Vector, list[float | None]]"
"""Unit vectors, N × dimension, and the length that each had; None where several were joined."""

BATCH = 2
"""Crops per call. More are slower on a CPU: their activations no longer fit its cache."""


class Embedder:
    """Turns crops into vectors. Safe to call from several threads at once.

    Args:
        spec: the network and the way it is used.
        session: runs it.
        weights_sha256: of the weight file, where that is not the card's own.

    Attributes:
        id: the embedder's name.
        card: of the network.
        recipe: makes the crop this network wants.
        contract: what must agree before two vectors may be compared.
    """

    def __init__(self, spec: Spec, session: Session, weights_sha256: str = "") -> None:
        self.id = spec.id
        self.card = spec.card
        self.recipe = RECIPES[spec.crop]
        self.contract = EmbeddingContract(
            model=spec.model,
            weights_sha256=weights_sha256 or spec.card.weights.sha256,
            crop=self.recipe.name + MIRROR * spec.mirror,
            crop_version=self.recipe.version,
            dimension=spec.dimension,
            precision=session.precision,
        )
        self._spec = spec
        self._input = spec.input
        self._session = session

    @property
    def parts(self) -> tuple[Embedder, ...]:
        """The embedders that it consists of: itself."""
        return (self,)

    @property
    def threshold(self) -> Threshold:
        """Similarity from which two faces are taken for the same person, by default.

        The card's measured one for these views; else the traditional one.
        """
        card = self.card
        threshold = card.mirror_threshold if self._spec.mirror else card.threshold
        if self._spec.variants or threshold is None:
            threshold = card.tradition.threshold if card.tradition else None
        if threshold is None:
            raise UnknownModel(f"{self.id} has no measured threshold; pass one of your own")
        return threshold

    @property
    def tradition(self) -> Tradition | None:
        """The distance that the network's users know; None: there is none."""
        return self.card.tradition

    def embed(self, crops: Sequence[Pixels]) -> Vector:
        """Return unit vectors, float32, N × dimension, for crops (RGB, uint8, side × side × 3).

        The vector of a crop does not depend on the others in the call.
        """
        return self.describe(crops)[0]

    def describe(self, crops: Sequence[Pixels]) -> Described:
        """Return `embed` of crops, and the length that each had: None with two views."""
        raw = self.raw(crops)
        if self._spec.mirror and len(raw):
            raw = _unit(raw) + _unit(self.raw([np.ascontiguousarray(c[:, ::-1]) for c in crops]))
            return _unit(raw), [None] * len(raw)
        return _unit(raw), np.linalg.norm(raw, axis=1).tolist()

    def join(self, described: Sequence[Described]) -> Described:
        """Return what the only part gave; see `FusedEmbedder.join`."""
        (only,) = described
        return only

    def raw(self, crops: Sequence[Pixels]) -> Vector:
        """Return the network's own numbers for crops, not of unit length; else as `embed`."""
        if not crops:
            return np.empty((0, self.contract.dimension), np.float32)
        return np.concatenate(
            [
                self._session.run(network_input(crops[start : start + BATCH], self._input))[0]
                for start in range(0, len(crops), BATCH)
            ]
        )


AnyEmbedder: TypeAlias = Embedder | FusedEmbedder


def open_embedder(name: str, store: ModelStore, device: str = "cpu") -> AnyEmbedder:
    """Load an embedder by its name; see `kith.embedding.parse`.

    Raises:
        UnknownModel: the name is none of an embedder.
        ModelError: a network cannot be had or run.
    """
    spec = parse(name, store.home)
    check_device(device)
    with needing(name, store.home):
        if isinstance(spec, Spec):
            return _open(spec, store, device)
        for card in spec.cards:
            store.require_licence(card)
        return FusedEmbedder(spec, [_open(part, store, device) for part in spec.parts])


def _open(spec: Spec, store: ModelStore, device: str) -> Embedder:
    graph = find_graph(spec.card, store, output=spec.output)
    return Embedder(
        spec,
        load_graph(graph, device, (spec.input.height, spec.input.width)),
        graph.record.source_sha256,
    )


def _unit(vectors: Vector) -> Vector:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)
