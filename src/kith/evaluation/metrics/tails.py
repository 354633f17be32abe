"""How far out an interval ends that rests on few people: Student's t against the normal."""

from __future__ import annotations

import math
from statistics import NormalDist

_TAIL = 0.025
_NORMAL = NormalDist()


def tail(people: int) -> float:
    """Return the share of rounds below a 95 % interval, and above it.

    Args:
        people: that were drawn from; of one nothing is known, and the interval is all rounds.
    """
    if people < 2:
        return 0.0
    wider = math.sqrt(people / (people - 1))
    return _NORMAL.cdf(wider * student(_TAIL, people - 1))


def student(share: float, freedom: int) -> float:
    """Return the quantile of Student's t distribution.

    Exact for one and two degrees of freedom, else Cornish and Fisher's expansion (Abramowitz and
    Stegun, Handbook of Mathematical Functions, 26.7.5), off by less than 1 % at 0.025.
    """
    if freedom == 1:
        return math.tan(math.pi * (share - 0.5))
    if freedom == 2:
        return (2 * share - 1) / math.sqrt(2 * share * (1 - share))
    x, n = _NORMAL.inv_cdf(share), freedom
    return (
        x
        + (x**3 + x) / (4 * n)
        + (5 * x**5 + 16 * x**3 + 3 * x) / (96 * n**2)
        + (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / (384 * n**3)
        + (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / (92160 * n**4)
    )
