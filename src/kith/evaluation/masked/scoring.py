"""How two faces are compared in a study of masks: one function, to be handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from kith.evaluation.compare import Side, cosines, matrix
from kith.masks.space import MIXED, WORN, is_masked, masked_space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.decision.calibration import Calibration
    from kith.evaluation.masked.records import Flags
    from kith.evaluation.records import Indices, Scores
    from kith.masks.space import MaskedSpace
    from kith.types import Face

    Faces = Sequence[Face | None]


class Comparison(Protocol):
    """Compares faces with faces.

    Attributes:
        name: what it is called, in tables and JSON.
        space: where faces with masks are compared; None: as all others.
    """

    name: str
    space: MaskedSpace | None

    def __call__(self, probes: Faces, references: Faces, first: Indices, second: Indices) -> Scores:
        """Return the similarity of each pair; −∞ where one of its faces is None.

        Args:
            probes: faces with embeddings, or None.
            references: the same; perhaps the very same.
            first: int32, N: which of the probes.
            second: int32, N: which of the references.
        """
        ...

    def threshold(self, calibration: Calibration, pair: str) -> float:
        """Return a calibration's threshold for two faces.

        Args:
            calibration: of the faces' network.
            pair: who of them wears a mask, one of `kith.masks.space.PAIRS`.
        """
        ...


class WholeFace:
    """The cosine of both embeddings, whatever the faces wear."""

    name: str = "whole face"
    space: MaskedSpace | None = None

    def __call__(self, probes: Faces, references: Faces, first: Indices, second: Indices) -> Scores:
        """Return the cosine of each pair; see `Comparison`."""
        bare, side = _sides(probes, references)
        return cosines(side, bare, first, second)

    def threshold(self, calibration: Calibration, pair: str) -> float:  # noqa: ARG002
        """Return the threshold of faces without masks; see `Comparison`."""
        return calibration.threshold


class AsKith:
    """As `kith.masks.compare` says: where a mask was told, in the space of masked faces.

    Args:
        space: of the embedder.
    """

    name: str = "as kith compares"

    def __init__(self, space: MaskedSpace) -> None:
        self.space: MaskedSpace | None = space
        self._space = space

    def __call__(self, probes: Faces, references: Faces, first: Indices, second: Indices) -> Scores:
        """Return the similarity of each pair; see `Comparison`."""
        bare, side = _sides(probes, references)
        scores = cosines(side, bare, first, second)
        one, other = worn(probes)[first], worn(references)[second]
        projected = self._projected(bare, references)
        masked = projected if probes is references else self._projected(side, probes)
        for pair, where in ((MIXED, one != other), (WORN, one & other)):
            rows = np.flatnonzero(where)
            if len(rows):
                found = cosines(masked, projected, first[rows], second[rows])
                scores[rows] = self._space.similarity(found, pair)
        return scores

    def threshold(self, calibration: Calibration, pair: str) -> float:
        """Return the threshold of such pairs; see `Comparison`."""
        return calibration.of_pair(pair).threshold

    def _projected(self, side: Side, faces: Faces) -> Side:
        states = [face.mask.state if face and face.mask else None for face in faces]
        return Side(self._space.project(side.vectors, states), side.acquired)


def usual(embedder: str) -> tuple[Comparison, ...]:
    """Return the ways in which faces are compared where nobody asks for others.

    Args:
        embedder: its name; where nothing was measured of what masks do to it, kith compares whole
            faces, and that is all.
    """
    space = masked_space(embedder)
    ways: list[Comparison] = [WholeFace()]
    return (*ways, AsKith(space)) if space else tuple(ways)


def worn(faces: Faces) -> Flags:
    """Return who was told to wear a mask: bool, n."""
    return np.array([face is not None and is_masked(face.mask) for face in faces], dtype=np.bool_)


def _sides(probes: Faces, references: Faces) -> tuple[Side, Side]:
    """Return the references and the probes by their embeddings."""
    dimension = _dimension([*references, *probes])
    bare = matrix(references, dimension)
    return bare, bare if probes is references else matrix(probes, dimension)


def _dimension(faces: Faces) -> int:
    lengths = (len(one.embedding) for one in faces if one and one.embedding is not None)
    return next(lengths, 1)
