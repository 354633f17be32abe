"""Comparisons made ready for measuring: both kinds apart, checked, and sorted once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import InputError
from kith.evaluation.metrics.curves import candidates
from kith.evaluation.metrics.rates import GENUINE, IMPOSTOR
from kith.evaluation.metrics.scores import allowed, checked, comparable, just_above
from kith.evaluation.metrics.support import supports

if TYPE_CHECKING:
    from kith.evaluation.records import Comparisons, Indices, Scores

_FEW = 4096
"""People up to whom a table of all pairs of them is smaller than a sorted list."""


@dataclass(frozen=True, eq=False)
class Side:
    """Trials of one kind, and whose they are.

    Attributes:
        scores: float32, n.
        rising: the same, sorted.
        a: int32, n: the person of each trial.
        b: int32, n: the other person; None where a trial is of one person.
    """

    scores: Scores
    rising: Scores
    a: Indices
    b: Indices | None

    def __len__(self) -> int:
        return len(self.scores)

    @cached_property
    def independent(self) -> int:
        """How many trials may pass for independent: people, or pairs of people.

        Several trials of the same tell little more than one. Pairs of people that share a person
        are not quite independent either, so of them this is still generous.
        """
        if self.b is None:
            return int(np.count_nonzero(np.bincount(self.a)))
        low, high = np.minimum(self.a, self.b), np.maximum(self.a, self.b)
        people = int(high.max()) + 1
        if people > _FEW:
            couples = low.astype(np.int64) * people + high
            couples.sort()
            return 1 + int(np.count_nonzero(couples[1:] > couples[:-1]))
        met = np.zeros((people, people), dtype=bool)
        met[low, high] = True
        return int(np.count_nonzero(met))

    def reaching(self, threshold: float) -> int:
        """Return how many trials match at a threshold."""
        return len(self) - self.missing(threshold)

    def missing(self, threshold: float) -> int:
        """Return how many trials do not match at a threshold."""
        return int(np.searchsorted(self.rising, comparable(threshold), "left"))


def side_of(scores: Scores, a: Indices, b: Indices | None = None) -> Side:
    """Return trials of one kind, given their scores and whose they are."""
    return Side(scores, np.sort(scores), a, b)


@dataclass(frozen=True, eq=False)
class Trials:
    """What there is to measure on.

    Attributes:
        right: trials that should match: pairs of one person, probes of people in the gallery.
        wrong: trials that should not: pairs of two people, probes of strangers.
        people: how many the sides' numbers run over.
        unit: what a wrong trial is, in words.
    """

    right: Side
    wrong: Side
    people: int
    unit: str = "pairs"

    @cached_property
    def thresholds(self) -> Scores:
        """Every distinct score, rising."""
        return candidates(self.right.rising, self.wrong.rising)

    def supports(self, rate: float) -> bool:
        """Return whether a false match rate can be spoken of (rule of 3)."""
        return supports(len(self.wrong), rate)

    def threshold_at(self, rate: float) -> float:
        """Return the least threshold at which at most this share of wrong trials match."""
        scores = self.wrong.rising
        may_match = allowed(len(scores), rate)
        return -np.inf if may_match >= len(scores) else just_above(scores[-1 - may_match])


def trials_of(comparisons: Comparisons) -> Trials:
    """Return scored pairs of photos as trials.

    Raises:
        InputError: one kind of pairs is missing, a similarity is no number, lengths differ, or the
            people do not fit `same`.
    """
    _check(comparisons)
    same = comparisons.same
    number, people = renumber(comparisons.people, comparisons.a, comparisons.b)
    return Trials(
        right=side_of(checked(comparisons.genuine, GENUINE), number[comparisons.a[same]]),
        wrong=side_of(
            checked(comparisons.impostor, IMPOSTOR),
            number[comparisons.a[~same]],
            number[comparisons.b[~same]],
        ),
        people=people,
    )


def renumber(people: int, *numbers: Indices) -> tuple[Indices, int]:
    """Return new numbers (int32, people) for those of whom there is a trial, and how many they are.

    Raises:
        InputError: a trial's number is not among 0 … people − 1.
    """
    appears = np.zeros(max(people, 0), dtype=bool)
    for part in numbers:
        if len(part) and not (part.min() >= 0 and part.max() < people):
            raise InputError(f"people are numbered 0 to {people - 1}; a trial has another number")
        appears[part] = True
    return np.cumsum(appears, dtype=np.int32) - 1, int(np.count_nonzero(appears))


def _check(comparisons: Comparisons) -> None:
    lengths = {
        len(part)
        for part in (comparisons.similarity, comparisons.same, comparisons.a, comparisons.b)
    }
    if len(lengths) != 1:
        raise InputError("similarity, same, a and b must be equally long")
    if not np.array_equal(comparisons.a == comparisons.b, comparisons.same):
        raise InputError("a pair is of one person where its two people's numbers are equal")
