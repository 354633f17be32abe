"""Axes of error rates: the normal-deviate scale of DET curves, ticks and how they are written."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

_NORMAL = NormalDist()
_TICKS = (
    *(1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3),
    *(0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999),
)
_HIGH = 0.085
_WIDE = 0.021
"""Room that a tick's label takes: a line of it, or each of its letters; parts of the axis."""


def deviate(rate: float) -> float:
    """Return the normal deviate of a rate: the inverse of the normal distribution function.

    On this scale the errors of normally distributed scores lie on a straight line (Martin et al.,
    *The DET curve in assessment of detection task performance*, Eurospeech 1997).

    Args:
        rate: 0–1, without both ends.
    """
    return _NORMAL.inv_cdf(rate)


def deviates(rates: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.float64]:
    """Return normal deviates of rates, those outside the axis moved to its ends; NaN stays.

    Args:
        rates: float64, K.
        low: end of the axis, 0–1 without both ends.
        high: the other.
    """
    held = np.clip(rates, low, high)
    return np.array([deviate(rate) if rate == rate else np.nan for rate in held.tolist()])


def tick_below(rate: float) -> float:
    """Return the largest tick that is at most this rate."""
    return max((tick for tick in _TICKS if tick <= rate * 1.0001), default=_TICKS[0])


def tick_above(rate: float) -> float:
    """Return the smallest tick that is at least this rate."""
    return min((tick for tick in _TICKS if tick >= rate * 0.9999), default=_TICKS[-1])


def deviate_ticks(low: float, high: float, *, upright: bool) -> list[float]:
    """Return rates for the ticks of a normal-deviate axis, not too close to each other.

    Args:
        low: end of the axis, 0–1 without both ends.
        high: the other.
        upright: labels stand above each other rather than side by side.
    """
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    return _spaced(ticks, deviate, deviate(high) - deviate(low), upright=upright)


def log_ticks(low: float) -> list[float]:
    """Return rates for the ticks of a logarithmic axis from `low` to 1, side by side."""
    ticks = [step * 10.0**power for power in range(-9, 1) for step in (1, 2, 5)]
    inside = [tick for tick in ticks if low * 0.999 <= tick <= 1]
    return _spaced(inside, math.log10, -math.log10(low), upright=False)


def _spaced(
    ticks: list[float], place: Callable[[float], float], length: float, *, upright: bool
) -> list[float]:
    """Choose ticks with room between them; powers of ten first: they are what people ask for."""
    chosen: list[float] = []
    for tick in sorted(ticks, key=lambda tick: not _is_power(tick)):
        if all(
            abs(place(tick) - place(one)) >= _apart(tick, one, upright=upright) * length
            for one in chosen
        ):
            chosen.append(tick)
    return sorted(chosen)


def tick_label(rate: float) -> str:
    """Return a rate as ticks show it: 0.1 %, in as many digits as it takes."""
    return f"{100 * rate:.10f}".rstrip("0").rstrip(".") + " %"


def _apart(one: float, other: float, *, upright: bool) -> float:
    """Least distance of two ticks, as a part of the axis."""
    letters = len(tick_label(one)) + len(tick_label(other)) + 2
    return _HIGH if upright else _WIDE * letters / 2


def _is_power(tick: float) -> bool:
    return bool(np.isclose(np.log10(tick) % 1, 0))
