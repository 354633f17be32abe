"""Rates at thresholds, on people whom these were not chosen on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.decision.calibration import Measured
from kith.evaluation.metrics import estimates
from kith.evaluation.metrics.points import ROUNDS
from kith.evaluation.metrics.trials import trials_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.records import Comparisons, OperatingPoint, Rate


def points(
    comparisons: Comparisons, thresholds: Sequence[float], seed: int
) -> list[OperatingPoint]:
    """Return what happens at some thresholds, from one bootstrap."""
    trials = trials_of(comparisons)
    sampled = estimates.follow(trials, ROUNDS, seed, thresholds=thresholds)
    return [estimates.at_threshold(trials, sampled, threshold) for threshold in thresholds]


def measured(rate: Rate) -> Measured:
    """Return a rate as a calibration keeps it."""
    assert rate.value is not None
    assert rate.interval is not None
    return Measured(rate.value, rate.interval.low, rate.interval.high, rate.trials)
