"""Every two photos of known people, or a sample of them where they are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.evaluation.protocols.distinct import distinct

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.records import Indices

MOST = 10_000_000
"""Pairs of a kind that are compared where there are more. A sample of so many supports a rate of
3e-7; with all that is measured on them they take about a gigabyte."""

_BYTES_EACH = 16
"""For each number of a sample, where all that could be drawn are marked in a table."""


class EveryTwo(NamedTuple):
    """Photos that are compared with each other.

    Attributes:
        first, second: int32, N: the photos of each pair, first those of one person.
        same: bool, N.
        notes: what was left out, in one line each.
    """

    first: Indices
    second: Indices
    same: npt.NDArray[np.bool_]
    notes: tuple[str, ...]


def every_two(
    person: Indices, *, impostors: int = MOST, genuine: int = MOST, seed: int = 0
) -> EveryTwo:
    """Pair every two photos.

    Args:
        person: int32, P: whose each photo is, from 0, rising.
        impostors: so many pairs of two people at most; of more, a sample in which each has the
            same chance.
        genuine: the same of pairs of one person.
        seed: of the samples.
    """
    counts = np.bincount(person)
    starts = np.cumsum(counts) - counts
    place = np.arange(len(person))
    # Photo p stands in a pair of one person with each of that person's before it, and in a pair
    # of two people with each photo before its person's first: so every pair has a number.
    own, others = place - starts[person], starts[person]
    random = np.random.default_rng(seed)
    pairs_of_one, note_of_one = _some(own, genuine, random, "one person")
    pairs_of_two, note_of_two = _some(others, impostors, random, "two people")
    pairs_of_one[1] += starts[person[pairs_of_one[0]]].astype(np.int32)
    first, second = np.concatenate([pairs_of_one, pairs_of_two], axis=1)
    same = np.arange(len(first)) < pairs_of_one.shape[1]
    return EveryTwo(first, second, same, tuple(filter(None, (note_of_one, note_of_two))))


def _some(
    partners: npt.NDArray[np.int64], most: int, random: np.random.Generator, kind: str
) -> tuple[Indices, str]:
    """Return pairs as int32, 2 × n: all of them, or a sample.

    Args:
        partners: of each photo, how many there are; numbered from 0.
        most: so many pairs at most.
        random: picks them.
        kind: of the pairs, for the note.
    """
    ends = np.cumsum(partners)
    total = int(ends[-1]) if len(ends) else 0
    numbers = np.arange(total) if total <= most else sample(total, most, random)
    photo = np.searchsorted(ends, numbers, side="right")
    partner = numbers - (ends - partners)[photo]
    note = f"of {total:,} pairs of {kind} a sample of {most:,} is compared" if total > most else ""
    return np.stack([photo, partner]).astype(np.int32), note


def sample(total: int, wanted: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return `wanted` different numbers below `total`, rising, every set equally likely.

    Numbers are drawn, never more than are still missing, until there are enough different ones.
    In memory for a few times `wanted`, however large `total` is.
    """
    if 2 * wanted > total:
        kept = np.ones(total, dtype=np.bool_)
        kept[sample(total, total - wanted, random)] = False
        return np.flatnonzero(kept)
    if total <= _BYTES_EACH * wanted:
        drawn, missing = np.zeros(total, dtype=np.bool_), wanted
        while missing:
            drawn[random.integers(0, total, size=missing)] = True
            missing = wanted - int(np.count_nonzero(drawn))
        return np.flatnonzero(drawn)
    chosen = np.empty(0, dtype=np.int64)
    while len(chosen) < wanted:
        more = random.integers(0, total, size=wanted - len(chosen))
        chosen = distinct(np.concatenate([chosen, more]))
    return chosen
