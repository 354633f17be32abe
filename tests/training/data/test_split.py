from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import OptionError, ProtocolError
from kith.training.data import hold_out

if TYPE_CHECKING:
    from .conftest import Made


def test_people_are_held_out_whole(made: Made) -> None:
    counts = [3, 1, 5, 2, 4, 4, 1, 3, 6, 2]
    found = made(counts)
    split = hold_out(found, 0.3, seed=1)
    assert sorted([*split.learn, *split.held]) == list(range(31))
    learned, held = set(found.person[split.learn]), set(found.person[split.held])
    assert not learned & held
    assert {found.people[who] for who in held} == set(split.people_held)
    assert {found.people[who] for who in learned} == set(split.people_learn)
    assert all(counts[who] >= 2 for who in held)
    assert sorted(set(split.classes)) == list(range(len(split.people_learn)))
    assert split.classes.dtype == np.int32
    assert split.learn.dtype == split.held.dtype == np.int64
    for row, label in zip(split.learn, split.classes, strict=True):
        assert split.people_learn[label] == found.people[found.person[row]]


def test_who_is_held_out_depends_on_seed_and_photos_alone(made: Made) -> None:
    found = made([4] * 12)
    split = hold_out(found, 0.25, seed=1)
    assert len(split.people_held) == 3
    backwards = replace(
        found,
        person=(11 - found.person)[::-1],
        people=tuple(f"called {name}" for name in reversed(found.people)),
        digests=found.digests[::-1],
    )
    other = hold_out(backwards, 0.25, seed=1)
    assert set(other.people_held) == {f"called {name}" for name in split.people_held}
    assert {hold_out(found, 0.25, seed=seed).people_held for seed in range(6)} - {split.people_held}


def test_enough_are_held_out_for_ten_pairs_of_one_person(made: Made) -> None:
    assert len(hold_out(made([2] * 40), 0.05, seed=0).people_held) == 10
    assert len(hold_out(made([5] * 40), 0.01, seed=0).people_held) == 2
    assert len(hold_out(made([5] * 5), 0.9, seed=0).people_held) == 3
    assert len(hold_out(made([2] * 40), 0.5, seed=0).people_held) == 20


def test_nobody_need_be_held_out(made: Made) -> None:
    split = hold_out(made([2, 2]), 0.0, seed=0)
    assert split.learn.tolist() == [0, 1, 2, 3]
    assert split.classes.tolist() == [0, 0, 1, 1]
    assert not len(split.held)
    assert split.people_held == ()


def test_too_few_people_are_refused_with_how_many_are_needed(made: Made) -> None:
    with pytest.raises(ProtocolError, match=r"^3 people have two .* about 4 are needed") as few:
        hold_out(made([6, 6, 6, 1, 1]), 0.2, seed=0)
    assert "\n" not in str(few.value)
    with pytest.raises(ProtocolError, match="about 12 are needed"):
        hold_out(made([2] * 11), 0.2, seed=0)
    assert hold_out(made([2] * 12), 0.2, seed=0).people_held
    with pytest.raises(OptionError):
        hold_out(made([2] * 12), 0.95, seed=0)
