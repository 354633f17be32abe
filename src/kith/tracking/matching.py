"""Which of the faces found is which of those followed.

All pairs have a cost, by place, size and looks from afar; the pairs chosen are those with the
least cost in all (H. W. Kuhn, *The Hungarian Method for the Assignment Problem*, 1955, in the form
that adds one row after the other along shortest ways: R. Jonker, A. Volgenant, *A Shortest
Augmenting Path Algorithm for Dense and Sparse Linear Assignment Problems*, 1987).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Costs = npt.NDArray[np.float64]


class Pair(NamedTuple):
    """A face of before and a face of now.

    Attributes:
        row, column: their places in the table of costs.
        sure: no other pair of the row or the column costs nearly as little.
    """

    row: int
    column: int
    sure: bool


def match(costs: Costs, limit: float, clear: float) -> list[Pair]:
    """Pair rows with columns at the least total cost.

    Args:
        costs: rows × columns; infinite where a pair is impossible.
        limit: a pair that costs so much is no better than none.
        clear: how much more every other pair has to cost for one to be sure.
    """
    gains = np.where(np.isfinite(costs), limit - costs, 0.0).clip(min=0.0)
    return [
        Pair(row, column, _is_clear(gains, row, column, clear))
        for row, column in _best(gains)
        if gains[row, column] > 0
    ]


def _is_clear(gains: Costs, row: int, column: int, clear: float) -> bool:
    least = gains[row, column] - clear
    others = np.concatenate([np.delete(gains[row], column), np.delete(gains[:, column], row)])
    return not np.any((others > 0) & (others > least))


def _best(gains: Costs) -> list[tuple[int, int]]:
    """Return the pairs of the largest total gain, of which none is negative."""
    possible = gains > 0
    alone = possible & (possible.sum(axis=1, keepdims=True) == 1)
    alone &= possible.sum(axis=0, keepdims=True) == 1
    pairs = [(int(row), int(column)) for row, column in np.argwhere(alone)]
    rows = np.flatnonzero(possible.any(axis=1) & ~alone.any(axis=1))
    columns = np.flatnonzero(possible.any(axis=0) & ~alone.any(axis=0))
    if len(rows):
        some = gains[np.ix_(rows, columns)]
        pairs += [(int(rows[i]), int(columns[j])) for i, j in assign(-some)]
    return sorted(pairs)


def assign(costs: Costs) -> list[tuple[int, int]]:
    """Give each row a column of its own, or none at a cost of 0, at the least total cost.

    Args:
        costs: rows × columns, finite.
    """
    count, width = costs.shape
    table = np.hstack([costs, np.zeros((count, count))])  # a column for each row that stays alone
    owner = np.full(table.shape[1] + 1, -1)  # of each column; the last is where a row comes from
    above, beside = np.zeros(count), np.zeros(table.shape[1] + 1)
    for row in range(count):
        _augment(table, row, owner, above, beside)
    return [(int(owner[column]), column) for column in range(width) if owner[column] >= 0]


def _augment(
    table: Costs, row: int, owner: npt.NDArray[np.int64], above: Costs, beside: Costs
) -> None:
    """Add one row to an assignment, along the shortest way; `above` and `beside` are its prices."""
    columns = table.shape[1]
    least = np.full(columns, np.inf)
    before = np.full(columns, columns)
    done = np.zeros(columns + 1, dtype=bool)
    owner[columns], at = row, columns
    while owner[at] >= 0:
        done[at] = True
        here = owner[at]
        reduced = table[here] - above[here] - beside[:columns]
        better = (reduced < least) & ~done[:columns]
        least[better], before[better] = reduced[better], at
        open_ = np.where(done[:columns], np.inf, least)
        following = int(np.argmin(open_))
        step = open_[following]
        above[owner[done]] += step
        beside[done] -= step
        least[~done[:columns]] -= step
        at = following
    while at != columns:
        owner[at] = owner[before[at]]
        at = int(before[at])
