from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import OptionError, ProtocolError
from kith.training.data import Plan


def labels_of(counts: list[int]) -> np.ndarray:
    return np.repeat(np.arange(len(counts)), counts).astype(np.int32)


def test_a_batch_is_p_people_with_k_photos_of_each() -> None:
    labels = labels_of([4, 4, 4, 4, 4, 4])
    plan = Plan(labels, people=3, photos=4, seed=0)
    assert (plan.steps, plan.turns, plan.used) == (2, 1, 6)
    everything = np.concatenate([plan.batch(1, step) for step in range(plan.steps)])
    assert everything.dtype == np.int64
    assert sorted(everything.tolist()) == list(range(24))
    for step in range(2):
        whose = labels[plan.batch(1, step)].reshape(3, 4)
        assert (whose == whose[:, :1]).all()
        assert len(set(whose[:, 0])) == 3


@given(
    counts=st.lists(st.integers(0, 12), min_size=2, max_size=12),
    people=st.integers(1, 12),
    photos=st.integers(1, 5),
    seed=st.integers(0, 2**32),
    singles=st.booleans(),
    turns=st.none() | st.integers(1, 4),
)
def test_whatever_the_people_a_batch_has_its_shape(
    counts: list[int], people: int, photos: int, seed: int, singles: bool, turns: int | None
) -> None:
    labels = labels_of(counts)
    takes_part = {who for who, count in enumerate(counts) if count >= (1 if singles else 2)}
    if len(takes_part) < people:
        with pytest.raises((OptionError, ProtocolError)):
            Plan(labels, people=people, photos=photos, seed=seed, singles=singles, turns=turns)
        return
    plan = Plan(labels, people=people, photos=photos, seed=seed, singles=singles, turns=turns)
    shown = np.zeros(len(counts), int)
    for step in range(plan.steps):
        rows = plan.batch(2, step)
        assert rows.shape == (people * photos,)
        whose = labels[rows].reshape(people, photos)
        assert (whose == whose[:, :1]).all()
        assert len(set(whose[:, 0])) == people
        shown[whose[:, 0]] += 1
        for who, theirs in zip(whose[:, 0], rows.reshape(people, photos), strict=True):
            assert len(set(theirs)) == min(photos, counts[who])
    assert set(np.flatnonzero(shown)) == takes_part
    few, many = shown[sorted(takes_part)].min(), shown[sorted(takes_part)].max()
    assert few == plan.turns
    assert many <= plan.turns + 1
    assert shown.sum() - plan.turns * plan.used < people


def test_the_same_batch_comes_whenever_it_is_asked_for() -> None:
    labels = labels_of([3, 7, 2, 5, 9, 4])
    plan = Plan(labels, people=4, photos=3, seed=5)
    forward = {(e, s): plan.batch(e, s) for e in range(4) for s in range(plan.steps)}
    for (epoch, step), rows in reversed(forward.items()):
        other = Plan(labels, people=4, photos=3, seed=5)
        assert np.array_equal(plan.batch(epoch, step), rows)
        assert np.array_equal(other.batch(epoch, step), rows)
    batches = {rows.tobytes() for rows in forward.values()}
    assert len(batches) == len(forward)
    elsewhere = Plan(labels, people=4, photos=3, seed=6)
    assert not np.array_equal(elsewhere.batch(0, 0), forward[0, 0])


def test_over_the_epochs_all_photos_of_a_person_are_shown_evenly() -> None:
    labels = labels_of([12, 4, 4])
    plan = Plan(labels, people=3, photos=4, seed=1, turns=1)
    shown = np.zeros(20, int)
    for epoch in range(1, 4):  # three turns of four of twelve
        shown += np.bincount(plan.batch(epoch - 1, 0), minlength=20)
    assert (shown[:12] == 1).all()
    assert (shown[12:] == 3).all()


def test_each_epoch_meets_people_anew_and_leaves_other_photos_out() -> None:
    labels = labels_of([5] * 20)
    plan = Plan(labels, people=4, photos=4, seed=1, turns=1)
    together = {frozenset(labels[plan.batch(epoch, 0)].tolist()) for epoch in range(10)}
    assert len(together) == 10
    shown = np.zeros(100, int)
    for epoch in range(20):
        for step in range(plan.steps):
            shown += np.bincount(plan.batch(epoch, step), minlength=100)
    assert 8 <= shown.min() < shown.max() <= 20
    assert shown.sum() == 20 * 80


def test_an_epoch_is_long_enough_for_half_of_the_people() -> None:
    assert Plan(labels_of([100] * 20), people=16, photos=4, seed=0).turns == 25
    assert Plan(labels_of([100] * 20), people=16, photos=4, seed=0).steps == 32
    assert Plan(labels_of([2] * 40 + [500]), people=16, photos=4, seed=0).turns == 1
    assert Plan(labels_of([2] * 40 + [500]), people=16, photos=4, seed=0).steps == 3


def test_people_with_one_photo_take_part_only_where_asked() -> None:
    labels = labels_of([1, 1, 2, 2])
    rows = Plan(labels, people=2, photos=2, seed=0).batch(1, 0)
    assert set(labels[rows]) == {2, 3}
    plan = Plan(labels, people=4, photos=2, seed=0, singles=True)
    assert sorted(plan.batch(1, 0)) == [0, 0, 1, 1, 2, 3, 4, 5]


def test_rows_of_one_person_need_not_lie_together() -> None:
    labels = np.array([1, 0, 1, 0, 2, 2])
    rows = Plan(labels, people=3, photos=2, seed=0).batch(1, 0)
    assert sorted(rows) == [0, 1, 2, 3, 4, 5]
    assert [labels[a] == labels[b] for a, b in rows.reshape(3, 2)] == [True] * 3


def test_what_cannot_be_is_refused_in_one_line() -> None:
    with pytest.raises(OptionError, match=r"16 people, and there are 3 with two .*--people 3\)"):
        Plan(labels_of([2, 2, 2, 1]), people=16, photos=4, seed=0)
    with pytest.raises(OptionError, match="there are 4 to learn from"):
        Plan(labels_of([2, 2, 2, 1]), people=16, photos=4, seed=0, singles=True)
    for nobody in ([1, 1], []):
        with pytest.raises(ProtocolError, match="nobody has photos enough"):
            Plan(labels_of(nobody), people=2, photos=2, seed=0)
    with pytest.raises(OptionError):
        Plan(labels_of([2, 2]), people=2, photos=0, seed=0)
    with pytest.raises(IndexError):
        Plan(labels_of([2, 2]), people=2, photos=2, seed=0).batch(0, 1)
