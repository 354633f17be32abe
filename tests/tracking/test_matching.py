from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kith.tracking.matching import assign, match


def total(costs: np.ndarray, pairs: list[tuple[int, int]]) -> float:
    return float(sum(costs[row, column] for row, column in pairs))


def slowly(costs: np.ndarray) -> float:
    """The least total cost, by trying everything."""
    rows, columns = costs.shape
    ways = itertools.permutations([*range(columns), *[None] * rows], rows)
    return min(
        total(costs, [(row, column) for row, column in enumerate(way) if column is not None])
        for way in ways
    )


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_finds_the_least_total_cost(rows: int, columns: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    costs = np.round(random.uniform(-1, 0.3, (rows, columns)), 1)
    pairs = assign(costs)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert abs(total(costs, pairs) - slowly(costs)) < 1e-9


def test_the_pair_that_costs_least_is_not_always_right() -> None:
    costs = np.array([[0.1, 0.2], [0.2, 1.5]])
    assert [(pair.row, pair.column) for pair in match(costs, 1.7, 0.5)] == [(0, 1), (1, 0)]


def test_what_is_impossible_or_too_dear_is_no_pair() -> None:
    costs = np.array([[np.inf, 2.0], [0.3, np.inf]])
    assert [(pair.row, pair.column) for pair in match(costs, 1.7, 0.5)] == [(1, 0)]


def test_tells_where_another_pair_is_nearly_as_good() -> None:
    clear = match(np.array([[0.1, 1.6], [1.6, 0.1]]), 1.7, 0.5)
    assert [pair.sure for pair in clear] == [True, True]
    close = match(np.array([[0.1, 0.4], [1.6, 0.1]]), 1.7, 0.5)
    assert [pair.sure for pair in close] == [False, False]


def test_many_at_once() -> None:
    random = np.random.default_rng(0)
    costs = random.uniform(0.5, 1.6, (60, 60))
    right = random.permutation(60)
    costs[np.arange(60), right] = 0.05
    assert [pair.column for pair in match(costs, 1.7, 0.5)] == right.tolist()
