from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest

from kith.live.unknowns import Trace, link


def unit(random: np.random.Generator, count: int, size: int = 16) -> np.ndarray:
    rows = random.normal(size=(count, size))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def one_after_another(vectors: np.ndarray, weights: list[float] | None = None) -> list[Trace]:
    return [
        Trace(n, 10.0 * n, 10.0 * n + 5, row, weights[n] if weights else 1.0)
        for n, row in enumerate(vectors)
    ]


def partition(groups: list[list[int]]) -> set[frozenset[int]]:
    return {frozenset(group) for group in groups}


def slowly(traces: list[Trace], least: float) -> set[frozenset[int]]:
    """Average linkage as it is defined: from all pairs, anew for each step."""
    groups = [[trace] for trace in traces]

    def average(a: list[Trace], b: list[Trace]) -> float:
        pairs = [(x, y) for x in a for y in b]
        if any(x.first < y.last and y.first < x.last for x, y in pairs):
            return -np.inf
        total = sum(x.weight * y.weight for x, y in pairs)
        return sum(x.weight * y.weight * float(x.vector @ y.vector) for x, y in pairs) / total

    while len(groups) > 1:
        best, i, j = max(
            (average(a, b), i, j) for i, a in enumerate(groups) for j, b in enumerate(groups[:i])
        )
        if best < least:
            break
        groups[j] += groups.pop(i)
    return {frozenset(trace.number for trace in group) for group in groups}


@pytest.mark.parametrize("least", [-0.2, 0.0, 0.1, 0.25, 0.5])
def test_as_average_linkage_is_defined(random: np.random.Generator, least: float) -> None:
    vectors = unit(random, 4)[random.integers(0, 4, 40)] + 0.6 * unit(random, 40)
    weights = list(random.integers(1, 12, 40).astype(float))
    traces = one_after_another(vectors.astype(np.float32), weights)
    assert partition(link(traces, least)) == slowly(traces, least)


def test_tracks_seen_at_once_stay_apart(random: np.random.Generator) -> None:
    same = np.tile(unit(random, 1), (12, 1))
    starts = random.uniform(0, 20, 12)
    traces = [Trace(n, start, start + 4.0, same[n]) for n, start in enumerate(starts)]
    groups = link(traces, 0.5)
    assert 1 < len(groups) < 12
    for group in groups:
        times = sorted(starts[n] for n in group)
        assert all(later - earlier > 3.7 for earlier, later in pairwise(times))


def test_a_moment_together_is_no_matter(random: np.random.Generator) -> None:
    [row] = unit(random, 1)
    assert len(link([Trace(1, 0.0, 5.0, row), Trace(2, 4.9, 9.0, row)], 0.5)) == 1
    assert len(link([Trace(1, 0.0, 5.0, row), Trace(2, 4.5, 9.0, row)], 0.5)) == 2
    # Not even one that was seen on a single frame of the other's time.
    assert len(link([Trace(1, 0.0, 5.0, row), Trace(2, 3.0, 3.0, row)], 0.5)) == 2


def test_two_names_are_two_people(random: np.random.Generator) -> None:
    [row] = unit(random, 1)
    twins = [Trace(1, 0, 1, row, name="Ada"), Trace(2, 2, 3, row, name="Bo")]
    assert partition(link(twins, 0.5)) == {frozenset({1}), frozenset({2})}
    # Nor do they become one over somebody without a name.
    [one, other] = link([*twins, Trace(3, 4, 5, row)], 0.5)
    assert {len(one), len(other)} == {1, 2}
    assert not any({1, 2} <= {*group} for group in (one, other))


def test_a_name_joins_nobody(random: np.random.Generator) -> None:
    """Whoever is taken for Ada in one shot belongs to their own other shots."""
    rows = unit(random, 2, 64)
    traces = [
        Trace(1, 0, 1, rows[0], name="Ada"),
        Trace(2, 2, 3, rows[1], name="Ada"),
        Trace(3, 4, 5, rows[1]),
    ]
    assert partition(link(traces, 0.5)) == {frozenset({1}), frozenset({2, 3})}


def test_those_without_a_name_join_those_with_one(random: np.random.Generator) -> None:
    rows = unit(random, 2, 64)
    traces = [
        Trace(1, 0, 1, rows[0], name="Ada"),
        Trace(2, 2, 3, rows[0]),
        Trace(3, 4, 5, rows[1]),
    ]
    assert partition(link(traces, 0.5)) == {frozenset({1, 2}), frozenset({3})}


def test_nobody() -> None:
    assert link([], 0.4) == []


def test_many_tracks_in_little_time(random: np.random.Generator) -> None:
    people = unit(random, 60, 128)
    whose = random.integers(0, 60, 6000)
    noisy = people[whose] + 0.5 * unit(random, 6000, 128)
    began = time.process_time()
    groups = link(one_after_another(noisy.astype(np.float32)), 0.5)
    assert time.process_time() - began < 20
    assert len(groups) == 60
    for group in groups:
        assert len(set(whose[group])) == 1


def test_a_crowd_of_strangers_stays_bounded(
    random: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kith.live.unknowns._CHUNK", 50)
    monkeypatch.setattr("kith.live.unknowns._GROUPS", 80)
    groups = link(one_after_another(unit(random, 400, 128)), 0.9)
    assert sorted(number for group in groups for number in group) == list(range(400))
    assert len(groups) == 400
