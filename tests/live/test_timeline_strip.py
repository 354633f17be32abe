from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kith.live.strip import MOST, clock, strip
from kith.media import COLOURS
from kith.types import Verdict

from .made import a_person, a_timeline


def spans_of(picture: np.ndarray, colour: tuple[int, int, int]) -> list[tuple[int, int]]:
    """Find the stretches of a colour along the rows of lanes: from and to, in pixels."""
    found: set[tuple[int, int]] = set()
    for row in (picture == colour).all(axis=2)[:, 450:]:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
        found |= {(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)}
    longest = max((b - a for a, b in found), default=0)
    return sorted(span for span in found if span[1] - span[0] > longest - 30 and longest > 0)


def test_lanes_show_when() -> None:
    picture = strip(a_timeline(a_person((0.0, 5.0), name="Ada"), duration=10.0))
    [(start, end), *_] = spans_of(picture, COLOURS[Verdict.MATCH])
    whole = strip(a_timeline(a_person((0.0, 10.0), name="Ada"), duration=10.0))
    [(_, last), *_] = spans_of(whole, COLOURS[Verdict.MATCH])
    assert (end - start) / (last - start) == pytest.approx(0.5, abs=0.02)


def test_a_row_for_everybody() -> None:
    known = a_person((0, 5), name="Ada")
    one = strip(a_timeline(known))
    two = strip(a_timeline(known, a_person((5, 6), number=1)))
    assert two.shape[0] > one.shape[0] > strip(a_timeline()).shape[0]
    assert (two == COLOURS[Verdict.UNKNOWN]).all(axis=2).any()
    assert not (one == COLOURS[Verdict.UNKNOWN]).all(axis=2).any()
    face = (two == (200, 30, 90)).all(axis=2)
    assert face.sum() > 2 * 80 * 80  # both portraits


def test_a_crowd_is_cut_and_says_so() -> None:
    crowd = [a_person((n, n + 1), number=n + 1) for n in range(MOST + 5)]
    full = strip(a_timeline(*crowd[:MOST], duration=100))
    more = strip(a_timeline(*crowd, duration=100))
    assert 0 < more.shape[0] - full.shape[0] < 100


@pytest.mark.parametrize("duration", [0.0, 0.04, 7200.0, 1e6])
def test_any_length(duration: float) -> None:
    shown = strip(a_timeline(a_person((0.0, duration), name="名前 Ö <b>"), duration=duration))
    assert shown.dtype == np.uint8
    assert (shown == COLOURS[Verdict.MATCH]).all(axis=2).any()


def test_a_film_that_broke_off_is_told() -> None:
    whole = a_timeline(a_person((0, 1), name="Ada"))
    assert (strip(whole) != strip(replace(whole, error="is cut off"))).any()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0:00.0"), (7.36, "0:07.4"), (59.96, "1:00.0"), (3723.5, "1:02:03.5"), (-1, "0:00.0")],
)
def test_times_as_people_read_them(seconds: float, words: str) -> None:
    assert clock(seconds) == words


def test_whole_seconds() -> None:
    assert [clock(n, tenths=False) for n in (0, 75, 36000)] == ["0:00", "1:15", "10:00:00"]
