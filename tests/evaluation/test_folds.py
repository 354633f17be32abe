from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.evaluation.protocols.folds import stratified


def test_nobody_is_in_two_folds_where_that_can_be_had() -> None:
    # Forty couples; each couple has pairs among themselves only.
    random = np.random.default_rng(1)
    couple = np.repeat(np.arange(40), 6)
    same = np.tile([True, False, True, False, True, False], 40)
    a = 2 * couple + random.integers(0, 2, size=240)
    b = np.where(same, a, a ^ 1)
    found = stratified(a.astype(np.int32), b.astype(np.int32), same, seed=0)
    assert found.folds == 10
    assert "nobody is in two" in found.note
    for person in range(80):
        assert len(set(found.fold[(a == person) | (b == person)])) <= 1
    for kind in (same, ~same):
        assert np.bincount(found.fold[kind], minlength=10).tolist() == [12] * 10


def test_where_the_pairs_join_everybody_the_kinds_are_dealt_evenly() -> None:
    random = np.random.default_rng(2)
    a = random.integers(0, 9, size=300).astype(np.int32)
    same = np.arange(300) < 38
    b = np.where(same, a, (a + 1) % 9).astype(np.int32)
    found = stratified(a, b, same, seed=3)
    assert found.folds == 10
    assert "the pairs join too many people" in found.note
    assert sorted(np.bincount(found.fold[same])) == [3, 3, 4, 4, 4, 4, 4, 4, 4, 4]
    assert sorted(np.bincount(found.fold[~same])) == [26] * 8 + [27] * 2
    again = stratified(a, b, same, seed=3)
    assert np.array_equal(found.fold, again.fold)
    assert not np.array_equal(found.fold, stratified(a, b, same, seed=4).fold)


@pytest.mark.parametrize(("genuine", "impostor", "folds"), [(1, 9, 0), (4, 9, 4), (9, 2, 2)])
def test_few_pairs_make_few_folds(genuine: int, impostor: int, folds: int) -> None:
    same = np.arange(genuine + impostor) < genuine
    a = np.zeros(len(same), dtype=np.int32)
    found = stratified(a, np.where(same, 0, 1).astype(np.int32), same, seed=0)
    assert found.folds == folds
    assert (found.fold.max() + 1 if folds else 0) == folds


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=4, max_size=60))
def test_every_fold_has_both_kinds(pairs: list[tuple[int, int]]) -> None:
    a, b = np.array(pairs, dtype=np.int32).T
    same = a == b
    found = stratified(a, b, same, seed=0)
    if found.folds:
        assert set(found.fold[same]) == set(found.fold[~same]) == set(range(found.folds))
    if "nobody is in two" in found.note:
        for person in set(a) | set(b):
            assert len(set(found.fold[(a == person) | (b == person)])) == 1
