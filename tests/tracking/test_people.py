from __future__ import annotations

import numpy as np

from kith.tracking.common import Common
from kith.tracking.people import People
from kith.tracking.person import Traits

from .looks import direction

SAME = 0.4


def traits(vector: np.ndarray, name: str | None = None, beside: tuple[int, ...] = (), looks=3):
    return Traits(Common(vector), looks, name, set(beside))


def test_who_returns_is_the_same_person() -> None:
    people = People(100, SAME)
    assert people.place(1, 0, traits(direction(0))) == 1
    assert people.place(2, 0, traits(direction(90))) == 2
    assert people.place(3, 0, traits(direction(40, 2))) == 1
    assert people.place(4, 0, traits(direction(89, 3))) == 3


def test_two_at_the_same_time_are_two() -> None:
    people = People(100, SAME)
    assert people.place(1, 0, traits(direction(0))) == 1
    assert people.place(2, 0, traits(direction(5), beside=(1,))) == 2


def test_a_name_joins_what_looks_alone_would_not() -> None:
    people = People(100, SAME)
    people.place(1, 0, traits(direction(0), "Ada"))
    assert people.place(2, 0, traits(direction(75, 1), "Ada")) == 1


def test_names_that_differ_keep_apart() -> None:
    people = People(100, SAME)
    people.place(1, 0, traits(direction(0), "Ada"))
    assert people.place(2, 0, traits(direction(30), "Eda")) == 2


def test_a_wrong_guess_is_corrected_and_the_first_number_kept() -> None:
    people = People(100, SAME)
    people.place(1, 0, traits(direction(0)))
    assert people.place(2, 0, traits(direction(80), looks=1)) == 2  # turned away at first
    assert people.place(2, 2, traits(direction(20))) == 1
    assert people.place(3, 0, traits(direction(60, 1))) == 1
    assert people.place(3, 1, traits(direction(85, 1))) == 3  # taken out again


def test_numbers_are_never_given_twice() -> None:
    people = People(100, SAME)
    people.place(1, 0, traits(direction(0)))
    people.place(2, 0, traits(direction(90)))
    people.place(2, 2, traits(direction(10)))
    assert people.place(3, 0, traits(direction(90, 4))) == 3


def test_memory_is_bounded_and_the_latest_are_kept() -> None:
    people = People(5, SAME)
    random = np.random.default_rng(0)
    vectors = np.linalg.qr(random.normal(size=(64, 64)))[0].astype(np.float32)
    numbers = [people.place(track, 0, traits(vectors[track])) for track in range(50)]
    assert numbers == list(range(1, 51))
    assert people.place(60, 0, traits(vectors[49])) == 50
    assert people.place(61, 0, traits(vectors[0])) == 51
    assert sum(people.get(number) is not None for number in range(1, 60)) == 5


def test_a_correction_is_remembered_for_the_person() -> None:
    people = People(100, SAME)
    people.place(1, 0, traits(direction(0)))
    person = people.corrected(1, 1, traits(direction(0)), "Ada")
    assert (person.id, person.said, person.corrected) == (1, "Ada", True)
    again = people.get(people.place(2, 0, traits(direction(10))))
    assert again is person


def test_a_correction_takes_a_track_out_of_a_person_it_is_unlike() -> None:
    people = People(100, SAME)
    people.place(1, 0, traits(direction(0), "Ada"))
    people.place(2, 0, traits(direction(75, 1), "Ada"))
    person = people.corrected(2, 1, traits(direction(75, 1)), "Bo")
    assert person.id == 2
    assert not people.get(1).corrected
