"""Weights of very many trials at once, summed in bins.

Trials far from where errors are counted need no weight of their own: their bin's sum is enough.
A bin of trials of one person each is a count per person, so that a round's sum is exact. A bin of
pairs of two people is exact where there are few people: a count per pair of people. Otherwise only
the part of w_a · w_b that is linear in the weights is kept, w_a + w_b − 1 (Hoeffding's projection),
scaled to the round's exact total where that can be had. What is left out, (w_a − 1)(w_b − 1),
has mean 0 and adds up over c pairs of people, evenly met, to about 1/√c of the sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kith.evaluation.metrics.draws import Draws
    from kith.evaluation.metrics.trials import Side

Sums = npt.NDArray[np.float64]
Bins = npt.NDArray[np.intp]

FEW_PEOPLE = 512
"""Up to whom bins of pairs are exact: 131,000 pairs of people."""
SOME_PEOPLE = 3000
"""Up to whom the total weight of all pairs is exact: a table of 36 MiB."""
_CHUNK = 1 << 20
_ROWS = 1 << 12


class Bulk(Protocol):
    """Sums of the weights of the trials in each bin."""

    def sums(self, drawn: Draws) -> Sums:
        """Return the sum of each bin (rounds × bins) for draws of people (rounds × people)."""
        ...

    def totals(self, drawn: Draws) -> Sums | None:
        """Return the weight of all trials, in bins or not, that `sums` are to be scaled to."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Exact sums, from how many trials of each person (or pair of people) are in each bin.

    Attributes:
        counts: float32, people (or pairs of people) × bins.
        couples: the two people of each row; None where a row is one person.
    """

    counts: npt.NDArray[np.float32]
    couples: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]] | None = None

    def sums(self, drawn: Draws) -> Sums:
        """Return the sum of each bin."""
        if self.couples is None:
            return _product(lambda rows: drawn[:, rows], self.counts)
        first, second = self.couples
        return _product(
            lambda rows: np.multiply(drawn[:, first[rows]], drawn[:, second[rows]], dtype=np.int32),
            self.counts,
        )

    def totals(self, drawn: Draws) -> None:
        """Return nothing: the sums are exact."""


@dataclass(frozen=True, slots=True, eq=False)
class Projected:
    """Sums of w_a + w_b − 1.

    Attributes:
        counts: float32, people × bins: in how many of its pairs each person is.
        pairs: float64, bins: how many pairs.
        table: float32, people × people: how many pairs of each two people, in bins or not; None
            where there are too many people.
    """

    counts: npt.NDArray[np.float32]
    pairs: Sums
    table: npt.NDArray[np.float32] | None

    def sums(self, drawn: Draws) -> Sums:
        """Return the sum of each bin, at least 0."""
        return np.maximum(_product(lambda rows: drawn[:, rows], self.counts) - self.pairs, 0.0)

    def totals(self, drawn: Draws) -> Sums | None:
        """Return Σ w_a · w_b over all pairs."""
        if self.table is None:
            return None
        floats = drawn.astype(np.float32)
        met = (floats @ self.table).astype(np.float64)
        return np.asarray((met * floats).sum(axis=1))


def bulk_of(side: Side, bins: Iterator[Bins], count: int, people: int) -> Bulk:
    """Return the sums of a side's trials.

    Args:
        side: the trials.
        bins: the bin of each, some at a time and in order; −1 where a trial is in none.
        count: of bins.
        people: how many there are.
    """
    if side.b is None:
        return Counted(_tally(people, count, zip(bins, _parts(side.a), strict=False)))
    if people <= FEW_PEOPLE:
        rows = _couple(side.a, side.b)
        high, low = np.tril_indices(people, -1)
        return Counted(_tally(len(low), count, zip(bins, _parts(rows), strict=False)), (high, low))
    return _projected(side, bins, count, people)


def chunks(length: int) -> Iterator[slice]:
    """Yield the pieces in which long vectors are gone through."""
    for start in range(0, length, _CHUNK):
        yield slice(start, start + _CHUNK)


def _product(
    weights: Callable[[slice], npt.NDArray[np.integer]], counts: npt.NDArray[np.float32]
) -> Sums:
    """Return weights (rounds × rows, asked for some rows at a time) times counts (rows × bins).

    All rounds at once: BLAS's threads wait for each other at every few hundred rows.
    """
    sums: Sums = np.zeros(1)
    for start in range(0, len(counts), _ROWS):
        rows = slice(start, start + _ROWS)
        sums = sums + weights(rows).astype(np.float32) @ counts[rows]
    return sums


def _projected(side: Side, bins: Iterator[Bins], count: int, people: int) -> Projected:
    assert side.b is not None
    kept = [part.astype(np.int16) for part in bins]
    of_a = _tally(people, count, zip(kept, _parts(side.a), strict=True))
    of_a += _tally(people, count, zip(kept, _parts(side.b), strict=True))
    table = None
    if people <= SOME_PEOPLE:
        cells = side.a.astype(np.int64) * people + side.b
        table = np.bincount(cells, minlength=people**2).astype(np.float32).reshape(people, people)
    return Projected(of_a, of_a.sum(axis=0, dtype=np.float64) / 2, table)


def _tally(
    rows: int, count: int, parts: Iterator[tuple[npt.NDArray[np.integer], npt.NDArray[np.integer]]]
) -> npt.NDArray[np.float32]:
    """Return how many trials are in each row and bin (exact up to 2²⁴ in one)."""
    counts = np.zeros(rows * count, dtype=np.float32)
    for bins, numbers in parts:
        binned = bins >= 0
        np.add.at(counts, numbers[binned].astype(np.intp) * count + bins[binned], np.float32(1))
    return counts.reshape(rows, count)


def _couple(a: npt.NDArray[np.int32], b: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return the row of each pair of people, as `np.tril_indices` counts them."""
    high, low = np.maximum(a, b), np.minimum(a, b)
    return np.asarray(high * (high - 1) // 2 + low)


def _parts(vector: npt.NDArray[np.int32]) -> Iterator[npt.NDArray[np.int32]]:
    for piece in chunks(len(vector)):
        yield vector[piece]
