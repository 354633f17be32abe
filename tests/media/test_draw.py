from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.media import AMBIGUOUS, COLOURS, LOW, MATCH, UNKNOWN, Label, draw, draw_faces, tags, text
from kith.types import Box, Verdict

from .pictures import picture

GREY = (90, 90, 90)


def grey(width: int, height: int) -> np.ndarray:
    return np.full((height, width, 3), GREY, np.uint8)


def changed(drawn: np.ndarray) -> np.ndarray:
    return (drawn != GREY).any(2)


def is_colour(drawn: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return (drawn == colour).all(2)


def test_the_picture_that_is_given_stays_as_it_is():
    pixels = picture(640, 480)
    before = pixels.copy()
    drawn = draw_faces(pixels, [Label(Box(100, 100, 80, 90), "Ada", MATCH)])
    assert np.array_equal(pixels, before)
    assert not np.shares_memory(drawn, pixels)
    assert np.array_equal(draw_faces(pixels, []), pixels)


def test_the_box_is_drawn_where_it_is_and_its_middle_is_free():
    drawn = draw_faces(grey(640, 480), [Label(Box(200, 150, 100, 120), "", MATCH)])
    rows, columns = np.nonzero(is_colour(drawn, MATCH))
    assert (
        abs(
            np.array([columns.min(), columns.max(), rows.min(), rows.max()]) - (200, 300, 150, 270)
        ).max()
        <= 2
    )
    rows, columns = np.nonzero(changed(drawn))
    assert columns.min() >= 195
    assert columns.max() <= 305
    assert not changed(drawn)[160:260, 210:290].any()


def test_the_tag_stands_above_the_box_with_letters_in_it():
    label = Label(Box(200, 150, 100, 120), "Ada 0.71", MATCH)
    drawn = draw_faces(grey(640, 480), [label])
    above = drawn[:148]
    rows, columns = np.nonzero(is_colour(above, MATCH))
    tag = above[rows.min() : rows.max(), columns.min() : columns.max()]
    assert abs(columns.min() - 200) <= 4
    assert 0.01 < (tag.max(2) < 60).mean() < 0.5  # black letters on green
    other = draw_faces(grey(640, 480), [Label(label.box, "Bob 0.17", MATCH)])
    assert not np.array_equal(other, drawn)


def test_a_label_without_text_has_no_tag():
    drawn = draw_faces(grey(640, 480), [Label(Box(200, 150, 100, 120), "", UNKNOWN)])
    assert not changed(drawn)[:145].any()


@pytest.mark.parametrize(
    "box", [Box(-50, -40, 200, 200), Box(-50, -50, 740, 580), Box(600, 440, 200, 90)]
)
def test_a_box_past_the_border_shows_all_four_sides(box):
    drawn = is_colour(draw_faces(grey(640, 480), [Label(box, "", LOW)]), LOW)
    left, top = max(0, round(box.x)), max(0, round(box.y))
    right, bottom = min(640, round(box.x + box.width)), min(480, round(box.y + box.height))
    inside = drawn[top:bottom, left:right]
    assert inside[:, :4].any(1).mean() > 0.6
    assert inside[:, -5:].any(1).mean() > 0.6
    assert inside[:4].any(0).mean() > 0.6
    assert inside[-5:].any(0).mean() > 0.6


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((32, 24), (320, 240)),
        ((24, 32), (240, 320)),
        ((1, 1), (320, 320)),
        ((319, 10), (638, 20)),
        ((320, 240), (320, 240)),
        ((1000, 700), (1000, 700)),
    ],
)
def test_small_pictures_are_enlarged_by_a_whole_number(size, expected):
    drawn = draw_faces(grey(*size), [Label(Box(0, 0, size[0], size[1]), "Ada 0.71", MATCH)])
    assert (drawn.shape[1], drawn.shape[0]) == expected


def test_boxes_follow_the_enlargement():
    drawn = draw_faces(grey(40, 40), [Label(Box(10, 10, 20, 20), "", MATCH)])
    columns = np.flatnonzero(is_colour(drawn, MATCH).any(0))
    assert columns.min() == pytest.approx(10.5 * 8 - 0.5, abs=2)
    assert columns.max() == pytest.approx(30.5 * 8 - 0.5, abs=2)


