"""The bootstrap over people: what the rates would have been with other people of the same kind.

In each round people are drawn with replacement. A pair of one person weighs as often as they were
drawn, a pair of two people the product: w_a · w_b. So the comparisons of one person stay together,
as in the subsets bootstrap (Bolle, Ratha, Pankanti, Computer Vision and Image Understanding 93,
2004), and those of two people follow both of them, as in the pigeonhole bootstrap (Owen, Annals of
Applied Statistics 1, 2007) and the vertex bootstrap that Fogliato, Patil and Perona compare
(Confidence intervals for error rates in 1:1 matching tasks, International Journal of Computer
Vision, 2024). It counts what is particular to a pair of people up to three times: where people meet
only once each, an interval of the FMR is up to √3 too wide, never too narrow for that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from kith.evaluation.metrics.curves import crossing
from kith.evaluation.metrics.draws import draws
from kith.evaluation.metrics.ladder import HEAD, Climb, Ladder, Spots, block_sums, ladder_of
from kith.evaluation.metrics.scores import comparable, reachable
from kith.evaluation.metrics.trials import Trials

if TYPE_CHECKING:
    from kith.evaluation.records import Scores

Floats = npt.NDArray[np.float64]

MOST_DRAWN = 100_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to follow through the rounds.

    Attributes:
        thresholds: at which FMR and FNMR are wanted.
        rates: FMRs at which the FNMR is wanted, at a threshold chosen anew in every round.
        eer, auc: whether they are wanted.
    """

    thresholds: tuple[float, ...] = ()
    rates: tuple[float, ...] = ()
    eer: bool = False
    auc: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """One value per round, float64; NaN of a round that drew no trial of one kind.

    Attributes:
        fmr, fnmr: by threshold.
        fnmr_at: by the FMR it was chosen for.
        eer, auc: None where they were not wanted.
    """

    fmr: dict[float, Floats] = field(default_factory=dict)
    fnmr: dict[float, Floats] = field(default_factory=dict)
    fnmr_at: dict[float, Floats] = field(default_factory=dict)
    eer: Floats | None = None
    auc: Floats | None = None


def resample(
    trials: Trials, wanted: Wanted, rounds: int, seed: int, *, head: int = HEAD
) -> Sampled:
    """Return the rates in each round of the bootstrap.

    Sets of up to `head` trials of a kind are weighed one by one, exactly as defined. Of larger
    ones the first `head`, the highest of the wrong and the lowest of the right, are; the rest is
    binned (see `bulk` for what that leaves out). More than 100,000 people are drawn in as many
    groups.

    Args:
        trials: to measure on.
        wanted: what to follow.
        rounds: how many; 0: none, everything is empty.
        seed: of the draws.
        head: trials of each kind to weigh one by one.
    """
    if rounds == 0:
        return Sampled()
    drawn = _gathered(trials, seed)
    right = ladder_of(drawn.right, drawn.people, falling=False, head=head)
    wrong = ladder_of(drawn.wrong, drawn.people, falling=True, head=head)
    climbs = Round(trials.thresholds if wanted.eer else None, Climb(right), Climb(wrong), wanted)
    rows = []
    for block in draws(drawn.people, rounds, seed):
        sums = zip(block, block_sums(right, block), block_sums(wrong, block), strict=True)
        rows += [climbs.measure(weights.astype(np.int32), *bulks) for weights, *bulks in sums]
    return _columns(np.array(rows), wanted)


