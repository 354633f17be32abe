"""Comparisons made up for tests."""

from __future__ import annotations

import numpy as np

from kith.evaluation.records import Comparisons


def everybody(
    people: int,
    photos: int,
    seed: int = 0,
    *,
    apart: float = 3.0,
    habit: float = 0.4,
    decimals: int | None = None,
    failing: float = 0.0,
) -> Comparisons:
    """Every pair of photos of some people.

    Args:
        people: how many.
        photos: of each.
        seed: of the scores.
        apart: how much more similar photos of one person are, in standard deviations.
        habit: standard deviation of what a person adds to each of their scores.
        decimals: to round scores to, for ties.
        failing: share of photos that could not be acquired.
    """
    rng = np.random.default_rng(seed)
    whose = np.repeat(np.arange(people, dtype=np.int32), photos)
    first, second = np.triu_indices(len(whose), 1)
    a, b = whose[first], whose[second]
    adds = rng.normal(0, habit, people)
    scores = rng.standard_normal(len(a)) + adds[a] + adds[b] + apart * (a == b)
    if decimals is not None:
        scores = scores.round(decimals)
    failed = rng.random(len(whose)) < failing
    scores[failed[first] | failed[second]] = -np.inf
    return Comparisons(scores.astype(np.float32), a == b, a, b, people)


def strangers_to_each_other(pairs: int, people: int, genuine: float, seed: int = 0) -> Comparisons:
    """Random pairs of many people, a share of them of one person; scores as in `everybody`."""
    rng = np.random.default_rng(seed)
    a = rng.integers(0, people, pairs, dtype=np.int32)
    same = rng.random(pairs) < genuine
    other = (a + rng.integers(1, people, pairs, dtype=np.int32)) % people
    b = np.where(same, a, other).astype(np.int32)
    adds = rng.normal(0, 0.4, people)
    scores = rng.standard_normal(pairs) + adds[a] + adds[b] + 3.0 * same
    return Comparisons(scores.astype(np.float32), same, a, b, people)
