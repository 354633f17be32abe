"""Dealing photos into parts, so that a head is judged on photos it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.records import Indices

FOLDS = 5
ALONE = -1
"""The part of a person's only photo: it is always learned from."""

_WORK = 1e9
"""Photos × people × numbers of all the heads that are fitted to be judged: some seconds."""


def deal(person: Indices, seed: int) -> npt.NDArray[np.int64]:
    """Return the part of each photo, 0 … or `ALONE`.

    Each person's photos go round the parts, so that everybody is learned from in every part: of
    two photos each is judged by a head that knows the other.

    Args:
        person: int32, N.
        seed: of the order, and of where each person begins.
    """
    random = np.random.default_rng(seed)
    counts = np.bincount(person)
    parts = min(FOLDS, int(counts.max()))
    fold = np.full(len(person), ALONE, dtype=np.int64)
    for one in np.flatnonzero(counts > 1):
        rows = random.permutation(np.flatnonzero(person == one))
        fold[rows] = (random.integers(parts) + np.arange(len(rows))) % parts
    return fold


def judged(fold: npt.NDArray[np.int64], people: int, dimension: int) -> list[int]:
    """Return the parts to be judged: all of them, or as many as do not take long.

    One part of 10,000 photos holds more trials than all of 1,000.

    Args:
        fold: as dealt.
        people: how many there are.
        dimension: numbers in a vector.
    """
    parts = int(fold.max()) + 1
    enough = int(_WORK / (len(fold) * people * dimension))
    return list(range(min(parts, max(1, enough))))
