"""Rates of trials, from what was counted and what the bootstrap's rounds came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.errors import OptionError
from kith.evaluation.metrics.curves import area_of, crossing, share_below, share_from
from kith.evaluation.metrics.intervals import interval_of
from kith.evaluation.metrics.resample import Sampled, Wanted, resample
from kith.evaluation.metrics.support import RULE_OF_3, RULE_OF_30, rate_of, unsupported
from kith.evaluation.records import Band, OperatingPoint, Rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.evaluation.metrics.trials import Trials


def follow(
    trials: Trials,
    rounds: int,
    seed: int,
    *,
    rates: Sequence[float] = (),
    thresholds: Sequence[float] = (),
    curve: Sequence[float] = (),
    whole: bool = False,
) -> Sampled:
    """Bootstrap what the other functions here need for their intervals.

    Args:
        trials: to measure on.
        rounds: how many; 0: none.
        seed: of the draws.
        rates: FMRs that points are wanted at.
        thresholds: that points are wanted at.
        curve: FMRs that a band is wanted at.
        whole: EER and area are wanted, too.

    Raises:
        OptionError: a rate is not above 0 and at most 1, or rounds are below 0.
    """
    if rounds < 0:
        raise OptionError(f"a bootstrap takes 0 rounds (no intervals) or more, not {rounds}")
    chosen = [trials.threshold_at(rate) for rate in rates if trials.supports(rate)]
    supported = [rate for rate in [*rates, *curve] if trials.supports(rate)]
    wanted = Wanted(
        thresholds=tuple(dict.fromkeys([*thresholds, *chosen])),
        rates=tuple(dict.fromkeys(supported)),
        eer=whole,
        auc=whole,
    )
    return resample(trials, wanted, rounds, seed)


def at_rate(trials: Trials, sampled: Sampled, rate: float) -> OperatingPoint:
    """Return what happens at the least threshold that keeps to a false match rate."""
    right, wrong = trials.right, trials.wrong
    if not trials.supports(rate):
        return OperatingPoint(
            asked=rate,
            threshold=None,
            fmr=unsupported(len(wrong), of=trials.unit),
            fnmr=unsupported(len(right), len(wrong), trials.unit),
        )
    threshold = trials.threshold_at(rate)
    matched, missed = wrong.reaching(threshold), right.missing(threshold)
    fmr = interval_of(sampled.fmr.get(threshold), matched / len(wrong), wrong)
    fnmr = interval_of(sampled.fnmr_at.get(rate), missed / len(right), right)
    return OperatingPoint(
        asked=rate,
        threshold=threshold,
        fmr=rate_of(matched, len(wrong), fmr),
        # The threshold rests on the false matches: with few of them it is rough, and so is this.
        fnmr=rate_of(missed, len(right), fnmr, rough=matched < RULE_OF_30),
    )


def at_threshold(trials: Trials, sampled: Sampled, threshold: float) -> OperatingPoint:
    """Return what happens at a threshold."""
    right, wrong = trials.right, trials.wrong
    matched, missed = wrong.reaching(threshold), right.missing(threshold)
    fmr = interval_of(sampled.fmr.get(threshold), matched / len(wrong), wrong)
    fnmr = interval_of(sampled.fnmr.get(threshold), missed / len(right), right)
    return OperatingPoint(
        asked=None,
        threshold=threshold,
        fmr=rate_of(matched, len(wrong), fmr),
        fnmr=rate_of(missed, len(right), fnmr),
    )


def equal_error(trials: Trials, sampled: Sampled) -> tuple[Rate, float]:
    """Return the equal error rate and its threshold; rough with fewer than 30 errors of a kind."""
    right, wrong = trials.right, trials.wrong
    value, threshold = crossing(
        trials.thresholds,
        lambda thresholds: share_from(wrong.rising, thresholds),
        lambda thresholds: share_below(right.rising, thresholds),
    )
    rate = Rate(
        value=value,
        trials=len(right) + len(wrong),
        interval=interval_of(sampled.eer, value, right, wrong),
        rough=min(wrong.reaching(threshold), right.missing(threshold)) < RULE_OF_30,
    )
    return rate, threshold


def area(trials: Trials, sampled: Sampled) -> Rate:
    """Return the area under the ROC; rough where fewer than 30 scores of a kind overlap."""
    right, wrong = trials.right, trials.wrong
    value = area_of(right.rising, wrong.rising)
    below = int(np.searchsorted(right.rising, wrong.rising[-1], "right"))
    above = len(wrong) - int(np.searchsorted(wrong.rising, right.rising[0], "left"))
    return Rate(
        value=value,
        trials=len(right) + len(wrong),
        interval=interval_of(sampled.auc, value, right, wrong),
        rough=min(below, above) < RULE_OF_30,
    )


def grid(trials: Trials, points: int) -> npt.NDArray[np.float64]:
    """Return the FMRs a band is drawn over: from one false match to all, evenly in logarithm.

    Raises:
        OptionError: fewer than two points.
    """
    if points < 2:
        raise OptionError(f"a curve has two points or more, not {points}")
    return np.geomspace(min(1.0 / len(trials.wrong), 0.5), 1.0, points)


def band(trials: Trials, sampled: Sampled, rates: npt.NDArray[np.float64]) -> Band:
    """Return the DET curve at some FMRs, and its interval where they are supported."""
    right = trials.right
    measured, ends = [], []
    for rate in rates.tolist():
        measured.append(right.missing(trials.threshold_at(rate)) / len(right))
        interval = interval_of(sampled.fnmr_at.get(rate), measured[-1], right)
        ends.append((interval.low, interval.high) if interval else (np.nan, np.nan))
    low, high = np.array(ends).T
    return Band(
        fmr=rates,
        fnmr=np.array(measured),
        low=low,
        high=high,
        supported=min(1.0, RULE_OF_3 / len(trials.wrong)),
    )