@pytest.mark.parametrize("size", [(320, 240), (1600, 1200), (8000, 600)])
def test_letters_can_be_read_at_any_size(size):
    width, height = size
    drawn = draw_faces(grey(width, height), [Label(Box(9, height / 2, 30, 40), "HHH", MATCH)])
    dark = (drawn.max(2) < 40)[: height // 2 - 4]
    rows = np.flatnonzero(dark.sum(1) >= 3)
    assert rows[-1] - rows[0] + 1 >= max(8, max(size) / 200)


def test_landmarks_are_drawn():
    points = np.array([[240, 190], [270, 190], [255, 210], [242, 230], [268, 230]], np.float32)
    drawn = draw_faces(grey(640, 480), [Label(Box(200, 150, 100, 120), "", MATCH, points)])
    for x, y in points.astype(int):
        assert tuple(drawn[y, x]) == MATCH
    assert changed(drawn)[160:260, 210:290].sum() < 5 * 60


@given(
    st.lists(
        st.builds(
            Label,
            st.builds(Box, *[st.floats(-1000, 3000)] * 2, *[st.floats(0, 3000)] * 2),
            st.text(max_size=80),
            st.sampled_from(list(COLOURS.values())),
        ),
        max_size=6,
    ),
    st.integers(1, 500),
    st.integers(1, 500),
)
@settings(max_examples=60, deadline=None)
def test_any_labels_on_any_picture(labels, width, height):
    drawn = draw_faces(grey(width, height), labels)
    zoom = drawn.shape[1] // width
    assert drawn.shape == (height * zoom, width * zoom, 3)
    assert drawn.dtype == np.uint8


@pytest.mark.parametrize("words", ["Zoë Ångström", "李小龙", "👩🏽‍🚀 Sally", "משה", "x" * 500])
def test_names_in_any_script(words):
    drawn = draw_faces(grey(400, 300), [Label(Box(100, 100, 80, 90), words, AMBIGUOUS)])
    tag = drawn[: 100 - 4]
    assert is_colour(tag, AMBIGUOUS).any()
    assert (tag.max(2) < 60).any()


def test_a_tag_far_from_its_face_is_joined_to_it():
    frame, tag = Box(100, 100, 50, 60), tags.Tag(text.set_line("Ada", 16), (60, 24))
    joined, beside = grey(640, 480), grey(640, 480)
    for canvas, place in ((joined, (400, 110)), (beside, (100, 76))):
        placed = replace(tag, place=place)
        tags.join(canvas, MATCH, frame, placed)
        tags.draw(canvas, MATCH, placed)
    assert changed(joined)[105:140, 155:395].any(0).all()
    assert not changed(beside)[101:].any()


def crowd(columns: int, rows: int, side: int, step: int, words: str) -> list[Label]:
    return [
        Label(Box(8 + x * step, 14 + y * step, side, side), f"{x}{y}: {words}", MATCH, short="1")
        for x in range(columns)
        for y in range(rows)
    ]


def test_a_small_crowd_is_enlarged_until_its_faces_can_be_seen():
    labels = crowd(10, 5, 22, 38, "mask 0.97")
    drawn = draw_faces(grey(400, 225), labels)
    zoom = drawn.shape[1] // 400
    assert drawn.shape == (225 * zoom, 400 * zoom, 3)
    assert 2 <= zoom <= 4
    for one in labels:
        x, y, side, _ = (round(value * zoom) for value in one.box)
        assert changed(drawn)[y + 8 : y + side - 8, x + 8 : x + side - 8].mean() < 0.1
    assert draw_faces(grey(1700, 900), crowd(10, 5, 22, 38, "mask 0.97")).shape[1] == 1700
    assert draw_faces(grey(400, 225), labels[:2]).shape[1] == 400


def test_where_words_do_not_fit_the_short_ones_stand():
    labels = crowd(10, 5, 90, 96, "x" * 80)
    drawn = draw_faces(grey(980, 500), labels)
    short = draw_faces(grey(980, 500), [replace(one, text=one.short) for one in labels])
    assert np.array_equal(drawn, short)
    alone = draw_faces(grey(980, 500), [replace(labels[20], text="Ada 0.71")])
    assert not np.array_equal(alone, draw_faces(grey(980, 500), [replace(labels[20], text="1")]))


def test_no_line_runs_across_words():
    labels = [Label(Box(300 + x, 220, 30, 30), "8" * 14, MATCH) for x in range(12)]
    labels += [replace(one, colour=AMBIGUOUS) for one in labels]
    drawn = draw_faces(grey(1600, 480), labels)
    frames = draw_faces(grey(1600, 480), [replace(one, text="") for one in labels])
    words = tags.set_tag("8" * 14, 30, 1600, 480)
    plates = is_colour(drawn, MATCH) | is_colour(drawn, AMBIGUOUS)
    bare = is_colour(frames, MATCH) | is_colour(frames, AMBIGUOUS)
    # What letters leave of a plate; a line over it would take more away.
    alone = grey(1600, 480)
    tags.draw(alone, MATCH, words)
    least = is_colour(alone, MATCH).sum()
    assert plates.sum() - bare.sum() >= 0.97 * least * len(labels)


def test_every_verdict_has_a_colour():
    assert set(COLOURS) == set(Verdict)
    assert len({MATCH, UNKNOWN, AMBIGUOUS, LOW}) == 4
    assert draw.MIN_SIDE == 320
