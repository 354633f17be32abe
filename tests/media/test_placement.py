from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.media.placement import place_or_shorten, place_tags
from kith.types import Box

boxes = st.builds(
    Box, st.floats(-60, 900), st.floats(-60, 700), st.floats(1, 500), st.floats(1, 500)
)
sizes = st.tuples(st.integers(10, 160), st.integers(8, 30))


def overlap(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> int:
    """Shared pixels of two rectangles, counted."""
    return len(set(range(a[0], a[2])) & set(range(b[0], b[2]))) * len(
        set(range(a[1], a[3])) & set(range(b[1], b[3]))
    )


def placed(faces: list[Box], tags: list[tuple[int, int]], room: tuple[int, int], gap: int = 0):
    places = place_tags(faces, tags, room, gap)
    return [(x, y, x + w, y + h) for (x, y), (w, h) in zip(places, tags, strict=True)]


@given(st.lists(st.tuples(boxes, sizes), min_size=1, max_size=14))
@settings(max_examples=150, deadline=None)
def test_tags_stay_in_the_picture_and_apart(faces):
    rectangles = placed([box for box, _ in faces], [size for _, size in faces], (900, 700))
    for left, top, right, bottom in rectangles:
        assert left >= 0
        assert top >= 0
        assert right <= 900
        assert bottom <= 700
    # Fourteen tags block at most 14 × 320 × 60 of the 630,000 places: one is always free.
    for a, b in itertools.combinations(rectangles, 2):
        assert overlap(a, b) == 0


def test_many_faces_in_one_place():
    rectangles = placed([Box(400, 300, 60, 80)] * 40, [(90, 20)] * 40, (900, 700))
    assert all(overlap(a, b) == 0 for a, b in itertools.combinations(rectangles, 2))


def test_the_usual_place_is_above():
    assert placed([Box(100, 200, 80, 90)], [(50, 20)], (900, 700)) == [(100, 180, 150, 200)]
    assert placed([Box(100, 200, 80, 90)], [(50, 20)], (900, 700), 3) == [(100, 177, 150, 197)]


def test_without_room_above_it_is_below():
    assert placed([Box(100, 5, 80, 90)], [(50, 20)], (900, 700)) == [(100, 95, 150, 115)]


def test_without_room_above_and_below_it_is_at_the_border():
    assert placed([Box(100, 5, 80, 690)], [(50, 20)], (900, 700)) == [(100, 0, 150, 20)]
    assert placed([Box(-9, -9, 999, 999)], [(50, 20)], (900, 700))[0][1] in (0, 680)


def test_at_the_right_border_it_moves_to_the_left():
    assert placed([Box(860, 200, 30, 40)], [(100, 20)], (900, 700)) == [(790, 180, 890, 200)]


def test_it_does_not_hide_the_face_above():
    upper, lower = Box(100, 100, 80, 90), Box(100, 192, 70, 80)
    first, second = placed([upper, lower], [(70, 20), (70, 20)], (900, 700))
    assert first[1] == 80
    assert second[1] >= 192 + 80 - 20


def test_a_crowd_in_a_picture_too_small_still_has_all_tags_inside():
    rectangles = placed([Box(5, 5, 10, 10)] * 30, [(40, 20)] * 30, (80, 50))
    corners = np.array(rectangles)
    assert corners.min() >= 0
    assert corners[:, 2].max() <= 80
    assert corners[:, 3].max() <= 50


@given(st.lists(st.tuples(boxes, sizes, st.integers(0, 300)), min_size=1, max_size=14))
@settings(max_examples=100, deadline=None)
def test_whole_tags_leave_room_for_all_others(faces):
    full = [(wide + more, high) for _, (wide, high), more in faces]
    short = [size for _, size, _ in faces]
    found = place_or_shorten([box for box, _, _ in faces], full, short, (900, 700))
    rectangles = []
    for (place, whole), long, brief in zip(found, full, short, strict=True):
        (x, y), (wide, high) = place, long if whole else brief
        rectangles.append((x, y, x + wide, y + high))
        assert x >= 0
        assert y >= 0
        assert x + wide <= 900
        assert y + high <= 700
        assert whole or long != brief
    for a, b in itertools.combinations(rectangles, 2):
        assert overlap(a, b) == 0


def test_a_tag_is_shortened_before_it_hides_another_face():
    row = [Box(100 + 60 * x, 100 + 30 * (x % 2), 50, 60) for x in range(6)]
    found = place_or_shorten(row, [(170, 20)] * 6, [(20, 20)] * 6, (900, 700))
    assert 0 < sum(whole for _, whole in found) < 6
    for box, ((x, y), whole) in zip(row, found, strict=True):
        right, bottom = x + (170 if whole else 20), y + 20
        for other in row:
            if other is not box and whole:
                wide = min(right, other.x + other.width) - max(x, other.x)
                high = min(bottom, other.y + other.height) - max(y, other.y)
                assert max(wide, 0) * max(high, 0) <= 0.1 * other.area
    alone = place_or_shorten(row[:1], [(170, 20)], [(20, 20)], (900, 700))
    assert alone == [((100, 80), True)]


def test_no_tags():
    assert place_tags([], [], (10, 10)) == []
    assert place_or_shorten([], [], [], (10, 10)) == []


def test_a_tag_as_large_as_the_picture():
    assert placed([Box(0, 0, 5, 5)], [(20, 10)], (20, 10)) == [(0, 0, 20, 10)]
