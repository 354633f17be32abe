"""People who are learned from, and people who are only measured on."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import OptionError, ProtocolError

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.training.records import TrainingSet

PAIRS = 10
"""Pairs of one person among those held out, below which an accuracy says nothing."""
LEAST = 2
"""People with two photos that are needed on each side: without them there is no pair of two."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Whose photos are learned from, and whose are measured on.

    Attributes:
        learn: int64: rows of the training set that are learned from, rising.
        held: int64: rows that are measured on, rising.
        classes: int32, one for each of `learn`: whose, as a number below the number of people who
            are learned from.
        people_learn: their names.
        people_held: names of the others.
    """

    learn: npt.NDArray[np.int64]
    held: npt.NDArray[np.int64]
    classes: npt.NDArray[np.int32]
    people_learn: tuple[str, ...]
    people_held: tuple[str, ...]


def hold_out(training_set: TrainingSet, share: float, seed: int) -> Split:
    """Hold people out: nothing is learned from them, so that what is measured on them is true.

    Who they are depends on the seed and the photos' bytes, not on names or on the order of the
    folder. Only people with two photos are held out, and at least as many as give `PAIRS` pairs
    of one person; the others are learned from.

    Args:
        training_set: of which.
        share: of the people with two photos, 0–0.9; 0: nobody is held out.
        seed: decides who.

    Raises:
        OptionError: another share.
        ProtocolError: there are too few people.
    """
    if not 0 <= share <= 0.9:
        raise OptionError(f"the share of people held out is {share:g}; it must be 0 to 0.9")
    counts = np.bincount(training_set.person, minlength=len(training_set.people))
    paired = np.flatnonzero(counts >= 2)
    held = np.zeros(len(counts), dtype=np.bool_)
    if share:
        order = _drawn(training_set, paired, seed)
        held[order[: _number(counts[order], share)]] = True
    return _split(training_set, held)


def _drawn(
    training_set: TrainingSet, paired: npt.NDArray[np.int64], seed: int
) -> npt.NDArray[np.int64]:
    """Return the people in an order drawn by the seed and the bytes of their photos alone."""
    theirs: dict[int, list[str]] = {number: [] for number in paired.tolist()}
    for number, digest in zip(training_set.person.tolist(), training_set.digests, strict=True):
        if number in theirs:
            theirs[number].append(digest)

    def draw(number: int) -> bytes:
        return hashlib.sha256(" ".join([str(seed), *sorted(theirs[number])]).encode()).digest()

    return np.array(sorted(theirs, key=draw), dtype=np.int64)


def _number(counts: npt.NDArray[np.int64], share: float) -> int:
    """Return how many people to hold out.

    Args:
        counts: photos of everybody who can be, in the order in which they are taken.
        share: of them.

    Raises:
        ProtocolError: there are too few.
    """
    each = counts * (counts - 1) // 2
    enough = int(np.searchsorted(np.cumsum(each), PAIRS)) + 1
    least, most = max(LEAST, enough), len(counts) - LEAST
    if least > most:
        usual = float(np.mean(each)) if len(each) else 1.0
        needed = LEAST + max(LEAST, math.ceil(PAIRS / usual))
        raise ProtocolError(
            f"{len(counts):,} people have two photos or more, too few to hold some of them out: "
            f"about {needed:,} are needed, so that {LEAST} stay and the others give {PAIRS} pairs "
            "of one person; add people or photos, or hold nobody out (--held-out 0)"
        )
    return min(max(least, round(share * len(counts))), most)


def _split(training_set: TrainingSet, held: npt.NDArray[np.bool_]) -> Split:
    person, people = training_set.person, training_set.people
    number = np.cumsum(~held) - 1
    learn = np.flatnonzero(~held[person])
    return Split(
        learn=learn.astype(np.int64),
        held=np.flatnonzero(held[person]).astype(np.int64),
        classes=number[person[learn]].astype(np.int32),
        people_learn=tuple(np.array(people, dtype=object)[~held]),
        people_held=tuple(np.array(people, dtype=object)[held]),
    )
