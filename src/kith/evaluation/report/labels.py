"""Photos whose label may be wrong: they are like somebody else and unlike their own person.

One wrong label makes many false matches and misses, and none of them is the system's fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.records import Evaluated

_LEAST = 2
"""One photo that is alike may be chance."""
_CLOSE = 0.1


@dataclass(frozen=True, slots=True)
class Suspect:
    """A photo to look at.

    Attributes:
        photo: by number.
        other: the most similar photo of the other person.
        similarity: of these two.
        matched, compared: how many photos of the other person it matches, and was compared with.
        own: photos of its own person that it was compared with; it matches none of them.
    """

    photo: int
    other: int
    similarity: float
    matched: int
    compared: int
    own: int


class _Sides(NamedTuple):
    """Pairs of two people, once from each side, by photo and other person: 2 × N."""

    photo: npt.NDArray[np.int64]
    other: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float32]


def suspects(evaluated: Evaluated, threshold: float, most: int) -> tuple[Suspect, ...]:
    """Return photos that match at least half of another person's, and none of their own.

    And that closely: their median similarity to the photos that they match is one that nine of ten
    pairs of one person reach. Two people who are somewhat alike do not get there.

    Args:
        evaluated: pairs of labelled photos.
        threshold: from which photos match.
        most: so many are returned, those with the most matches first.
    """
    protocol, scored = evaluated.protocol, evaluated.comparisons
    known = np.isfinite(scored.similarity)
    matched, own = known & (scored.similarity >= threshold), known & scored.same
    if not own.any():
        return ()
    close = float(np.quantile(scored.similarity[own], _CLOSE))
    people = len(protocol.people)
    found_own, had_own = (_count(evaluated, rows) for rows in (own & matched, own))
    false = _sides(evaluated, np.flatnonzero(matched & ~scored.same))
    keys, starts, counts = np.unique(
        _key(evaluated, false, people), return_index=True, return_counts=True
    )
    candidates = (counts >= _LEAST) & (found_own[keys // people] == 0)
    compared = _compared(evaluated, keys[candidates], people).tolist()
    ends = starts[candidates] + counts[candidates]
    found = []
    for start, end, total in zip(starts[candidates].tolist(), ends.tolist(), compared, strict=True):
        like, photo = false.similarity[start:end], int(false.photo[start])
        if 2 * (end - start) >= total and np.median(like) >= close:
            best = int(np.argmax(like))
            pair = int(false.other[start + best]), float(like[best])
            found.append(Suspect(photo, *pair, end - start, total, int(had_own[photo])))
    return tuple(sorted(found, key=lambda one: (-one.matched, -one.similarity, one.photo))[:most])


def _compared(
    evaluated: Evaluated, keys: npt.NDArray[np.int64], people: int
) -> npt.NDArray[np.int64]:
    """How many photos of that person each of these photos was compared with."""
    protocol, scored = evaluated.protocol, evaluated.comparisons
    wanted = np.zeros(len(protocol.photos), dtype=np.bool_)
    wanted[keys // people] = True
    rows = ~scored.same & (wanted[protocol.first] | wanted[protocol.second])
    every = _key(evaluated, _sides(evaluated, np.flatnonzero(rows)), people)
    return np.searchsorted(every, keys, "right") - np.searchsorted(every, keys, "left")


def _sides(evaluated: Evaluated, rows: npt.NDArray[np.int64]) -> _Sides:
    protocol = evaluated.protocol
    first, second = (side[rows].astype(np.int64) for side in (protocol.first, protocol.second))
    photo, other = np.concatenate((first, second)), np.concatenate((second, first))
    order = np.lexsort((protocol.person[other], photo))
    similarity = evaluated.comparisons.similarity[np.concatenate((rows, rows))[order]]
    return _Sides(photo[order], other[order], similarity)


def _key(evaluated: Evaluated, sides: _Sides, people: int) -> npt.NDArray[np.int64]:
    """A number for each photo with each other person."""
    return sides.photo * people + evaluated.protocol.person[sides.other]


def _count(evaluated: Evaluated, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """How many of these pairs each photo stands in."""
    protocol = evaluated.protocol
    first, second = (
        np.bincount(side[rows], minlength=len(protocol.photos))
        for side in (protocol.first, protocol.second)
    )
    return first + second
