"""How much better one system is than another on the same pairs, with its interval.

Both are bootstrapped over the same draws of people (see `resample`), so that what is hard or easy
for both drops out of the difference. The interval's ends are the rounds' percentiles, taken further
out the fewer people there are: by as much as Student's t lies outside the normal distribution
("expanded" percentiles: Hesterberg, What Teachers Should Know About the Bootstrap, The American
Statistician 69, 2015).

Accuracy is that of `others`. Its rounds are those of the equal error rate of what was acquired,
which estimates the same without dealing people into parts again in every round.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import InputError
from kith.evaluation.metrics import others
from kith.evaluation.metrics.curves import area_of
from kith.evaluation.metrics.draws import draws
from kith.evaluation.metrics.estimates import equal_error
from kith.evaluation.metrics.resample import MOST_DRAWN, Sampled, Wanted, resample
from kith.evaluation.metrics.support import RULE_OF_3
from kith.evaluation.metrics.tails import tail
from kith.evaluation.metrics.trials import Trials, side_of, trials_of
from kith.evaluation.records import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.evaluation.metrics.others import Parts
    from kith.evaluation.records import Comparisons

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Difference:
    """The second's figure less the first's.

    Attributes:
        value: as measured.
        interval: where the true difference lies, at 95 %; None where it was not asked for.
    """

    value: float
    interval: Interval | None

    @property
    def above(self) -> bool:
        """Whether the whole interval lies above 0."""
        return self.interval is not None and self.interval.low > 0

    @property
    def below(self) -> bool:
        """Whether the whole interval lies below 0."""
        return self.interval is not None and self.interval.high < 0


@dataclass(frozen=True, slots=True)
class Differences:
    """The second system less the first.

    Attributes:
        accuracy, auc: higher is better.
        eer: lower is better.
        tar: by false match rate; higher is better.
    """

    accuracy: Difference
    auc: Difference
    eer: Difference
    tar: dict[float, Difference]


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """One system's figures, and what they came to in every round of the bootstrap.

    Attributes:
        people: how many were drawn from.
        accuracy: see `others`; its interval, and that of `rounds`, by the equal error rate.
        auc, eer: area under the ROC curve, equal error rate.
        tar: by false match rate.
        interval: of the accuracy; None without rounds.
        rounds: accuracy in each; None without.
        sampled: the other figures in each.
    """

    people: int
    accuracy: float
    auc: float
    eer: float
    tar: dict[float, float]
    interval: Interval | None = None
    rounds: Floats | None = None
    sampled: Sampled = field(default_factory=Sampled)


def figures(
    comparisons: Comparisons,
    parts: Parts,
    rates: Sequence[float] = (),
    *,
    rounds: int = 1000,
    seed: int = 0,
) -> Figures:
    """Measure one of the systems that are to be compared.

    Args:
        comparisons: scored pairs.
        parts: of the people in them, the same for all systems; see `others.deal`.
        rates: false match rates, supported by the pairs, to compare the true match rate at.
        rounds: of the bootstrap; 0: no intervals.
        seed: of its draws, the same for all systems.

    Raises:
        InputError: see `trials_of`; or there are more people than can be drawn one by one.
    """
    trials = trials_of(comparisons)
    if trials.people > MOST_DRAWN:
        raise InputError(f"differences are measured on {MOST_DRAWN:,} people at most")
    right = others.decided(comparisons.similarity, comparisons.same, parts)
    accuracy = others.accuracy(right, comparisons.same)
    wanted = Wanted(rates=tuple(rates), eer=True, auc=True)
    sampled = resample(trials, wanted, rounds, seed)
    found = None
    if sampled.eer is not None:
        whole = bool(np.isfinite(comparisons.similarity).all())
        found = 1 - sampled.eer if whole else _accuracies(comparisons, rounds, seed)
    return Figures(
        people=trials.people,
        accuracy=accuracy,
        auc=area_of(trials.right.rising, trials.wrong.rising),
        eer=equal_error(trials, Sampled())[0].value or 0.0,
        tar={
            rate: 1 - trials.right.missing(trials.threshold_at(rate)) / len(trials.right)
            for rate in rates
        },
        interval=None if found is None else _within(found, accuracy, trials.people),
        rounds=found,
        sampled=sampled,
    )


def differences(first: Figures, second: Figures) -> Differences:
    """Return the second's figures less the first's.

    Args:
        first: of `figures`.
        second: the same, with the same pairs, parts, rates, rounds and seed.
    """
    people = first.people
    one, two = first.sampled, second.sampled
    return Differences(
        accuracy=_difference(second.accuracy - first.accuracy, first.rounds, second.rounds, people),
        auc=_difference(second.auc - first.auc, one.auc, two.auc, people),
        eer=_difference(second.eer - first.eer, one.eer, two.eer, people),
        tar={
            rate: _difference(
                second.tar[rate] - first.tar[rate],
                # FNMR of one less that of the other is TAR of the other less that of the one.
                two.fnmr_at.get(rate),
                one.fnmr_at.get(rate),
                people,
            )
            for rate in first.tar
        },
    )


def _accuracies(comparisons: Comparisons, rounds: int, seed: int) -> Floats:
    """Return the accuracy in every round where some photos could not be acquired.

    What was acquired is decided at its own equal error rate, the rest is not matched.
    """
    same, a = comparisons.same, comparisons.a
    acquired = comparisons.similarity > -np.inf
    if not (acquired & same).any() or not (acquired & ~same).any():
        return np.full(rounds, 0.5)
    # The people are numbered as in `trials_of`, so that draws are the same.
    numbers = np.unique(np.concatenate([a, comparisons.b]), return_inverse=True)[1]
    first, second = (part.astype(np.int32) for part in np.split(numbers.ravel(), 2))
    mates, strangers = acquired & same, acquired & ~same
    people = int(numbers.max()) + 1
    trials = Trials(
        side_of(comparisons.similarity[mates], first[mates]),
        side_of(comparisons.similarity[strangers], first[strangers], second[strangers]),
        people,
    )
    right = 1 - np.asarray(resample(trials, Wanted(eer=True), rounds, seed).eer)
    lost = np.zeros(rounds)
    if not acquired[same].all():
        every = np.bincount(first[same], minlength=people)
        failed = np.bincount(first[same & ~acquired], minlength=people)
        drawn = np.concatenate(list(draws(people, rounds, seed))).astype(np.float64)
        with np.errstate(invalid="ignore"):  # a round without a pair of one person
            lost = (drawn @ failed) / (drawn @ every)
    # Pairs of two people with a photo that failed do not match, which is right.
    spared = float(np.mean(~acquired[~same]))
    return np.asarray(((1 - lost) * right + spared + (1 - spared) * right) / 2)


def _difference(
    value: float, first: Floats | None, second: Floats | None, people: int
) -> Difference:
    if first is None or second is None:
        return Difference(value, None)
    return Difference(value, _within(second - first, value, people, signed=True))


def _within(rounds: Floats, value: float, people: int, *, signed: bool = False) -> Interval:
    """Return the interval of a figure; where nothing ever went wrong, the rule of 3 bounds it.

    That is where no round differs and the figure is the least or the highest there is, or, of a
    difference, 0. A network that gives one point for everybody is at chance in every round, and
    more people would not change that.
    """
    least = -1.0 if signed else 0.0
    known = rounds[~np.isnan(rounds)]
    if not len(known):
        return Interval(least, 1.0)
    share = tail(people)
    low, high = (float(end) for end in np.quantile(known, (share, 1 - share)))
    low, high = min(low, value), max(high, value)
    if low == high and value in ((0.0,) if signed else (0.0, 1.0)):
        bound = min(1.0, RULE_OF_3 / people)
        low, high = low - bound, high + bound
    return Interval(max(low, least), min(high, 1.0))
