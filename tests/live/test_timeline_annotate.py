from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from kith.live.annotate_tags import Tag, Tagger
from kith.live.annotate_trails import Trails
from kith.media import COLOURS
from kith.media.films import Frame
from kith.tracking import Moment, Seen
from kith.types import Box, Face, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

GREEN = COLOURS[Verdict.MATCH]


def noted(sightings: Iterable[tuple[int, float, Box]], *, predicted: bool = False) -> Trails:
    trails = Trails()
    blank = Frame.of_pixels(np.zeros((90, 160, 3), np.uint8))
    for track, time, box in sightings:
        face = Face(box, np.zeros((5, 2), np.float32), 0.9)
        trails.note(blank, Moment(0, time, (Seen(track, face, time, None, predicted),)))
    return trails


def test_in_between_a_face_moves_evenly() -> None:
    trails = noted((1, 0.2 * n, Box(40.0 * n, 10.0, 30.0, 30.0)) for n in range(10))
    for time in (0.6, 0.7, 0.75, 1.0, 1.1):
        [(track, box)] = trails.at(time)
        assert track == 1
        assert box.x == pytest.approx(200 * time, abs=0.5)
        assert box.width == pytest.approx(30)


def test_trembling_is_evened_out(random: np.random.Generator) -> None:
    times = np.arange(60) / 25
    noise = random.normal(0, 3, 60)
    trails = noted(
        (1, t, Box(100 + 50 * t + e, 10, 30, 30)) for t, e in zip(times, noise, strict=True)
    )
    errors = [next(trails.at(t))[1].x - (100 + 50 * t) for t in times[5:-5]]
    assert np.std(errors) < 0.6 * np.std(noise[5:-5])
    assert abs(np.mean(errors) - np.mean(noise)) < 1.0  # it does not lag


def test_only_while_it_is_there() -> None:
    box = Box(10, 10, 30, 30)
    trails = noted([(1, 1.0, box), (1, 1.2, box), (2, 1.1, box), (1, 3.0, box), (1, 3.2, box)])
    seen = {time: [track for track, _ in trails.at(time)] for time in (0.9, 1.0, 1.1, 2.0, 3.1, 4)}
    # Between 1.2 and 3.0 it was hidden.
    assert seen == {0.9: [], 1.0: [1], 1.1: [1, 2], 2.0: [], 3.1: [1], 4: []}


def test_where_a_face_was_before_it_was_noted() -> None:
    trails = Trails()
    blank = Frame.of_pixels(np.zeros((90, 160, 3), np.uint8))
    for track, since in ((1, 0.8), (2, 0.0)):
        for time in (1.0, 1.1, 1.2, 1.3):
            face = Face(Box(200 * time, 10, 30 + 40 * time, 30), np.zeros((5, 2), np.float32), 0.9)
            trails.note(blank, Moment(0, time, (Seen(track, face, since, None),)))
    seen = dict(trails.at(0.8))
    assert seen.keys() == {1, 2}
    assert seen[1].x == pytest.approx(160, abs=3)
    assert seen[1].width == pytest.approx(70)
    assert list(dict(trails.at(0.7))) == [2]
    assert not list(trails.at(0.5))  # too long ago to tell from how it moved later


def test_guesses_leave_no_trail() -> None:
    trails = noted([(1, 1.0, Box(10, 10, 30, 30))], predicted=True)
    assert list(trails.at(1.0)) == []


def drawn(*tags: Tag, size: tuple[int, int] = (360, 640)) -> np.ndarray:
    pixels = np.zeros((*size, 3), np.uint8)
    Tagger().draw(pixels, tags)
    return pixels


def coloured(pixels: np.ndarray) -> tuple[int, int, int, int]:
    """Return the bounds of what has the colour: left, top, right, bottom."""
    rows, columns = np.nonzero((pixels == GREEN).all(axis=2))
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


def test_a_box_and_a_name_above_it() -> None:
    pixels = drawn(Tag(Box(200, 150, 80, 100), "Ada 0.71", GREEN))
    left, top, right, bottom = coloured(pixels)
    assert abs(left - 200) <= 2
    assert 115 < top < 146
    assert right >= 279
    assert abs(bottom - 250) <= 2
    assert not pixels[200, 240].any()  # the face itself stays free


@pytest.mark.parametrize(
    "box",
    [
        Box(-30, -40, 100, 120),
        Box(600, 300, 200, 200),
        Box(-50, -50, 900, 600),
        Box(10, 5, 40, 40),
        Box(0, 0, 1, 1),
    ],
)
def test_names_stay_on_the_frame(box: Box) -> None:
    pixels = drawn(Tag(box, "Ada Lovelace 0.71", GREEN))
    ink = (pixels == GREEN).all(axis=2).sum()
    assert ink > 400  # the tag, whole, wherever the box is


def test_outside_there_is_nothing_to_draw() -> None:
    assert not drawn(Tag(Box(700, 10, 50, 50), "Ada", GREEN)).any()


@pytest.mark.parametrize("size", [(8, 8), (17, 400), (400, 17), (2, 2)])
def test_tiny_frames(size: tuple[int, int]) -> None:
    assert drawn(Tag(Box(0, 0, 5, 5), "Ada Lovelace, Countess", GREEN), size=size).any()


def test_the_larger_face_is_in_front() -> None:
    large = Tag(Box(200, 150, 150, 180), "near", GREEN)
    small = Tag(Box(205, 140, 30, 40), "far", COLOURS[Verdict.UNKNOWN])
    one, other = drawn(large, small), drawn(small, large)
    assert (one == other).all()


def tag_of(pixels: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Return the centre of a tag: of what has its colour, without lines."""
    found = (pixels == colour).all(axis=2).astype(np.uint8)
    rows, columns = np.nonzero(cv2.erode(found, np.ones((5, 5), np.uint8)))
    return np.array([np.median(columns), np.median(rows)])


def test_names_are_not_on_top_of_each_other() -> None:
    orange = COLOURS[Verdict.UNKNOWN]
    large = Tag(Box(200, 150, 80, 100), "somebody", GREEN, track=1)
    small = Tag(Box(230, 148, 60, 70), "another", orange, track=2)
    tagger = Tagger()
    pixels = np.zeros((360, 640, 3), np.uint8)
    tagger.draw(pixels, [large, small])
    assert tag_of(pixels, GREEN)[1] < 150
    assert tag_of(pixels, orange)[1] > 150
    # The other has moved on, far enough for its place above; it stays where it was all the same.
    pixels = np.zeros((360, 640, 3), np.uint8)
    tagger.draw(pixels, [large, Tag(Box(400, 148, 60, 70), "another", orange, track=2)])
    assert tag_of(pixels, orange)[1] > 150
