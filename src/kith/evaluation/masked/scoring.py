"""How two faces are compared in a study of masks: one function, to be handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kith.evaluation.compare import cosines, matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.records import Indices, Scores
    from kith.recognizer import Recognizer
    from kith.types import Face

    Faces = Sequence[Face | None]


class Comparison(Protocol):
    """Compares faces with faces.

    Attributes:
        name: what it is called, in tables and JSON.
    """

    name: str

    def __call__(self, probes: Faces, references: Faces, first: Indices, second: Indices) -> Scores:
        """Return the similarity of each pair; −∞ where one of its faces is None.

        Args:
            probes: faces with embeddings, or None.
            references: the same; perhaps the very same.
            first: int32, N: which of the probes.
            second: int32, N: which of the references.
        """
        ...


class WholeFace:
    """The cosine of both embeddings, whatever the faces wear."""

    name = "whole face"

    def __call__(self, probes: Faces, references: Faces, first: Indices, second: Indices) -> Scores:
        """Return the cosine of each pair; see `Comparison`."""
        bare = matrix(references, _dimension(references))
        side = bare if probes is references else matrix(probes, _dimension(references))
        return cosines(side, bare, first, second)


def usual(recognizer: Recognizer) -> tuple[Comparison, ...]:  # noqa: ARG001
    """Return the ways in which a system's faces are compared where nobody asks for others."""
    return (WholeFace(),)


def _dimension(faces: Faces) -> int:
    lengths = (len(one.embedding) for one in faces if one and one.embedding is not None)
    return next(lengths, 1)
