"""Error rates over all thresholds: DET and ROC curves, equal error rate, area under the ROC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kith.evaluation.metrics.rates import GENUINE, IMPOSTOR
from kith.evaluation.metrics.scores import checked, just_above, reachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from kith.evaluation.records import Scores

    Shares = Callable[[Scores], npt.NDArray[np.float64]]

Floats = npt.NDArray[np.float64]
_PROBES = 64


@dataclass(frozen=True, slots=True, eq=False)
class Det:
    """A detection error trade-off curve (Martin et al., Eurospeech 1997).

    Attributes:
        threshold: float32, K, rising: every distinct finite score, and one above them all.
        fmr: float64, K, falling.
        fnmr: float64, K, rising.
    """

    threshold: Scores
    fmr: Floats
    fnmr: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Roc:
    """A receiver operating characteristic.

    Attributes:
        threshold: float32, K, falling: one above all scores, and every distinct finite one.
        fmr: float64, K, rising from 0.
        tmr: float64, K, rising from 0: 1 − FNMR.
    """

    threshold: Scores
    fmr: Floats
    tmr: Floats


def det_curve(genuine: ArrayLike, impostor: ArrayLike) -> Det:
    """Return FMR and FNMR at every distinct score, exactly.

    A photo that could not be acquired never matches, so with failures the curve ends before FMR 1
    and FNMR 0.

    Args:
        genuine: similarities of pairs of one person, float32.
        impostor: similarities of pairs of two people, float32.

    Raises:
        InputError: one kind of pairs is missing, or a similarity is not a number.
    """
    mates, others = _sorted(genuine, impostor)
    thresholds = candidates(mates, others)
    if not np.isneginf(thresholds[-1]):
        thresholds = np.append(thresholds, np.float32(just_above(thresholds[-1])))
    return Det(
        threshold=thresholds,
        fmr=share_from(others, thresholds),
        fnmr=share_below(mates, thresholds),
    )


def roc_curve(genuine: ArrayLike, impostor: ArrayLike) -> Roc:
    """Return the same points as `det_curve`, from the highest threshold down, with 1 − FNMR."""
    det = det_curve(genuine, impostor)
    return Roc(threshold=det.threshold[::-1], fmr=det.fmr[::-1], tmr=1.0 - det.fnmr[::-1])


def equal_error_rate(genuine: ArrayLike, impostor: ArrayLike) -> tuple[float, float]:
    """Return the rate at which FMR and FNMR are equal, and the threshold there.

    Of a finite set they are seldom exactly equal. Then, as in FVC2000 (Maio et al., IEEE PAMI
    24(3), 2002), it is the mean of the two at whichever of the neighbouring
    thresholds, the last with FMR above FNMR or the first with FMR below, has the smaller sum.

    Raises:
        InputError: one kind of pairs is missing, or a similarity is not a number.
    """
    mates, others = _sorted(genuine, impostor)
    return crossing(
        candidates(mates, others),
        lambda thresholds: share_from(others, thresholds),
        lambda thresholds: share_below(mates, thresholds),
    )


def area_under_roc(genuine: ArrayLike, impostor: ArrayLike) -> float:
    """Return how often a pair of one person is more similar than one of two people.

    Equal similarities count half, −∞ beside −∞ too (Hanley and McNeil, Radiology 143, 1982): that
    is the area under the ROC curve with its last point joined to (1, 1).

    Raises:
        InputError: one kind of pairs is missing, or a similarity is not a number.
    """
    return area_of(*_sorted(genuine, impostor))


def area_of(mates: Scores, others: Scores) -> float:
    """Return the area under the ROC curve of two sorted vectors; see `area_under_roc`."""
    few, many = (mates, others) if len(mates) <= len(others) else (others, mates)
    below = int(np.searchsorted(many, few, "left").sum())
    not_above = int(np.searchsorted(many, few, "right").sum())
    area = (below + not_above) / (2 * len(few) * len(many))
    return area if few is mates else 1.0 - area


def candidates(mates: Scores, others: Scores) -> Scores:
    """Return the distinct finite scores of two sorted vectors, rising; (−∞) where there is none."""
    both = np.concatenate([mates, others])
    both.sort()
    # np.unique() hashes, which takes ten times as long as sorting.
    both = np.asarray(both[np.append(True, both[1:] > both[:-1])])
    return both[1:] if len(both) > 1 and np.isneginf(both[0]) else both


def share_from(scores: Scores, thresholds: Scores) -> Floats:
    """Return the share of sorted scores that reach each threshold."""
    reaching = len(scores) - np.searchsorted(scores, reachable(thresholds), "left")
    return np.asarray(reaching / len(scores))


def share_below(scores: Scores, thresholds: Scores) -> Floats:
    """Return the share of sorted scores that do not reach each threshold."""
    return np.asarray(np.searchsorted(scores, reachable(thresholds), "left") / len(scores))


def crossing(thresholds: Scores, fmr: Shares, fnmr: Shares) -> tuple[float, float]:
    """Return the equal error rate and its threshold; see `equal_error_rate`.

    Args:
        thresholds: rising.
        fmr: the shares at some of them; falling.
        fnmr: the same; rising.
    """
    low, high = 0, len(thresholds)  # the first with FNMR ≥ FMR is one of low … high
    while low < high:
        probes = np.linspace(low, high - 1, min(_PROBES, high - low)).astype(np.intp)
        crossed = fnmr(thresholds[probes]) >= fmr(thresholds[probes])
        first = int(np.count_nonzero(~crossed))
        low = int(probes[first - 1]) + 1 if first else low
        high = int(probes[first]) if first < len(probes) else high
    if high == len(thresholds):
        near = np.append(thresholds[-1:], np.float32(just_above(thresholds[-1])))
    else:
        near = thresholds[max(high - 1, 0) : high + 1]
    at_fmr, at_fnmr = fmr(near), fnmr(near)
    sums = at_fmr + at_fnmr
    best = len(near) - 1 if at_fmr[-1] == at_fnmr[-1] else int(np.argmin(sums))
    return float(sums[best]) / 2, float(near[best])


def _sorted(genuine: ArrayLike, impostor: ArrayLike) -> tuple[Scores, Scores]:
    return np.sort(checked(genuine, GENUINE)), np.sort(checked(impostor, IMPOSTOR))
