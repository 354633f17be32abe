"""What searches came to: names by share, similarities and their drop, person by person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.decision.curves import probabilities
from kith.evaluation.masked.records import NOT_ASKED, RIGHT, UNKNOWN, WRONG, Drop, Looked, Named
from kith.evaluation.masked.results import Person
from kith.evaluation.masked.shares import share

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.decision.curves import Points
    from kith.evaluation.masked.records import Flags
    from kith.evaluation.records import Indices, PairProtocol, Rate, Scores


def named(
    bare: Looked, masked: Looked, person: Indices, *, rounds: int, seed: int
) -> tuple[Named, Named] | None:
    """Return what names photos got without and behind masks; None where none was asked for.

    Both are of the same photos: those that were searched behind their masks.

    Args:
        bare: photos without masks.
        masked: their copies.
        person: int32, P: whom each photo shows.
        rounds: of the bootstrap; 0: no intervals.
        seed: of its draws.
    """
    asked = masked.answer != NOT_ASKED
    if not asked.any():
        return None

    def rates(looked: Looked) -> Named:
        def of(hit: Flags) -> Rate:
            found = share(hit[asked], person[asked], rounds=rounds, seed=seed)
            assert found is not None
            return found

        answer = looked.answer
        return Named(
            right=of(answer == RIGHT),
            wrong=of(answer == WRONG),
            unknown=of(answer == UNKNOWN),
            first=of(looked.name == person),
        )

    return rates(bare), rates(masked)


def drop_of(bare: Looked, masked: Looked, odds: tuple[Points, Points] | None) -> Drop | None:
    """Return how far similarities fell; None where no photo has both.

    Args:
        bare: photos without masks.
        masked: their copies.
        odds: (similarity, probability) of both, where they are known.
    """
    both = np.isfinite(bare.own) & np.isfinite(masked.own)
    if not both.any():
        return None
    before, behind = bare.own[both], masked.own[both]
    low, middle, high = (float(value) for value in np.quantile(before - behind, (0.25, 0.5, 0.75)))
    sure = None
    if odds is not None:
        first, second = (
            float(np.median(probabilities(known, part.astype(np.float64))))
            for known, part in zip(odds, (before, behind), strict=True)
        )
        sure = first, second
    return Drop(
        photos=len(before),
        bare=float(np.median(before)),
        masked=float(np.median(behind)),
        drop=middle,
        low=low,
        high=high,
        probability=sure,
    )


def everybody(bare: Looked, masked: Looked, protocol: PairProtocol) -> tuple[Person, ...]:
    """Return each person's photos that were searched behind masks, by the number of the person."""
    asked = np.flatnonzero(masked.answer != NOT_ASKED)
    order = asked[np.argsort(protocol.person[asked], kind="stable")]
    starts = np.flatnonzero(np.diff(protocol.person[order])) + 1
    return tuple(
        _person(bare, masked, own, protocol.people[int(protocol.person[own[0]])])
        for own in np.split(order, starts)
        if len(own)
    )


def _person(bare: Looked, masked: Looked, own: npt.NDArray[np.intp], name: str) -> Person:
    def counts(answer: int) -> tuple[int, int]:
        before, behind = (
            int(np.count_nonzero(looked.answer[own] == answer)) for looked in (bare, masked)
        )
        return before, behind

    return Person(
        name=name,
        photos=len(own),
        bare=_median(bare.own[own]),
        masked=_median(masked.own[own]),
        right=counts(RIGHT),
        wrong=counts(WRONG),
        unknown=counts(UNKNOWN),
    )


def _median(similarity: Scores) -> float | None:
    known = similarity[np.isfinite(similarity)]
    return float(np.median(known)) if len(known) else None
