"""Comparing faces of which one or both wear a mask.

A mask moves an embedding: on the mean always the same way (the faces of all who wear one lie
together, away from those who do not), and from photo to photo along a few directions. So where one
of two faces is masked, each loses the mean of the faces in its own state, and the directions in
which masks move embeddings count less: the within-class covariance normalisation of A. Hatch,
S. Kajarekar, A. Stolcke (*Within-class covariance normalization for SVM-based speaker recognition*,
Interspeech 2006), with the covariance of what a mask does to a face, reduced to its largest axes.
Cosines of such vectors are then brought onto the scale of unmasked faces, on which the same
threshold has the same false match rate. Two faces without masks are compared as they are.

``benchmarks/masked_space.py`` measures the numbers and what they gain; it is told in
docs/decisions/masked-faces.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from kith.embedding.spec import MIRROR
from kith.types import MaskState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from kith.types import Face, Mask, Vector

NONE, MIXED, WORN = PAIRS = ("none/none", "none/worn", "worn/worn")
"""Who of two faces wears a mask. One that is worn wrong counts as worn."""

BEND = 0.6
"""Cosine from which a scale is no longer the line that impostors' similarities gave."""

Cosines = TypeVar("Cosines", float, "npt.NDArray[np.float64]", "npt.NDArray[np.float32]")


@dataclass(frozen=True, slots=True, eq=False)
class MaskedSpace:
    """What masks do to the embeddings of one embedder.

    Attributes:
        means: float32, d: of the faces in each state.
        axes: float32, k × d, orthonormal: the directions in which masks move embeddings.
        keep: float32, k: what is left of each, 0–1.
        scales: for each pair of states the offset and the factor that bring a cosine onto the
            scale of unmasked faces.
    """

    means: Mapping[MaskState, Vector]
    axes: npt.NDArray[np.float32]
    keep: npt.NDArray[np.float32]
    scales: Mapping[str, tuple[float, float]]

    def project(self, vectors: Vector, states: Sequence[MaskState | None]) -> Vector:
        """Return the vectors as they are compared where a mask is worn: unit rows, n × d.

        Args:
            vectors: embeddings, float32 unit vectors, n × d.
            states: of each; None is taken for none.
        """
        means = [self.means[state or MaskState.NONE] for state in states]
        rows = vectors - np.asarray(means, dtype=np.float32).reshape(vectors.shape)
        rows = rows - (rows @ self.axes.T * (1 - self.keep)) @ self.axes
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)

    def similarity(self, cosines: Cosines, pair: str) -> Cosines:
        """Bring cosines of projected vectors onto the scale of unmasked similarities.

        Args:
            cosines: one or many.
            pair: one of `PAIRS`; those of ``none/none`` are returned as they are.
        """
        if pair == NONE:
            return cosines
        offset, factor = self.scales[pair]
        line = offset + factor * cosines
        # The same photo is the same face: above what people reach, the line bends to (1, 1).
        rest = 1 - (1 - offset - factor * BEND) * (1 - cosines) / (1 - BEND)
        # −∞, of a face that was not found, stays what it is.
        return np.maximum(line, rest)  # type: ignore[no-any-return]


def pair_of(a: Mask | None, b: Mask | None) -> str:
    """Return which of `PAIRS` two faces are."""
    return PAIRS[is_masked(a) + is_masked(b)]


def is_masked(mask: Mask | None) -> bool:
    """Whether a mask is worn, as it should be or wrong."""
    return mask is not None and is_worn(mask.state)


def is_worn(state: MaskState | None) -> bool:
    """Whether a state is that of a mask, worn as it should be or wrong; None is taken for none."""
    return state not in (None, MaskState.NONE)


def compare(a: Face, b: Face, space: MaskedSpace | None) -> float:
    """Return the similarity of two faces with embeddings, whoever wears a mask.

    Args:
        a: a face.
        b: another.
        space: of their embedder; None: the plain cosine.
    """
    assert a.embedding is not None
    assert b.embedding is not None
    pair = pair_of(a.mask, b.mask)
    if space is None or pair == NONE:
        return float(np.dot(a.embedding, b.embedding))
    states = [face.mask.state if face.mask else None for face in (a, b)]
    one, other = space.project(np.stack([a.embedding, b.embedding]), states)
    return float(space.similarity(float(np.dot(one, other)), pair))


def masked_space(embedder: str) -> MaskedSpace | None:
    """Return what was measured of an embedder; None: nothing.

    Args:
        embedder: its name. Two views of a crop are one network's as much as one view is.
    """
    return _measured(embedder.removesuffix(MIRROR))


@cache
def _measured(embedder: str) -> MaskedSpace | None:
    wanted = f"space-{embedder}.npz"
    kept = [
        file for file in files("kith.masks").joinpath("numbers").iterdir() if file.name == wanted
    ]
    if not kept:
        return None
    with kept[0].open("rb") as file, np.load(file, allow_pickle=False) as rows:
        numbers = {key: rows[key].astype(np.float32) for key in rows.files}
    return MaskedSpace(
        means={state: numbers[state.value] for state in MaskState},
        axes=numbers["axes"],
        keep=numbers["keep"],
        scales={
            pair: (float(row[0]), float(row[1]))
            for pair, row in zip((MIXED, WORN), numbers["scales"], strict=True)
        },
    )
