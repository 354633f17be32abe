from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kith.evaluation.calibrate import deal
from kith.evaluation.calibrate.split import parts_of

from .crowds import crowd, digest, material, mixed

if TYPE_CHECKING:
    import pytest

    from kith.evaluation.calibrate.material import Material


def shuffled(photos: Material, order: np.ndarray, names: tuple[str, ...]) -> Material:
    """Return the same photos in another order, under other names."""
    at = order.astype(np.intp)
    whole = photos.vectors(np.arange(len(order)))
    renamed = np.random.default_rng(1).permutation(len(photos.people))
    return replace(
        photos,
        person=renamed[photos.person[at]].astype(np.int32),
        people=names,
        digests=tuple(photos.digests[number] for number in at),
        acquired=photos.acquired[at],
        quality=photos.quality[at],
        states=tuple(photos.states[number] for number in at),
        vectors=lambda wanted: whole[at][wanted],
    )


@given(st.integers(0, 1000), st.integers(2, 40))
def test_everybody_is_in_one_part_and_only_there(seed: int, people: int) -> None:
    photos = material(mixed(people))
    one, two, notes = parts_of(photos, seed)
    assert notes == ()
    assert not set(one.names) & set(two.names)
    assert sorted(one.names + two.names) == sorted(photos.people)
    assert sorted(one.digests + two.digests) == sorted(photos.digests)
    assert abs(len(one.names) - len(two.names)) <= 1
    several = [int((part.faces > 1).sum()) for part in (one, two)]
    assert abs(several[0] - several[1]) <= 1


def test_photos_stay_with_their_person_and_their_vector() -> None:
    photos = material(mixed(20), failed=[4, 9])
    whole = photos.vectors(np.arange(len(photos.person)))
    of = dict(zip(photos.digests, range(len(photos.digests)), strict=True))
    for part in parts_of(photos, 3)[:2]:
        assert (np.diff(part.person) >= 0).all()
        for row, number in enumerate(of[one] for one in part.digests):
            assert part.names[part.person[row]] == f"person {photos.person[number]}"
            assert np.array_equal(part.vectors[row], whole[number])
            assert part.acquired[row] == photos.acquired[number]
            assert part.quality[row] == photos.quality[number]


def test_neither_names_nor_the_order_of_files_matter() -> None:
    photos = material(mixed(30))
    names = tuple(f"other {number}" for number in range(30))
    order = np.random.default_rng(5).permutation(len(photos.person))
    one, two, _ = parts_of(photos, 0)
    third, fourth, _ = parts_of(shuffled(photos, order, names), 0)
    assert (one.digests, two.digests) == (third.digests, fourth.digests)
    assert np.array_equal(one.vectors, third.vectors)


def test_another_seed_makes_other_parts() -> None:
    photos = material(mixed(30))
    assert parts_of(photos, 0)[0].digests != parts_of(photos, 1)[0].digests


def test_copies_are_left_out_and_named() -> None:
    digests = [digest(number) for number in range(12)]
    digests[1] = digests[0]  # twice of one person
    digests[10] = digests[4]  # of two people: nobody knows whose it is
    one, two, notes = parts_of(material(crowd(4, 3), digests=digests), 0)
    used = one.digests + two.digests
    assert used.count(digests[0]) == 1
    assert digests[4] not in used
    assert len(used) == 9
    assert notes == (
        "2 photos stand for two people, byte by byte the same (person 1 and person 3): left out",
        "1 photos are second copies of a file: left out",
    )


def test_photos_that_could_not_be_read_are_no_copies() -> None:
    digests = ["", "", *(digest(number) for number in range(10))]
    one, two, notes = parts_of(material(crowd(4, 3), failed=[0, 1], digests=digests), 0)
    assert (one.digests + two.digests).count("") == 2
    assert notes == ()


def test_a_person_without_any_face_counts_only_where_two_photos_should_match() -> None:
    photos = material([0, 0, 1, 2, 2, 3, 3], failed=[2, 3, 4])
    one, two, _ = parts_of(photos, 0)
    assert "person 1" not in one.names + two.names  # a single photo, without a face
    assert "person 2" in one.names + two.names  # both photos failed: a pair that is missed


def test_too_many_photos_are_thinned_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deal, "MOST_PHOTOS", 30)
    one, two, notes = parts_of(material(crowd(20, 8)), 0)
    assert [len(one.digests), len(two.digests)] == [30, 30]
    assert set(one.faces) == {3}
    assert notes == ("60 of 160 photos are used: more would change nothing",)


def test_too_many_people_are_thinned_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deal, "MOST_PHOTOS", 10)
    one, _, _ = parts_of(material(mixed(60)), 0)
    assert len(one.digests) == 10
    assert set(one.faces) == {2}  # those with several photos come first
