"""From a similarity to the probability that both faces are one person.

Isotonic regression by pool-adjacent-violators (M. Ayer et al., "An empirical distribution function
for sampling with incomplete information", Annals of Mathematical Statistics 26, 1955; B. Zadrozny,
C. Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD
2002), with both kinds of pairs weighing the same in all: before looking, both answers are equally
likely. Between the blocks' middles the log-odds are interpolated, and at the ends nothing surer is
said than so many people can show (Laplace's rule of succession).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.decision.curves import probabilities

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.decision.curves import Points
    from kith.evaluation.records import Scores

    Floats = npt.NDArray[np.float64]

STEP = 1e-3
"""Similarities that differ by less are taken together."""
LEAST = 1e-6
"""No probability is nearer to 1."""
MOST = 64
"""Points that are kept."""


def odds_of(genuine: Scores, impostor: Scores, people: int, pairs: int) -> Points:
    """Return (similarity, probability) points, both rising.

    Args:
        genuine: similarities of one person, float32; −∞ for failures, which are passed over.
        impostor: similarities of two people, float32.
        people: of whom there are genuine ones.
        pairs: of people among the impostors.
    """
    where, right, wrong = _binned(genuine[np.isfinite(genuine)], impostor[np.isfinite(impostor)])
    starts = _pooled(right, right + wrong)
    weight = np.add.reduceat(right + wrong, starts)
    share = np.add.reduceat(right, starts) / weight
    middle = np.add.reduceat(where * (right + wrong), starts) / weight
    ends = np.append(starts[1:], len(where)) - 1
    middle[0], middle[-1] = where[ends[0]], where[starts[-1]]  # flat beyond
    low, high = 1.0 / (people + 2), 1.0 - max(LEAST, 1.0 / (pairs + 2))
    # Two blocks may say the same but for rounding.
    share = np.maximum.accumulate(np.clip(share, min(low, 0.5), max(high, 0.5)))
    kept = _few(middle, share)
    return tuple(zip(middle[kept].tolist(), share[kept].tolist(), strict=True))


def calibration_error(odds: Points, genuine: Scores, impostor: Scores, bins: int = 15) -> float:
    """Return the expected calibration error, both kinds of pairs weighing the same in all.

    The mean, over `bins` equal stretches of probability and weighed by what falls into each, of
    the difference between the probability said and the share that was true (M. P. Naeini et al.,
    "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015).
    """
    said, true, weight = _said(odds, genuine, impostor)
    places = np.minimum((said * bins).astype(np.intp), bins - 1)
    return float(np.abs(np.bincount(places, weight * (said - true), bins)).sum())


def brier(odds: Points, genuine: Scores, impostor: Scores) -> float:
    """Return the Brier score (G. W. Brier, Monthly Weather Review 78, 1950), weighed likewise."""
    said, true, weight = _said(odds, genuine, impostor)
    return float((weight * (said - true) ** 2).sum())


def _said(odds: Points, genuine: Scores, impostor: Scores) -> tuple[Floats, Floats, Floats]:
    scores = np.concatenate([genuine, impostor]).astype(np.float64)
    is_genuine = np.arange(len(scores)) < len(genuine)
    weight = np.where(is_genuine, 0.5 / len(genuine), 0.5 / len(impostor))
    return probabilities(odds, scores), is_genuine.astype(np.float64), weight


def _binned(genuine: Scores, impostor: Scores) -> tuple[Floats, Floats, Floats]:
    """Return mean similarity, weight of the genuine and of the impostor pairs, bin by bin."""
    scores = np.concatenate([genuine, impostor]).astype(np.float64)
    right = np.append(np.full(len(genuine), 0.5 / len(genuine)), np.zeros(len(impostor)))
    wrong = np.append(np.zeros(len(genuine)), np.full(len(impostor), 0.5 / len(impostor)))
    bins = np.unique(np.floor(scores / STEP), return_inverse=True)[1].ravel()
    right, wrong, placed = (
        np.bincount(bins, each).astype(np.float64)
        for each in (right, wrong, scores * (right + wrong))
    )
    return placed / (right + wrong), right, wrong


def _pooled(right: Floats, weight: Floats) -> npt.NDArray[np.intp]:
    """Return where the blocks begin in which the share of genuine pairs no longer falls."""
    blocks: list[tuple[float, float, int]] = []
    for place, (share, whole) in enumerate(zip(right.tolist(), weight.tolist(), strict=True)):
        block = (share, whole, place)
        while blocks and blocks[-1][0] * block[1] >= block[0] * blocks[-1][1]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2])
        blocks.append(block)
    return np.array([begin for _, _, begin in blocks], dtype=np.intp)


def _few(middle: Floats, share: Floats) -> npt.NDArray[np.intp]:
    """Return which points to keep: all where they are few, else an even choice with both ends."""
    if len(middle) <= MOST:
        return np.arange(len(middle))
    odds = np.log(share) - np.log1p(-share)
    wanted = np.linspace(odds[0], odds[-1], MOST)
    return np.unique(np.append(np.searchsorted(odds, wanted[:-1]), len(odds) - 1))