class Round:
    """Both ladders, climbed anew in every round."""

    def __init__(
        self, candidates: Scores | None, right: Climb, wrong: Climb, wanted: Wanted
    ) -> None:
        self.candidates, self.right, self.wrong, self.wanted = candidates, right, wrong, wanted
        at = np.array([comparable(threshold) for threshold in wanted.thresholds], np.float32)
        self._matching = wrong.ladder.locate(self._reaching(at))
        self._missed = right.ladder.locate(self._missing(at))
        self._rates = np.array(wanted.rates)
        self._beaten = _beaten(right.ladder, wrong.ladder) if wanted.auc else None

    def measure(
        self,
        drawn: npt.NDArray[np.int32],
        right: tuple[Floats | None, float | None],
        wrong: tuple[Floats | None, float | None],
    ) -> Floats:
        """Return everything that is wanted, in one row: FMRs, FNMRs, FNMRs at rates, EER, AUC."""
        self.right.weigh(drawn, *right)
        self.wrong.weigh(drawn, *wrong)
        if not (self.right.total and self.wrong.total):
            return np.full(2 * len(self.wanted.thresholds) + len(self._rates) + 2, np.nan)
        return np.concatenate(
            [
                self.wrong.before(self._matching) / self.wrong.total,
                self.right.before(self._missed) / self.right.total,
                self._at_rates(),
                [self._equal_error(), self._area()],
            ]
        )

    def _reaching(self, thresholds: Scores) -> npt.NDArray[np.intp]:
        return np.searchsorted(self.wrong.ladder.keys, -thresholds, "right")

    def _missing(self, thresholds: Scores) -> npt.NDArray[np.intp]:
        return np.searchsorted(self.right.ladder.keys, thresholds, "left")

    def _at_rates(self) -> Floats:
        """FNMR where the highest scores that may match have been let through."""
        total, keys = self.wrong.total, self.wrong.ladder.keys
        limits = np.floor(self._rates * total)
        limits += (limits + 1) / total <= self._rates
        limits -= limits / total > self._rates
        ranks = self.wrong.rank(limits)
        stopped = np.where(ranks < len(keys), -keys[np.minimum(ranks, len(keys) - 1)], -np.inf)
        missed = np.searchsorted(self.right.ladder.keys, stopped.astype(np.float32), "right")
        return self.right.share(missed)

    def _equal_error(self) -> float:
        if self.candidates is None:
            return np.nan
        return crossing(
            self.candidates,
            lambda thresholds: self.wrong.share(self._reaching(reachable(thresholds))),
            lambda thresholds: self.right.share(self._missing(reachable(thresholds))),
        )[0]

    def _area(self) -> float:
        if self._beaten is None:
            return np.nan
        below, tied = self._beaten
        lost = self.right.before(below)
        if tied is not None:
            lost = (lost + self.right.before(tied)) / 2
        # einsum, not @: BLAS's threads wait for each other longer than this takes.
        beaten = np.einsum("n,n->", self.wrong.weights, lost)
        return float(1.0 - beaten / (self.right.total * self.wrong.total))


def _gathered(trials: Trials, seed: int) -> Trials:
    """Return the same trials with many people gathered in groups, at random, to be drawn as one.

    With so many groups the intervals are the same but for the chance of a per cent.
    """
    if trials.people <= MOST_DRAWN:
        return trials
    people = np.random.default_rng([seed, trials.people]).permutation(trials.people)
    group = (people % MOST_DRAWN).astype(np.int32)
    right, wrong = (
        replace(side, a=group[side.a], b=None if side.b is None else group[side.b])
        for side in (trials.right, trials.wrong)
    )
    return Trials(right, wrong, MOST_DRAWN)


def _beaten(right: Ladder, wrong: Ladder) -> tuple[Spots, Spots | None]:
    """Return how many right trials lie below each wrong step, and below or level with it.

    Of a bin the mean over its trials; the second is None where nothing is level.
    """
    below, level = _means(right, wrong, "left"), _means(right, wrong, "right")
    return right.locate(below), None if np.array_equal(below, level) else right.locate(level)


def _means(right: Ladder, wrong: Ladder, side: Literal["left", "right"]) -> Floats:
    steps = np.searchsorted(right.keys, -wrong.keys[: wrong.head], side)
    bins = [
        np.searchsorted(right.keys, -wrong.keys[begin:end], side).mean()
        for begin, end in pairwise(wrong.edges)
    ]
    return np.concatenate([steps, bins])


def _columns(rows: Floats, wanted: Wanted) -> Sampled:
    given = len(wanted.thresholds)
    return Sampled(
        fmr=dict(zip(wanted.thresholds, rows[:, :given].T, strict=True)),
        fnmr=dict(zip(wanted.thresholds, rows[:, given : 2 * given].T, strict=True)),
        fnmr_at=dict(zip(wanted.rates, rows[:, 2 * given : -2].T, strict=True)),
        eer=rows[:, -2] if wanted.eer else None,
        auc=rows[:, -1] if wanted.auc else None,
    )
