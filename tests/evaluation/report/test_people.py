from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from kith.evaluation.records import Comparisons
from kith.evaluation.report.people import Difficulty, goats, lambs, least_rate


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_people_are_ordered_by_wilsons_interval(pair):
    errors, pairs = pair
    low = binomtest(errors, pairs).proportion_ci(0.95, method="wilson").low
    assert least_rate(np.array([errors]), np.array([pairs]))[0] == pytest.approx(low, abs=1e-6)


def drawn(random, people=9, pairs=400):
    a, b = random.integers(0, people, (2, pairs)).astype(np.int32)
    b[: pairs // 2] = a[: pairs // 2]
    same = a == b
    similarity = random.normal(np.where(same, 0.6, 0.2), 0.2).astype(np.float32)
    similarity[::17] = -np.inf
    return Comparisons(similarity, same, a, b, people)


def test_counts_are_those_of_counting_by_hand(random):
    scored, threshold = drawn(random), 0.45
    missed, own, matched, others = (dict.fromkeys(range(9), 0) for _ in range(4))
    for similarity, same, a, b in zip(
        scored.similarity, scored.same, scored.a, scored.b, strict=True
    ):
        if same:
            own[int(a)] += 1
            missed[int(a)] += int(not similarity >= threshold)
        else:
            for person in (int(a), int(b)):
                others[person] += 1
                matched[person] += int(similarity >= threshold)
    for found, errors, pairs in (
        (goats(scored, threshold, 20), missed, own),
        (lambs(scored, threshold, 20), matched, others),
    ):
        wrong = [Difficulty(p, errors[p], pairs[p]) for p in errors if errors[p]]
        assert sorted(found.people, key=lambda one: one.person) == wrong
        assert found.affected == len(wrong)
        assert found.measured == sum(count > 0 for count in pairs.values())
        assert found.people[0].rate == found.people[0].errors / found.people[0].pairs


def test_many_mistakes_among_many_pairs_come_before_one_in_one():
    same = np.ones(11, np.bool_)
    person = np.array([0] * 10 + [1], np.int32)
    similarity = np.array([0.0] * 9 + [1.0, 0.0], np.float32)
    found = goats(Comparisons(similarity, same, person, person, 2), 0.5, 5)
    assert [(one.person, one.errors, one.pairs) for one in found.people] == [(0, 9, 10), (1, 1, 1)]
    assert found.half == 1


def test_failures_are_missed_and_never_matched():
    similarity = np.full(2, -np.inf, np.float32)
    people = np.array([0, 0], np.int32), np.array([0, 1], np.int32)
    scored = Comparisons(similarity, np.array([True, False]), *people, 2)
    assert goats(scored, float("-inf"), 5).affected == 1 or goats(scored, -2.0, 5).affected == 1
    assert lambs(scored, float("-inf"), 5).affected == 0


def test_half_of_the_mistakes():
    person = np.repeat(np.arange(4, dtype=np.int32), [5, 3, 1, 1])
    similarity, same = np.zeros(10, np.float32), np.ones(10, np.bool_)
    found = goats(Comparisons(similarity, same, person, person, 5), 0.5, 2)
    assert (found.half, found.affected, found.measured, len(found.people)) == (1, 4, 4, 2)
