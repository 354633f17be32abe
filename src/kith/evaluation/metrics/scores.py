"""Scores and thresholds as every metric here takes them: float32, compared in float32.

A pair matches where its similarity is at least the threshold. −∞ stands for a photo that could not
be acquired: it never matches, whatever the threshold, and it always counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from kith.evaluation.records import Scores

LOWEST = float(np.finfo(np.float32).min)
HIGHEST = float(np.finfo(np.float32).max)
_UP = np.float32(np.inf)


def checked(scores: ArrayLike, what: str) -> Scores:
    """Return scores as a float32 vector.

    Args:
        scores: similarities, n; −∞ where a photo could not be acquired.
        what: they are, as the message calls them ("impostor pairs").

    Raises:
        InputError: there are none, or one is no number or +∞.
    """
    vector = np.asarray(scores, dtype=np.float32)
    if vector.ndim != 1:
        raise InputError(f"similarities of {what} must be a vector, not of shape {vector.shape}")
    if not len(vector):
        raise InputError(f"there are no {what} to measure on")
    if not vector.max() < np.inf:  # max() hands a NaN on
        raise InputError(f"a similarity of {what} is not a number below infinity")
    return vector


def comparable(threshold: float) -> np.float32:
    """Return the float32 that decides as the threshold does for every float32 score.

    That is the least float32 not below it: a score of float32(0.7), which lies just under 0.7,
    does not reach 0.7. Of −∞ it is the lowest finite number, which −∞ does not reach.

    Raises:
        InputError: the threshold is not a number.
    """
    if np.isnan(threshold):
        raise InputError("a threshold must be a number")
    if threshold < LOWEST:
        return np.float32(LOWEST)
    if threshold > HIGHEST:
        return _UP
    rounded = np.float32(threshold)
    return rounded if float(rounded) >= threshold else np.nextafter(rounded, _UP)


def reachable(thresholds: Scores) -> Scores:
    """Return float32 thresholds with the lowest finite number, which −∞ does not reach, for −∞."""
    return np.maximum(thresholds, np.float32(LOWEST))


def just_above(score: float | np.float32) -> float:
    """Return the least threshold that a score does not reach; −∞ for −∞, which reaches none."""
    if np.isneginf(score):
        return -np.inf
    return float(np.nextafter(np.float32(score), _UP))


def allowed(total: float, rate: float) -> int:
    """Return the largest whole number whose share of a total is at most a rate.

    The share is compared, as a reader would, after the division: 29 of 100 is at most 0.29, though
    0.29 · 100 is less than 29 in floating point.
    """
    count = int(rate * total)
    if (count + 1) / total <= rate:
        return count + 1
    return count - 1 if count / total > rate else count
