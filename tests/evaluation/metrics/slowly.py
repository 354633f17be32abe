"""The metrics once more: loops over single scores and thresholds, as their definitions read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.records import Comparisons


def matches(score: float, threshold: float) -> bool:
    return score != -math.inf and score >= threshold


def fmr(impostor: Sequence[float], threshold: float) -> float:
    return sum(matches(score, threshold) for score in impostor) / len(impostor)


def fnmr(genuine: Sequence[float], threshold: float) -> float:
    return sum(not matches(score, threshold) for score in genuine) / len(genuine)


def above(score: float) -> float:
    if score == -math.inf:
        return score
    return float(np.nextafter(np.float32(score), np.float32(np.inf)))


def threshold_at_fmr(impostor: Sequence[float], rate: float) -> float:
    """Try −∞ and the next number above each score."""
    tried = sorted({-math.inf, *(above(score) for score in impostor)})
    return next(threshold for threshold in tried if fmr(impostor, threshold) <= rate)


def thresholds(genuine: Sequence[float], impostor: Sequence[float]) -> list[float]:
    """Every distinct finite score and one above; −∞ where there is none."""
    finite = sorted({score for score in [*genuine, *impostor] if score > -math.inf})
    return [*finite, above(finite[-1])] if finite else [-math.inf]


def equal_error(genuine: Sequence[float], impostor: Sequence[float]) -> float:
    """FVC2000's: of the last point with FMR over FNMR and the first without, the better mean."""
    points = [(fmr(impostor, t), fnmr(genuine, t)) for t in thresholds(genuine, impostor)]
    later = next(place for place, (wrong, missed) in enumerate(points) if missed >= wrong)
    if points[later][0] == points[later][1] or later == 0:
        return sum(points[later]) / 2
    return min(sum(points[later - 1]), sum(points[later])) / 2


def area(genuine: Sequence[float], impostor: Sequence[float]) -> float:
    won = sum((g > i) + (g == i) / 2 for g in genuine for i in impostor)
    return won / len(genuine) / len(impostor)


def repeated(comparisons: Comparisons, drawn: Sequence[int]) -> tuple[list[float], list[float]]:
    """Write every pair down as often as its people were drawn: w of one person, w_a · w_b of two.

    Returns:
        Similarities of pairs of one person and of two.
    """
    genuine: list[float] = []
    impostor: list[float] = []
    for similarity, same, a, b in zip(
        comparisons.similarity.tolist(),
        comparisons.same.tolist(),
        comparisons.a.tolist(),
        comparisons.b.tolist(),
        strict=True,
    ):
        if same:
            genuine += [similarity] * int(drawn[a])
        else:
            impostor += [similarity] * int(drawn[a]) * int(drawn[b])
    return genuine, impostor
