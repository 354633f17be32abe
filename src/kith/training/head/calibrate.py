"""From a head's scores to probabilities that can be believed.

One number is fitted, by which all scores are multiplied before the softmax (a temperature: C. Guo
et al., "On calibration of modern neural networks", ICML 2017), on scores of photos that the head
was not fitted to. Few photos of people who are easily told apart would make every probability
100 %. So nothing surer is aimed at than so many photos can show: where n of n are right, the next
one is with (n + 1)/(n + 2), Laplace's rule of succession; J. Platt smooths the targets of two
classes in the same way ("Probabilistic outputs for support vector machines", 1999, section 2.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.training.head.records import Calibrated

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from kith.evaluation.records import Indices

    Floats = npt.NDArray[np.float64]

BINS = 15
_RANGE = (-6.0, 12.0)
"""Natural logarithm of what scores of one standard deviation may be multiplied with."""
_EXACT = 1e-3


def calibrate(scores: npt.NDArray[np.float32], person: Indices) -> Calibrated:
    """Fit the sharpness, each person weighing the same, and say how well it does.

    Args:
        scores: of photos that were not fitted to, n × K, K ≥ 2.
        person: int32, n: whose they are.
    """
    photos, people = scores.shape
    counts = np.bincount(person, minlength=people)
    weight = 1.0 / counts[person]
    weight /= weight.sum()
    sharpness = _sharpest(scores.astype(np.float64), person, weight)
    said = probabilities(scores, sharpness)
    best = said.max(axis=1)
    right = said[np.arange(photos), person]
    brier = (said**2).sum(axis=1) - 2 * right + 1
    return Calibrated(
        sharpness,
        photos,
        float(weight @ brier),
        _error(best, said.argmax(axis=1) == person, weight),
        float(weight @ best),
    )


def probabilities(scores: npt.NDArray[np.floating], sharpness: float) -> Floats:
    """Return the softmax of the sharpened scores, float64, n × K."""
    sharp = scores.astype(np.float64) * sharpness
    sharp -= sharp.max(axis=1, keepdims=True)
    np.exp(sharp, out=sharp)
    return np.asarray(sharp / sharp.sum(axis=1, keepdims=True))


def _sharpest(scores: Floats, person: Indices, weight: Floats) -> float:
    """Return the number that makes the smoothed targets likeliest: a convex problem."""
    photos, people = scores.shape
    scale = float(scores.std()) or 1.0
    scores = scores / scale
    scores -= scores.max(axis=1, keepdims=True)
    sure = (photos + 1) / (photos + 2)
    own = scores[np.arange(photos), person]
    others = (scores.sum(axis=1) - own) / (people - 1)
    aimed = float(weight @ (sure * own + (1 - sure) * others))

    def loss(logarithm: float) -> float:
        sharp = np.exp(logarithm)
        return float(weight @ np.log(np.exp(scores * sharp).sum(axis=1)) - sharp * aimed)

    return float(np.exp(_lowest(loss, *_RANGE))) / scale


def _lowest(loss: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one valley is lowest, by golden sections."""
    golden = (5**0.5 - 1) / 2
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > _EXACT:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = loss(right)
    return (low + high) / 2


def _error(best: Floats, right: npt.NDArray[np.bool_], weight: Floats) -> float:
    """Expected calibration error (M. P. Naeini et al., AAAI 2015) over even stretches."""
    places = np.minimum((best * BINS).astype(np.intp), BINS - 1)
    return float(np.abs(np.bincount(places, weight * (best - right), BINS)).sum())
