from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.live.overlay import UNDECIDED, caption, colour, dim, draw_lines, draw_note, draw_seen
from kith.media import AMBIGUOUS, LOW, MATCH, UNKNOWN
from kith.types import Box, Identification

from .watched import answered, seen

ADA = answered("match", "Ada", 0.7123)


def grey(width: int = 640, height: int = 360) -> np.ndarray:
    return np.full((height, width, 3), 128, np.uint8)


@pytest.mark.parametrize(
    ("answer", "words", "drawn"),
    [
        (None, UNDECIDED, LOW),
        (ADA, "Ada 0.71", MATCH),
        (answered("unknown"), "?", UNKNOWN),
        (answered("ambiguous"), "? too close", AMBIGUOUS),
        (answered("low_quality"), "? too poor", LOW),
        (replace(answered("low_quality"), reason="mask"), "? mask", LOW),
        (Identification(ADA.verdict, "Bo", None, 0.3, ()), "Bo", MATCH),
    ],
)
def test_what_stands_at_a_face(
    answer: Identification | None, words: str, drawn: tuple[int, int, int]
) -> None:
    assert caption(answer) == words
    assert colour(answer) == drawn


def test_a_box_is_where_the_face_is() -> None:
    picture = grey()
    draw_seen(picture, [seen(1, ADA, box=Box(400, 200, 160, 200))], factor=0.5)
    # The box from (200, 100) to (280, 200), with the middle of each side in its colour.
    for x, y in ((200, 150), (280, 150), (240, 200), (260, 100)):
        assert tuple(picture[y, x]) == MATCH
    assert (picture[120:180, 215:265] == 128).all()  # the face stays to be seen
    assert (picture[205:] == 128).all()
    assert (picture[:, 300:] == 128).all()
    tag = picture[70:98, 200:270]
    assert (tag == MATCH).all(2).mean() > 0.3
    assert (tag.max(2) < 60).any()  # dark letters on green


def test_tags_stay_within_the_picture() -> None:
    for box in (
        Box(0, 0, 80, 90),
        Box(600, 0, 60, 80),
        Box(-30, 300, 80, 90),
        Box(5, -40, 700, 500),
    ):
        picture = grey()
        draw_seen(picture, [seen(1, ADA, box=box)])
        ground = (picture == MATCH).all(2)
        assert ground.sum() > 400
        rows = np.flatnonzero(ground.sum(1) > 30)  # the tag, whole, whatever the box does
        assert len(rows) >= 12


def test_a_tag_stands_still_while_the_similarity_changes() -> None:
    tops = set()
    for similarity in (0.51, 0.74, 0.88):
        picture = grey()
        draw_seen(
            picture, [seen(1, answered("match", "Ada", similarity), box=Box(300, 150, 90, 100))]
        )
        rows, columns = np.nonzero((picture != 128).any(2))
        tops.add((rows.min(), columns.min()))
    assert len(tops) == 1


def test_who_stands_in_front_comes_out_on_top() -> None:
    picture = grey()
    near, far = Box(200, 100, 200, 220), Box(300, 150, 60, 70)
    draw_seen(picture, [seen(1, ADA, box=near), seen(2, answered("unknown"), box=far)])
    again = grey()
    draw_seen(again, [seen(2, answered("unknown"), box=far), seen(1, ADA, box=near)])
    assert np.array_equal(picture, again)


@given(
    st.lists(
        st.tuples(
            *[st.floats(-500, 1500), st.floats(-500, 1500), st.floats(0, 900), st.floats(0, 900)]
        ),
        max_size=8,
    ),
    st.sampled_from([(640, 360), (64, 48), (33, 200), (8, 8)]),
    st.text(max_size=30),
)
def test_any_box_anywhere(boxes: list[tuple[float, ...]], size: tuple[int, int], name: str) -> None:
    picture = grey(*size)
    faces = [seen(1, answered("match", name), box=Box(*box)) for box in boxes]
    draw_seen(picture, faces)
    draw_note(picture, name)
    draw_lines(picture, [name, name])
    draw_lines(picture, [name], middle=True)
    assert picture.shape == (size[1], size[0], 3)


def test_notes_and_greetings() -> None:
    picture = grey()
    draw_note(picture, "30 frames/s")
    drawn = (picture != 128).any(2)
    rows, columns = np.nonzero(drawn)
    assert rows.max() < 40
    assert columns.max() < 150
    picture = grey()
    draw_lines(picture, ["Welcome Ada, have a nice day!"])
    rows, columns = np.nonzero((picture != 128).any(2))
    assert rows.min() > 280
    assert abs(columns.min() + columns.max() - 639) <= 2  # in the middle
    assert rows.max() < 360 - 8
    draw_lines(picture, ["W" * 500])  # shortened, not beyond the border


def test_fifty_faces_are_drawn_within_a_frames_time() -> None:
    import time

    faces = [
        seen(
            n, answered("match", f"Person {n}", 0.5), box=Box(n % 10 * 128, n // 10 * 144, 90, 100)
        )
        for n in range(50)
    ]
    picture = grey(1280, 720)
    draw_seen(picture, faces)  # tags are set
    began = time.perf_counter()
    for _ in range(5):
        draw_seen(picture, faces)
    assert (time.perf_counter() - began) / 5 < 0.1  # about 0.01 on an idle machine


def test_what_is_over_is_dark() -> None:
    picture = grey()
    dim(picture)
    assert (picture == 42).all()


def test_several_greetings_stand_below_each_other() -> None:
    picture = grey()
    draw_lines(picture, ["Welcome Ada!", "Welcome Bo!", "Welcome Cy!"])
    covered = (picture != 128).any(2).any(1)
    assert (np.diff(covered.astype(int)) == 1).sum() == 3
    assert covered.nonzero()[0].min() > 180
