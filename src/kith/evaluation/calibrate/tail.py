"""The highest similarities of strangers to templates: what a search among many needs.

Down to 30 false matches' worth of pairs of people the curve is of thresholds that hold for others
too; a single photo under a wrong name could move what lies beyond. From there on it goes down an
exponential tail, as steep as the last decade was measured: what other people might be like is
allowed for in where it starts, and not once more in its slope.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.evaluation.calibrate.upper import upper_thresholds
from kith.evaluation.metrics import threshold_at_fmr
from kith.evaluation.metrics.support import RULE_OF_3, RULE_OF_30

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.decision.curves import Points
    from kith.evaluation.calibrate.similarities import Impostors

    Floats = npt.NDArray[np.float64]

KNOTS = 24
HIGHEST = 0.5
ROUGH = 0.05
DECADE = 10
SMALLEST_SCALE = 1e-3


class Tail(NamedTuple):
    """See `kith.decision.Calibration`: its `tail` and `scale`."""

    knots: Points
    scale: float


def tail_of(impostors: Impostors, fpir: float, *, seed: int = 0) -> Tail:
    """Return the curve and how it goes on.

    Args:
        impostors: faces compared with other people's templates.
        fpir: that will be promised; no search needs a rate above it.
        seed: of the draws.
    """
    lowest = RULE_OF_30 / impostors.pairs
    if lowest > ROUGH:  # so few pairs that three of them have to do
        lowest = min(max(RULE_OF_3 / impostors.pairs, ROUGH), HIGHEST / 2)
    decade = min(HIGHEST, DECADE * lowest)
    rates = np.geomspace(max(decade, min(fpir, HIGHEST)), lowest, KNOTS)
    similarities = upper_thresholds(impostors, rates.tolist(), seed=seed)
    last = rates[rates <= decade * (1 + 1e-9)]
    plain = np.array([threshold_at_fmr(impostors.scores, rate) for rate in last.tolist()])
    return Tail(tuple(zip(rates.tolist(), similarities, strict=True)), _scale(last, plain))


def _scale(rates: Floats, similarities: Floats) -> float:
    """Return how much similarity it takes for the rate to fall to 1/e, by least squares.

    The rate is fitted over the similarity, which gives the flatter tail of the two ways.
    """
    spread = similarities - similarities.mean()
    if float(spread @ spread) <= 0:
        return SMALLEST_SCALE
    fall = -float(spread @ np.log(rates)) / float(spread @ spread)
    return max(1.0 / fall, SMALLEST_SCALE) if fall > 0 else SMALLEST_SCALE
