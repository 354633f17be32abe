"""Measured rates with their intervals: at thresholds, at false match rates, over all of them.

Each function takes scored pairs and bootstraps over the people in them (see `resample`); `summary`
gives everything from one bootstrap. They share these errors:

    InputError      one kind of pairs is missing, or they are not what `Comparisons` promises
    OptionError     a rate is not above 0 and at most 1; too few rounds or points
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.evaluation.metrics import estimates
from kith.evaluation.metrics.trials import trials_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.records import Band, Comparisons, OperatingPoint, Rate

ROUNDS = 1000
POINTS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """Everything that is measured on pairs, but for the accuracy over folds.

    Attributes:
        points: at the rates that were asked for, in that order.
        default: at the given threshold; None without one.
        eer: the equal error rate, and `eer_threshold` where it is.
        auc: area under the ROC curve.
        band: the DET curve.
    """

    points: tuple[OperatingPoint, ...]
    default: OperatingPoint | None
    eer: Rate
    eer_threshold: float
    auc: Rate
    band: Band


def summary(
    comparisons: Comparisons,
    rates: Sequence[float] = (),
    threshold: float | None = None,
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
    points: int = POINTS,
) -> Summary:
    """Measure everything with one bootstrap.

    Args:
        comparisons: scored pairs.
        rates: false match rates to say the FNMR at.
        threshold: one to say FMR and FNMR at.
        rounds: of the bootstrap; 0: no intervals.
        seed: of its draws: the same comparisons and seed give the same intervals.
        points: of the DET curve.
    """
    trials = trials_of(comparisons)
    grid = estimates.grid(trials, points)
    sampled = estimates.follow(
        trials,
        rounds,
        seed,
        rates=rates,
        curve=grid.tolist(),
        thresholds=[] if threshold is None else [threshold],
        whole=True,
    )
    eer, eer_threshold = estimates.equal_error(trials, sampled)
    return Summary(
        points=tuple(estimates.at_rate(trials, sampled, rate) for rate in rates),
        default=None if threshold is None else estimates.at_threshold(trials, sampled, threshold),
        eer=eer,
        eer_threshold=eer_threshold,
        auc=estimates.area(trials, sampled),
        band=estimates.band(trials, sampled, grid),
    )


def at_rates(
    comparisons: Comparisons, rates: Sequence[float], *, rounds: int = ROUNDS, seed: int = 0
) -> tuple[OperatingPoint, ...]:
    """Return what happens at the least thresholds that keep to each false match rate, in order.

    A rate that too few pairs of two people support has no threshold and no value, but the reason.
    The interval of an FNMR is that of threshold and FNMR together: the threshold is chosen anew in
    every round.
    """
    trials = trials_of(comparisons)
    sampled = estimates.follow(trials, rounds, seed, rates=rates)
    return tuple(estimates.at_rate(trials, sampled, rate) for rate in rates)


def at_threshold(
    comparisons: Comparisons, threshold: float, *, rounds: int = ROUNDS, seed: int = 0
) -> OperatingPoint:
    """Return what happens at a threshold."""
    trials = trials_of(comparisons)
    sampled = estimates.follow(trials, rounds, seed, thresholds=[threshold])
    return estimates.at_threshold(trials, sampled, threshold)


def band(
    comparisons: Comparisons, *, rounds: int = ROUNDS, seed: int = 0, points: int = POINTS
) -> Band:
    """Return the DET curve with its interval, from an FMR of one false match to 1."""
    trials = trials_of(comparisons)
    grid = estimates.grid(trials, points)
    return estimates.band(trials, estimates.follow(trials, rounds, seed, curve=grid.tolist()), grid)


def equal_error(
    comparisons: Comparisons, *, rounds: int = ROUNDS, seed: int = 0
) -> tuple[Rate, float]:
    """Return the equal error rate and the threshold where it is; see `equal_error_rate`."""
    trials = trials_of(comparisons)
    return estimates.equal_error(trials, estimates.follow(trials, rounds, seed, whole=True))


def area(comparisons: Comparisons, *, rounds: int = ROUNDS, seed: int = 0) -> Rate:
    """Return the area under the ROC curve; see `area_under_roc`."""
    trials = trials_of(comparisons)
    return estimates.area(trials, estimates.follow(trials, rounds, seed, whole=True))
