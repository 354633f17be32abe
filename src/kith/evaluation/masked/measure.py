"""Error rates with and without masks, as NIST reports them.

The threshold is fixed where the false match rate of pairs without masks is what was asked for, and
held: what it misses behind masks is the cost of masks to who does not change anything. The other
way round it is fixed anew on masked pairs of two people, whose false match rate is not the same:
what a threshold that is chosen for masks would miss. M. Ngan, P. Grother, K. Hanaoka, NIST IR 8311
and 8331 (2020).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.masked.records import EDGES, At, Measured, Spread
from kith.evaluation.metrics import estimates
from kith.evaluation.metrics.points import POINTS
from kith.evaluation.metrics.support import unsupported
from kith.evaluation.metrics.trials import trials_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kith.evaluation.metrics.resample import Sampled
    from kith.evaluation.metrics.trials import Trials
    from kith.evaluation.records import Comparisons, OperatingPoint, Scores


def measure_bare(
    comparisons: Comparisons,
    rates: Sequence[float],
    thresholds: Mapping[str, float],
    *,
    rounds: int,
    seed: int,
) -> Measured:
    """Measure pairs without masks, which thresholds are fixed on.

    Args:
        comparisons: scored pairs.
        rates: false match rates to fix a threshold at.
        thresholds: given ones, by what they are called.
        rounds: of the bootstrap over people; 0: no intervals.
        seed: of its draws.

    Raises:
        InputError: one kind of pairs is missing.
    """
    return _measured(comparisons, rates, thresholds, None, rounds, seed)


def measure_masked(
    comparisons: Comparisons,
    bare: Measured,
    thresholds: Mapping[str, float],
    *,
    rounds: int,
    seed: int,
) -> Measured | None:
    """Measure masked faces at the thresholds of bare ones, and at thresholds of their own.

    A rate that the pairs without masks do not support is not spoken of here either, though each of
    those pairs may stand here twice, once with each face masked.

    Args:
        comparisons: scored pairs with at least one masked face.
        bare: the same without masks.
        thresholds: given ones, by what they are called.
        rounds: of the bootstrap over people; 0: no intervals.
        seed: of its draws.

    Returns:
        None where one kind of pairs is missing.
    """
    if comparisons.same.all() or not comparisons.same.any():
        return None
    rates = [point.asked for point in bare.held if point.asked is not None]
    return _measured(comparisons, rates, thresholds, bare.held, rounds, seed)


def _measured(
    comparisons: Comparisons,
    rates: Sequence[float],
    thresholds: Mapping[str, float],
    held: Sequence[OperatingPoint] | None,
    rounds: int,
    seed: int,
) -> Measured:
    trials = trials_of(comparisons)
    grid = estimates.grid(trials, POINTS)
    fixed = [point.threshold for point in held or () if point.threshold is not None]
    sampled = estimates.follow(
        trials,
        rounds,
        seed,
        rates=rates,
        thresholds=[*fixed, *thresholds.values()],
        curve=grid.tolist(),
        whole=True,
    )
    anew = tuple(estimates.at_rate(trials, sampled, rate) for rate in rates)
    if held is not None:
        anew = tuple(
            point if known.threshold is not None else known
            for point, known in zip(anew, _held(trials, sampled, held), strict=True)
        )
    eer, eer_threshold = estimates.equal_error(trials, sampled)
    similarity = comparisons.similarity
    return Measured(
        pairs=len(similarity),
        genuine=len(trials.right),
        impostor=len(trials.wrong),
        failed=int(np.count_nonzero(np.isneginf(similarity))),
        held=anew if held is None else _held(trials, sampled, held),
        fixed=anew,
        at=tuple(_at(trials, sampled, name, value) for name, value in thresholds.items()),
        eer=eer,
        eer_threshold=eer_threshold,
        auc=estimates.area(trials, sampled),
        band=estimates.band(trials, sampled, grid),
        median_genuine=_median(trials.right.scores),
        median_impostor=_median(trials.wrong.scores),
        spread=Spread(_counted(trials.right.scores), _counted(trials.wrong.scores)),
    )


def _held(
    trials: Trials, sampled: Sampled, held: Sequence[OperatingPoint]
) -> tuple[OperatingPoint, ...]:
    """Return what happens here at thresholds that were fixed elsewhere."""
    points = []
    for one in held:
        if one.threshold is None:
            none = unsupported(len(trials.right))
            reason = one.fnmr.unsupported
            points.append(
                replace(
                    one,
                    fmr=replace(none, trials=len(trials.wrong), unsupported=reason),
                    fnmr=replace(none, unsupported=reason),
                )
            )
        else:
            found = estimates.at_threshold(trials, sampled, one.threshold)
            points.append(replace(found, asked=one.asked))
    return tuple(points)


def _at(trials: Trials, sampled: Sampled, name: str, threshold: float) -> At:
    point = estimates.at_threshold(trials, sampled, threshold)
    missed, matched = trials.right.missing(threshold), trials.wrong.reaching(threshold)
    genuine, impostor = len(trials.right), len(trials.wrong)
    return At(
        name,
        point,
        accuracy=1 - (missed + matched) / (genuine + impostor),
        balanced=1 - (missed / genuine + matched / impostor) / 2,
    )


def _median(scores: Scores) -> float | None:
    known = scores[np.isfinite(scores)]
    return float(np.median(known)) if len(known) else None


def _counted(scores: Scores) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    known = scores[np.isfinite(scores)]
    counts, _ = np.histogram(np.clip(known, -1.0, 1.0), EDGES)
    return counts.astype(np.int64)
