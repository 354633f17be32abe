"""Curves that were measured, and what is read off them: thresholds and probabilities."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

Points = tuple[tuple[float, float], ...]


class Limit(NamedTuple):
    """The threshold of a search, and whether it lies beyond what was measured."""

    threshold: float
    extrapolated: bool


def limit(
    tail: Points, scale: float, least: float, fpir: float, people: int, highest: float = 1.0
) -> Limit:
    """Return the threshold of a search that names a stranger at most so often.

    Args:
        tail: (FMR, similarity), FMR falling.
        scale: by how much similarity FMR falls to 1/e beyond the last of `tail`.
        least: threshold of one comparison, which no search goes below.
        fpir: how often a stranger may be named, above 0 and below 1.
        people: that are searched.
        highest: similarity that there can be.
    """
    if people < 1:
        return Limit(least, False)
    wanted = -math.expm1(math.log1p(-fpir) / people)
    rates, similarities = np.array(tail).T
    last = float(rates[-1])
    if wanted >= last:
        found = float(np.interp(-math.log(wanted), -np.log(rates), similarities))
        return Limit(max(least, found), False)
    beyond = float(similarities[-1]) + scale * math.log(last / wanted)
    found = max(float(similarities[-1]), min(beyond, highest))
    return Limit(max(least, found), found > least)


def probabilities(odds: Points, similarities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the probability of each similarity: log-odds between the points, level beyond.

    Args:
        odds: (similarity, probability), both rising.
        similarities: float64, n.
    """
    at, share = np.array(odds).T
    between = np.interp(similarities, at, np.log(share) - np.log1p(-share))
    return np.asarray(1.0 / (1.0 + np.exp(-between)))
