from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.media.films.clock import LONGEST_GAP, Clock, Pace

seconds = st.floats(-1e9, 1e9, allow_nan=False)


@given(st.lists(st.none() | seconds, min_size=1, max_size=50), seconds)
def test_times_rise_whatever_is_said(said, base):
    clock = Clock(base, 0.04)
    times = [clock.of(moment) for moment in said]
    gaps = [b - a for a, b in pairwise(times)]
    assert all(0 < gap <= LONGEST_GAP * 1.001 for gap in gaps)


@given(st.lists(st.integers(0, 3_600_000), min_size=1, unique=True).map(sorted))
def test_times_that_rise_are_left_alone(milliseconds):
    said, clock = [moment / 1000 for moment in milliseconds], Clock(10.0, 0.04)
    assert [clock.of(moment + 10.0) for moment in said] == pytest.approx(said)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([None, None, None], [0, 0.04, 0.08]),
        ([0, None, 0.08], [0, 0.04, 0.08]),
        ([0, 0.04, 0.04, 0.08], [0, 0.04, 0.0401, 0.08]),
        ([95_000, 95_000.04, 0, 0.04], [0, 0.04, 0.08, 0.12]),
    ],
)
def test_what_is_mended(said, expected):
    clock = Clock(said[0] or 0.0, 0.04)
    assert [clock.of(moment) for moment in said] == pytest.approx(expected)


@given(st.floats(0.5, 100), st.lists(st.floats(0.001, 3), min_size=1, max_size=200))
def test_a_pace_is_kept_and_no_slower_than_it_must_be(per_second, steps):
    pace, time, taken, times = Pace(per_second), 0.0, [], []
    for step in steps:
        times.append(time)
        if pace.wants(time):
            taken.append(time)
        time += step
    assert taken[0] == 0.0
    assert len(taken) <= times[-1] * per_second + 1.001
    for before, after in pairwise(taken):
        early = [t for t in times if before < t < after and t >= before + 1 / per_second + 1e-5]
        assert not early


def test_without_a_pace_everything_is_wanted():
    pace = Pace(None)
    assert all(pace.wants(number / 1000) for number in range(100))
