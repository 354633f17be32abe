"""From a bootstrap's rounds to an interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.metrics.support import RULE_OF_3
from kith.evaluation.records import Interval

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.metrics.trials import Side

_TAILS = (0.025, 0.975)


def interval_of(
    rounds: npt.NDArray[np.float64] | None, value: float, *sides: Side
) -> Interval | None:
    """Return where the true rate lies, at 95 %: the rounds' percentiles.

    Where no trial (or every one) was an error, every round says so too, and their interval would
    be of no width. Then the rule of 3 bounds it, counted on the trials that may pass for
    independent: people, or pairs of people.

    Args:
        rounds: the rate in each; NaN where a round had none; None: no interval was asked for.
        value: the rate as measured, always within.
        sides: the trials it was measured on.
    """
    if rounds is None:
        return None
    known = rounds[~np.isnan(rounds)]
    if not len(known):
        return Interval(0.0, 1.0)
    low, high = (float(end) for end in np.quantile(known, _TAILS))
    low, high = max(min(low, value), 0.0), min(max(high, value), 1.0)
    if 0.0 < value < 1.0:
        return Interval(low, high)
    bound = min(1.0, RULE_OF_3 / min(side.independent for side in sides))
    return Interval(low, max(high, bound)) if value <= 0.0 else Interval(min(low, 1 - bound), high)
