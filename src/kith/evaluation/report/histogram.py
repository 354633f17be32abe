"""How the scores of pairs of one person and of two lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.records import Comparisons, Scores

_BINS = 80
_FEW = 2_000
"""Fewer pairs than this of either kind get half as many bins: they would stand like a comb."""
_STEP = 0.05
"""The ends are whole multiples of this."""


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counted scores; pairs that could not be compared are counted beside it.

    Attributes:
        edges: float64, B + 1.
        genuine, impostor: int64, B.
        failed_genuine, failed_impostor: pairs without a score.
    """

    edges: npt.NDArray[np.float64]
    genuine: npt.NDArray[np.int64]
    impostor: npt.NDArray[np.int64]
    failed_genuine: int
    failed_impostor: int


def histogram(comparisons: Comparisons) -> Histogram:
    """Count the scores in bins of one width, from the least to the greatest."""
    genuine, impostor = (_finite(part) for part in (comparisons.genuine, comparisons.impostor))
    ends = [float(end) for part in (genuine, impostor) if len(part) for end in _ends(part)]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    low, high = _STEP * np.floor(low / _STEP), _STEP * np.ceil(high / _STEP)
    if high <= low:  # all scores are one
        low, high = low - _STEP, high + _STEP
    bins = _BINS if min(len(genuine), len(impostor)) >= _FEW else _BINS // 2
    edges = np.linspace(low, high, bins + 1)
    same = int(comparisons.same.sum())
    return Histogram(
        edges,
        _counted(genuine, edges),
        _counted(impostor, edges),
        same - len(genuine),
        len(comparisons.same) - same - len(impostor),
    )


def _finite(scores: Scores) -> Scores:
    known = np.isfinite(scores)
    return scores if known.all() else scores[known]


def _ends(scores: Scores) -> tuple[float, float]:
    return float(scores.min()), float(scores.max())


def _counted(scores: Scores, edges: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    # Given as a number and a range: NumPy then counts without looking each score up.
    counts, _ = np.histogram(scores, len(edges) - 1, (float(edges[0]), float(edges[-1])))
    return counts.astype(np.int64)
