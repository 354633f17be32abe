"""Thresholds that keep a false match rate not only on the people they were chosen on.

The least threshold with FMR ≤ r on some people has, on other people, an FMR above r about as often
as not. A promise has to hold for people who were not there: people are drawn with replacement
(weights as in `kith.evaluation.metrics.resample`), the least threshold with FMR ≤ r is found anew
in every round, and the one that is enough in 95 % of the rounds is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.metrics import threshold_at_fmr
from kith.evaluation.metrics.draws import draws
from kith.evaluation.metrics.scores import just_above

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.evaluation.calibrate.similarities import Impostors

SURE = 0.95
ROUNDS = 1000
_NUMBERS = 1 << 22
"""In one block of sums: 32 MiB."""
_ROOM = 3
"""Times as many of the highest scores are looked at as should match; more where that is too few."""


def upper_thresholds(
    impostors: Impostors, rates: Sequence[float], *, seed: int = 0, rounds: int = ROUNDS
) -> list[float]:
    """Return for each rate the threshold that keeps it in 95 % of the rounds.

    Args:
        impostors: comparisons of two people each.
        rates: above 0, below 1.
        seed: of the draws.
        rounds: how many.
    """
    order = np.argsort(-impostors.scores, kind="stable")
    room = _ROOM
    while True:
        highest = order[: int(room * max(rates) * len(order)) + 1]
        chosen = _chosen(impostors, highest, np.array(rates), seed, rounds)
        if chosen is not None or len(highest) == len(order):
            break
        room *= 2
    assert chosen is not None
    plain = [threshold_at_fmr(impostors.scores, rate) for rate in rates]
    sure = np.quantile(chosen, SURE, axis=0, method="higher")
    return [max(float(a), b) for a, b in zip(sure, plain, strict=True)]


def _chosen(
    impostors: Impostors,
    highest: npt.NDArray[np.intp],
    rates: npt.NDArray[np.float64],
    seed: int,
    rounds: int,
) -> npt.NDArray[np.float64] | None:
    """Return each round's thresholds, rounds × rates; None where `highest` was too few for one."""
    scores, a, b = (part[highest] for part in (impostors.scores, impostors.a, impostors.b))
    whole = len(highest) == len(impostors.scores)
    steps = np.array([just_above(score) for score in scores])
    rows = []
    for block in draws(len(impostors.left), rounds, seed):
        for weights in np.array_split(block, max(1, len(block) * len(highest) // _NUMBERS)):
            total = _totals(impostors, weights.astype(np.int64))
            matched = np.cumsum(weights[:, a].astype(np.int64) * weights[:, b], axis=1)
            limits = total[:, None] * rates
            for row, limit in zip(matched, limits, strict=True):
                place = np.searchsorted(row, limit * (1 + 1e-12), "right")
                if not whole and (place == len(row)).any():
                    return None
                # Where even all may match, the lowest score is as far down as can be said.
                rows.append(steps[np.minimum(place, len(row) - 1)])
    return np.array(rows)


def _totals(impostors: Impostors, weights: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return how much all comparisons of two people weigh in each round."""
    left, right = impostors.left, impostors.right
    own = (weights**2) @ (left * right)
    all_of_them = (weights @ left) * (weights @ right) - own
    return all_of_them / 2.0 if impostors.halves else all_of_them.astype(np.float64)
