"""Several networks as one embedder, and the names of such.

Unit vectors eᵢ of the networks, put behind each other as √wᵢ·eᵢ with Σ wᵢ = 1, are one unit vector,
and the cosine of two such is Σ wᵢ·cosᵢ: score fusion by a weighted sum (A. Ross, A. Jain,
*Information fusion in biometrics*, Pattern Recognition Letters 24, 2003). So a fusion is searched,
averaged into templates and compared like the vector of a single network.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kith.embedding.spec import MIRROR, Spec, parse_network
from kith.errors import ModelUnavailable, UnknownModel, printable
from kith.models.catalogue import FUSIONS, PRESETS
from kith.models.integrity import joint
from kith.types import EmbeddingContract

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from kith.embedding.embedder import Described, Embedder
    from kith.models.card import Fusion, ModelCard, Threshold, Tradition

MOST_PARTS = 4

_PART = re.compile(r"(?P<network>[^@]+)@(?P<weight>0?\.[0-9]{1,6})(?:\+|$)")


@dataclass(frozen=True, slots=True)
class FusedSpec:
    """Networks, the ways they are used, and what each of them weighs.

    Attributes:
        parts: the networks, in the order of the name.
        weights: theirs; they add up to 1.
        mirror: both views are used, of each of them.
    """

    parts: tuple[Spec, ...]
    weights: tuple[float, ...]
    mirror: bool = False

    @property
    def cards(self) -> tuple[ModelCard, ...]:
        """Of every network it needs."""
        return tuple(part.card for part in self.parts)

    @property
    def tradition(self) -> Tradition | None:
        """None: nobody has a habit of it."""
        return None

    @property
    def fusion(self) -> Fusion | None:
        """The one of the catalogue that this is, with its thresholds; None where it is none."""
        return next((one for one in FUSIONS.values() if one.model == self.model), None)

    @property
    def id(self) -> str:
        """The embedder's name."""
        return (self.fusion.id if self.fusion else self.model) + MIRROR * self.mirror

    @property
    def model(self) -> str:
        """What a contract calls it: every network by its name, with its weight."""
        pairs = zip(self.parts, self.weights, strict=True)
        # :g would write 0.00001 as 1e-05, which `parse` does not read.
        parts = (
            f"{part.id.removesuffix(MIRROR)}@{f'{weight:.6f}'.rstrip('0')}"
            for part, weight in pairs
        )
        return "+".join(parts)


AnySpec: TypeAlias = Spec | FusedSpec


def parse(name: str, home: Path | None = None) -> AnySpec:
    """Read an embedder's name.

    That of one network (``sface``, ``vggface2-resnet50+max``), of a fusion or a preset, or networks
    with their weights (``sface@0.6+facenet-128@0.4``); ``+mirror`` behind any of them.

    Args:
        name: as users give it.
        home: as for `parse_network`.

    Raises:
        UnknownModel: it names a network that is none, not one of an embedder, or a variant that it
            has not; or parts that are no fusion.
        ModelCorrupt: as for `parse_network`.
    """
    head, plus, rest = name.partition("+")
    head = PRESETS.get(head, head)
    if "@" in name:
        return _parse_parts(name, home)
    if head not in FUSIONS:
        return parse_network(head + plus + rest, home)
    if plus + rest not in ("", MIRROR):
        raise UnknownModel(f"{head} has no variant {printable(rest, 40)!r}; it has: {MIRROR}")
    parts = [(part.network, part.weight) for part in FUSIONS[head].parts]
    return _fused(parts, home, mirror=bool(rest))


@contextmanager
def needing(name: str, home: Path | None = None) -> Iterator[None]:
    """Say in an error about a network that cannot be had who needs it, where the name hides it.

    Args:
        name: of an embedder.
        home: as for `parse`.
    """
    try:
        yield
    except ModelUnavailable as error:
        ids = [card.id for card in parse(name, home).cards]
        if [name.partition("+")[0]] == ids:
            raise
        raise ModelUnavailable(f"{name} needs {' and '.join(ids)}: {error}") from error


def _parse_parts(name: str, home: Path | None) -> FusedSpec:
    """Read networks with their weights."""
    text = name.removesuffix(MIRROR)
    found = list(_PART.finditer(text))
    if "".join(part.group() for part in found) != text or text.endswith("+"):
        raise UnknownModel(
            f"{printable(name, 80)!r} is no fusion; write NETWORK@WEIGHT+NETWORK@WEIGHT, such as "
            "sface@0.6+facenet-128@0.4"
        )
    parts = [(part["network"], float(part["weight"])) for part in found]
    return _fused(parts, home, mirror=text != name)


def _fused(parts: Sequence[tuple[str, float]], home: Path | None, *, mirror: bool) -> FusedSpec:
    specs = tuple(parse_network(name, home) for name, _ in parts)
    weights = tuple(weight for _, weight in parts)
    if any(spec.mirror for spec in specs):
        raise UnknownModel(
            f"{MIRROR} stands at the end of a fusion: it is for all networks or none"
        )
    if not 1 < len(set(specs)) == len(specs) <= MOST_PARTS:
        raise UnknownModel(f"a fusion joins two to {MOST_PARTS} different networks")
    if min(weights) <= 0 or abs(sum(weights) - 1) > 1e-9:
        shown = " + ".join(f"{weight:g}" for weight in weights)
        raise UnknownModel(f"the weights of a fusion are above 0 and add up to 1, not {shown}")
    specs = tuple(replace(spec, mirror=mirror) for spec in specs)
    return FusedSpec(specs, weights, mirror)


class FusedEmbedder:
    """Joins the vectors of several networks. Safe to call from several threads at once.

    Args:
        spec: what is joined.
        parts: an embedder for each of the spec's.

    Attributes:
        id: the embedder's name.
        parts: the embedders it joins; each makes its vectors of crops of its own.
        contract: what must agree before two vectors may be compared.
    """

    def __init__(self, spec: FusedSpec, parts: Sequence[Embedder]) -> None:
        self.id = spec.id
        self.parts = tuple(parts)
        contracts = [part.contract for part in parts]
        crops = (contract.crop.removesuffix(MIRROR) for contract in contracts)
        self.contract = EmbeddingContract(
            model=spec.model,
            weights_sha256=joint(contract.weights_sha256 for contract in contracts),
            crop="+".join(crops) + MIRROR * spec.mirror,
            # Versions only ever rise, so their sum is another one after any change.
            crop_version=sum(contract.crop_version for contract in contracts),
            dimension=sum(contract.dimension for contract in contracts),
            precision="+".join(dict.fromkeys(contract.precision for contract in contracts)),
        )
        self._spec = spec
        self._roots = [np.float32(weight**0.5) for weight in spec.weights]

    @property
    def threshold(self) -> Threshold:
        """Similarity from which two faces are taken for the same person, by default.

        Raises:
            UnknownModel: nobody measured it.
        """
        fusion, threshold = self._spec.fusion, None
        if fusion is not None:
            threshold = fusion.mirror_threshold if self._spec.mirror else fusion.threshold
        if threshold is None:
            raise UnknownModel(f"{self.id} has no measured threshold; pass one of your own")
        return threshold

    @property
    def tradition(self) -> Tradition | None:
        """None: nobody has a habit of it."""
        return self._spec.tradition

    def join(self, described: Sequence[Described]) -> Described:
        """Return what `Embedder.describe` gives, of the same faces as each of the parts sees them.

        Args:
            described: of each part, in their order.
        """
        rows = [root * rows for root, (rows, _) in zip(self._roots, described, strict=True)]
        joined = np.concatenate(rows, axis=1)
        return joined, [None] * len(joined)
