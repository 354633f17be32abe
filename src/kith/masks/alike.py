"""Many faces against many, whoever of them wears a mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from kith.masks.space import MIXED, WORN, is_worn

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.masks.space import MaskedSpace
    from kith.types import MaskState, Vector

    States = Sequence[MaskState | None]

Matrix = TypeVar("Matrix", "npt.NDArray[np.float32]", "npt.NDArray[np.float64]")


def alike(a: Matrix, of_a: States, b: Matrix, of_b: States, space: MaskedSpace | None) -> Matrix:
    """Return how similar each of some faces is to each of others, as `compare` says of two.

    Args:
        a: embeddings, n × d; or means of embeddings, which are shorter than unit vectors: then
            similarities are the means of theirs.
        of_a: how each wears a mask; None is taken for none.
        b: as `a`, m × d.
        of_b: as `of_a`.
        space: of their embedder; None: plain products.

    Returns:
        n × m, of the type of `a`.
    """
    similarities = a @ b.T
    worn_a, worn_b = masked(of_a)[:, None], masked(of_b)[None]
    if space is None or not (worn_a.any() or worn_b.any()):
        return similarities
    cosines = shortened(a, of_a, space) @ shortened(b, of_b, space).T
    for pair, where in ((MIXED, worn_a != worn_b), (WORN, worn_a & worn_b)):
        similarities[where] = space.similarity(cosines[where], pair)
    return similarities


def shortened(rows: Matrix, states: States, space: MaskedSpace) -> Vector:
    """Return rows as `MaskedSpace.project` does, as long as they were: n × d."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units = rows / np.maximum(lengths, 1e-12)
    projected = space.project(units.astype(np.float32), states)
    return np.asarray(projected * lengths, dtype=np.float32)


def masked(states: States) -> npt.NDArray[np.bool_]:
    """Return whether a mask is worn, as it should be or wrong, n."""
    return np.array([is_worn(state) for state in states], dtype=np.bool_)
