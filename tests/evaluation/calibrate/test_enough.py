from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import InputError
from kith.evaluation.calibrate.enough import check, least_people, pairs_of
from kith.evaluation.calibrate.split import parts_of

from .crowds import crowd, material


def said(person: list[int], fmr: float, failed: list[int] | None = None) -> str:
    one, two, _ = parts_of(material(person, failed=failed or []), 0)
    with pytest.raises(InputError) as caught:
        check(one, two, fmr)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_ten_people_are_too_few() -> None:
    assert said(crowd(10, 2), 1e-3) == (
        "an FMR of 0.001 needs 78 people in each half, 156 in all; there are 10: 146 more, "
        "or ask for --fmr 0.3"
    )
    one, two, _ = parts_of(material(crowd(10, 2)), 0)
    check(one, two, 0.3)  # what was offered is enough


@pytest.mark.parametrize(("people", "enough"), [(155, False), (156, True)])
def test_the_rule_of_3_counts_pairs_of_people(people: int, enough: bool) -> None:
    """However many photos there are: they repeat the same comparisons."""
    for photos in (2, 5):
        one, two, _ = parts_of(material(crowd(people, photos)), 0)
        if enough:
            check(one, two, 1e-3)
        else:
            with pytest.raises(InputError, match="there are 155: 1 more"):
                check(one, two, 1e-3)


@given(st.floats(1e-7, 0.99))
def test_the_least_people_are_the_least(fmr: float) -> None:
    people = least_people(fmr)
    assert pairs_of(people) * fmr >= 3 * (1 - 1e-12)
    assert pairs_of(people - 1) * fmr < 3


@pytest.mark.parametrize("people", [4, 8, 12, 27, 60, 156, 400])
def test_the_rate_that_is_offered_is_supported(people: int) -> None:
    words = said(crowd(people, 2), 1e-9)
    if "--fmr" not in words:
        assert people < 6  # three pairs or fewer: nothing can be promised
        return
    offered = float(words.split("--fmr ")[1].split(";")[0])
    assert pairs_of(people // 2) * offered >= 3


def test_people_with_one_photo_tell_nothing_of_misses() -> None:
    words = said([*range(160), 0, 1, 2, 3], 1e-3)
    assert words == ("an FNMR needs 10 people with two photos or more; there are 4: 6 more")


def test_photos_without_a_face_do_not_count() -> None:
    failed = [number for number in range(320) if number % 2]
    assert "there are 0: 10 more" in said(crowd(160, 2), 1e-3, failed)


def test_one_person_and_nobody() -> None:
    assert said([0, 0, 0], 1e-3).startswith("all photos show one person")
    assert said([0, 0, 1, 1], 1e-3, [0, 1, 2, 3]) == (
        "there is not one usable face to calibrate on"
    )
