"""Trials in order of error, the worst first, and their weights added up in a bootstrap's rounds.

The first ones, where rates of interest are decided, are steps of their own, each with its own
weight. The many after them are binned by rank, up to the middle each bin 3 % further down than the
one before, after it each with a tenth of what is left; within a bin the weight is taken to rise
evenly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kith.evaluation.metrics.bulk import bulk_of, chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.evaluation.metrics.bulk import Bins, Bulk, Sums
    from kith.evaluation.metrics.draws import Draws
    from kith.evaluation.metrics.trials import Side
    from kith.evaluation.records import Scores

Floats = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.intp]

HEAD = 1 << 18
_NEAR, _FAR = 1.03, 1.1
_LEAST = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Places on a ladder: after `step` steps and a `part` of the next; None where no part is."""

    step: Ranks
    part: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """Trials in order.

    Attributes:
        keys: float32, n, rising: scores, or scores · −1 where a high one is an error.
        head: how many trials are steps of their own.
        edges: the ranks at which bins begin, and n.
        a, b: the people of the head's trials.
        bulk: the bins; None where there are none.
    """

    keys: Scores
    head: int
    edges: Ranks
    a: Ranks
    b: Ranks | None
    bulk: Bulk | None

    def locate(self, ranks: npt.ArrayLike) -> Spots:
        """Return where the first so many trials end; ranks may have fractions."""
        ranks = np.asarray(ranks, dtype=np.float64)
        step = np.minimum(ranks.astype(np.intp), self.head)
        part = ranks - step
        deep = part > 0
        deep &= step == self.head
        if deep.any():
            bins = np.minimum(
                np.searchsorted(self.edges, ranks[deep], "right") - 1, len(self.edges) - 2
            )
            step[deep] = self.head + bins
            part[deep] = (ranks[deep] - self.edges[bins]) / np.diff(self.edges)[bins]
        return Spots(step, part if part.any() else None)


class Climb:
    """A ladder with the weights of one round."""

    def __init__(self, ladder: Ladder) -> None:
        self.ladder = ladder
        self._steps = ladder.head + len(ladder.edges) - 1
        # One more than there are steps, so that a place at the very end has a step after it.
        self._sums = np.zeros(self._steps + 2)
        self._head = np.zeros(ladder.head, dtype=np.int64)

    @property
    def total(self) -> float:
        """The weight of all trials."""
        return float(self._sums[-1])

    @property
    def weights(self) -> Floats:
        """Of each step."""
        return np.diff(self._sums[:-1])

    def weigh(self, drawn: npt.NDArray[np.int32], bins: Floats | None, total: float | None) -> None:
        """Take the weights of a round: how often each person was drawn, and the bins' sums.

        With a total the bins are scaled so that all weights add up to it.
        """
        ladder, sums = self.ladder, self._sums
        weights = drawn[ladder.a]
        if ladder.b is not None:
            weights *= drawn[ladder.b]
        np.cumsum(weights, out=self._head)
        sums[1 : ladder.head + 1] = self._head
        if bins is not None:
            if total is not None and bins.any():
                bins = bins * (max(total - sums[ladder.head], 0.0) / bins.sum())
            np.cumsum(bins, out=sums[ladder.head + 1 : -1])
            sums[ladder.head + 1 : -1] += sums[ladder.head]
        sums[-1] = sums[-2]

    def before(self, spots: Spots) -> Floats:
        """Return the weight of all trials before some places."""
        low = self._sums[spots.step]
        if spots.part is None:
            return low
        return np.asarray(low + spots.part * (self._sums[spots.step + 1] - low))

    def share(self, ranks: npt.ArrayLike) -> Floats:
        """Return the share of the weight that the first so many trials have."""
        return self.before(self.ladder.locate(ranks)) / self.total

    def rank(self, limits: Floats) -> Ranks:
        """Return how many of the first trials weigh at most so much together."""
        ladder = self.ladder
        steps = np.searchsorted(self._sums[:-1], limits, "right") - 1
        ranks = np.minimum(steps, ladder.head)
        deep = steps >= ladder.head
        if ladder.bulk is not None and deep.any():
            bins = np.minimum(steps[deep] - ladder.head, len(ladder.edges) - 2)
            low, high = self._sums[ladder.head + bins], self._sums[ladder.head + bins + 1]
            part = np.divide(
                limits[deep] - low, high - low, where=high > low, out=np.ones_like(low)
            )
            width = np.diff(ladder.edges)[bins]
            ranks[deep] = ladder.edges[bins] + np.floor(np.minimum(part, 1.0) * width)
        return np.asarray(ranks)


def ladder_of(side: Side, people: int, *, falling: bool, head: int = HEAD) -> Ladder:
    """Return a side's trials in order.

    Args:
        side: the trials.
        people: how many there are.
        falling: whether high scores come first.
        head: how many trials at most are steps of their own.
    """
    keys = -side.rising[::-1] if falling else side.rising
    edges = _edges(keys, head)
    first = _keys(side, slice(None), falling)
    limit = keys[edges[0]] if edges[0] < len(keys) else np.nan
    chosen = np.flatnonzero(~(first >= limit))
    chosen = chosen[np.argsort(first[chosen], kind="stable")]
    bulk = None
    if len(edges) > 1:
        bulk = bulk_of(side, _bins(side, keys[edges[:-1]], falling), len(edges) - 1, people)
    return Ladder(
        keys=keys,
        head=int(edges[0]),
        edges=edges,
        a=side.a[chosen].astype(np.intp),
        b=None if side.b is None else side.b[chosen].astype(np.intp),
        bulk=bulk,
    )


def block_sums(ladder: Ladder, drawn: Draws) -> Iterator[tuple[Floats | None, float | None]]:
    """Yield the bins' sums of each round of a block, and what all weights are to add up to."""
    sums: Sums | list[None] = [None] * len(drawn)
    totals: Sums | list[None] | None = None
    if ladder.bulk is not None:
        sums, totals = ladder.bulk.sums(drawn), ladder.bulk.totals(drawn)
    yield from zip(sums, [None] * len(drawn) if totals is None else totals, strict=True)


def _edges(keys: Scores, head: int) -> Ranks:
    """Return where bins begin, and the end; equal keys are never parted."""
    count = len(keys)
    begins = [head]
    while begins[-1] < count / 2:
        begins.append(int(begins[-1] * _NEAR) + 1)
    while count - begins[-1] > count * _LEAST:
        begins.append(count - int((count - begins[-1]) / _FAR))
    starts = np.searchsorted(keys, keys[[begin for begin in begins if begin < count]], "left")
    return np.unique(np.append(starts, count)).astype(np.intp)


def _keys(side: Side, piece: slice, falling: bool) -> Scores:
    return -side.scores[piece] if falling else side.scores[piece]


def _bins(side: Side, begins: Scores, falling: bool) -> Iterator[Bins]:
    for piece in chunks(len(side.scores)):
        yield np.searchsorted(begins, _keys(side, piece, falling), "right") - 1
