"""Who is hard to recognise, and who is often taken for others.

Doddington et al., *Sheep, goats, lambs and wolves* (ICSLP 1998), call goats those whom a system
often fails to match with themselves, lambs those who are easily matched by others, and wolves those
who easily match others. Where two photos are compared and nobody claims to be anybody, lambs and
wolves are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.records import Comparisons

_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Difficulty:
    """One person's mistakes.

    Attributes:
        person: by number.
        errors: pairs of theirs that were decided wrongly.
        pairs: of theirs of that kind.
    """

    person: int
    errors: int
    pairs: int

    @property
    def rate(self) -> float:
        """Errors among pairs."""
        return self.errors / self.pairs


@dataclass(frozen=True, slots=True)
class Hardest:
    """People with mistakes of one kind, the hardest first.

    Attributes:
        people: as many as are shown.
        affected: how many have such a mistake.
        measured: how many have a pair of that kind.
        half: the fewest of them who have half of all such mistakes between them.
    """

    people: tuple[Difficulty, ...]
    affected: int
    measured: int
    half: int


def goats(scored: Comparisons, threshold: float, most: int) -> Hardest:
    """Return people who are not matched with themselves; failures to acquire count."""
    person = scored.a[scored.same]
    wrong = person[~(scored.genuine >= threshold)]
    return _hardest(_count(wrong, scored.people), _count(person, scored.people), most)


def lambs(scored: Comparisons, threshold: float, most: int) -> Hardest:
    """Return people who are matched with others; a pair counts for both of its people."""
    other = ~scored.same
    matched = other & (scored.similarity >= threshold) & np.isfinite(scored.similarity)
    errors, pairs = (
        _count(scored.a[rows], scored.people) + _count(scored.b[rows], scored.people)
        for rows in (matched, other)
    )
    return _hardest(errors, pairs, most)


def least_rate(
    errors: npt.NDArray[np.int64], pairs: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return the lower end of the 95 % interval of rates, by which people are ordered.

    So that one mistake in one pair does not come before nine in ten. E. B. Wilson, *Probable
    inference, the law of succession, and statistical inference*, JASA 1927.

    Args:
        errors: int64, P.
        pairs: int64, P, none of them 0.
    """
    rate, square = errors / pairs, _Z**2 / pairs
    spread = _Z * np.sqrt(rate * (1 - rate) / pairs + square / (4 * pairs))
    return np.asarray((rate + square / 2 - spread) / (1 + square))


def _hardest(errors: npt.NDArray[np.int64], pairs: npt.NDArray[np.int64], most: int) -> Hardest:
    wrong = np.flatnonzero(errors)
    order = wrong[np.lexsort((wrong, -errors[wrong], -least_rate(errors[wrong], pairs[wrong])))]
    people = tuple(
        Difficulty(person, int(errors[person]), int(pairs[person]))
        for person in order[:most].tolist()
    )
    reached = np.cumsum(np.sort(errors[wrong])[::-1])
    half = int(np.searchsorted(reached, reached[-1] / 2)) + 1 if len(wrong) else 0
    return Hardest(people, len(wrong), int(np.count_nonzero(pairs)), half)


def _count(people: npt.NDArray[np.int32], most: int) -> npt.NDArray[np.int64]:
    return np.bincount(people, minlength=most)
