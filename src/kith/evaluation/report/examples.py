"""Which pairs a report shows: the worst mistakes at a threshold, or the closest calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.records import Evaluated

FEWEST = 4
"""Pairs are shown even where so many mistakes are not to be had."""


@dataclass(frozen=True, slots=True)
class Example:
    """A pair to look at.

    Attributes:
        first, second: photos, by number.
        similarity: of their faces.
    """

    first: int
    second: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Examples:
    """Pairs of one kind, the worst first.

    Attributes:
        pairs: first the mistakes, then, where they are few, those that came closest to one.
        mistakes: how many there are, shown or not; pairs that could not be compared not counted.
        failed: pairs that could not be compared, for want of a face.
    """

    pairs: tuple[Example, ...]
    mistakes: int
    failed: int


def false_matches(evaluated: Evaluated, threshold: float, most: int) -> Examples:
    """Return the pairs of two people with the highest similarities."""
    scored = evaluated.comparisons
    rows = np.flatnonzero(~scored.same)
    similarity = scored.similarity[rows]
    return _examples(evaluated, rows, similarity, similarity >= threshold, -similarity, most)


def false_non_matches(evaluated: Evaluated, threshold: float, most: int) -> Examples:
    """Return the pairs of one person with the lowest similarities; failures are counted only."""
    scored = evaluated.comparisons
    rows = np.flatnonzero(scored.same)
    similarity = scored.similarity[rows]
    return _examples(evaluated, rows, similarity, similarity < threshold, similarity, most)


def _examples(
    evaluated: Evaluated,
    rows: npt.NDArray[np.int64],
    similarity: npt.NDArray[np.float32],
    wrong: npt.NDArray[np.bool_],
    order: npt.NDArray[np.float32],
    most: int,
) -> Examples:
    known = np.isfinite(similarity)
    mistakes = int(np.count_nonzero(wrong & known))
    shown = rows[known][_least(order[known], min(most, max(mistakes, FEWEST)))]
    protocol, scores = evaluated.protocol, evaluated.comparisons.similarity
    pairs = tuple(
        Example(int(protocol.first[row]), int(protocol.second[row]), float(scores[row]))
        for row in shown.tolist()
    )
    return Examples(pairs, mistakes, int(np.count_nonzero(~known)))


def _least(values: npt.NDArray[np.float32], most: int) -> npt.NDArray[np.int64]:
    """Return where the least values are, in their order; of equal ones the first."""
    if len(values) > most:
        limit = np.partition(values, most - 1)[most - 1]
        below, at = np.flatnonzero(values < limit), np.flatnonzero(values == limit)
        chosen = np.concatenate((below, at[: most - len(below)]))
    else:
        chosen = np.arange(len(values))
    return chosen[np.lexsort((chosen, values[chosen]))]
