from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.detection import Detections
from kith.detection.level import level, tilt

from .geometry import Painted, moved, paint, turned

if TYPE_CHECKING:
    from kith.types import Pixels

FACE = np.array([[-34.0, -36.0], [33.0, -37.0], [3.0, 4.0], [-25.0, 38.0], [28.0, 36.0]])


@pytest.mark.parametrize("degrees", [-170, -90, -45, -10, 0, 3, 30, 60, 90, 120, 180])
def test_tilt_is_the_angle_a_face_was_turned_by(degrees: float) -> None:
    angle = math.radians(degrees)
    # To the right of the picture with the top: clockwise as one sees it, with y downwards.
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    upright = np.array([[-10, -10], [10, -10], [0, 0], [-8, 10], [8, 10]], np.float64)
    away = tilt((upright @ turn.T + [70, 90]).astype(np.float32)) - degrees
    assert (away + 180) % 360 - 180 == pytest.approx(0, abs=1e-4)


def canvas(degrees: float, size: float = 1.0) -> tuple[Pixels, np.ndarray]:
    """A picture of a painted face turned by an angle, and where its points are."""
    picture = np.zeros((360, 300, 3), np.uint8)
    points = FACE * size + [140.0, 190.0]
    paint(picture, points, radius=9 * size)
    made, matrix = turned(picture, degrees)
    return made, moved(points, matrix)


@pytest.mark.parametrize("degrees", [8, 15, -35, 60, 90, -135, 180])
@pytest.mark.parametrize("size", [0.6, 1.0, 1.7])
def test_points_seen_on_a_turned_canvas_come_back_to_their_places(
    degrees: float, size: float
) -> None:
    pixels, truth = canvas(degrees, size)
    first = Painted(score=0.7).detect(pixels, 0.0)  # unsure, so that it is looked at again
    wrong = Detections(first.boxes, first.points + np.float32(9), first.scores)
    network = Painted()
    seen = level(network, pixels, wrong)
    assert network.seen
    # The paint is measured on a canvas of 128 pixels, some 100 of them for the face.
    assert np.abs(seen.points[0] - truth).max() < 0.02 * np.ptp(truth)
    assert seen.scores[0] == np.float32(0.7)  # of the picture it was found in
    assert np.array_equal(seen.boxes, first.boxes)


def test_upright_and_sure_faces_are_left_alone() -> None:
    pixels, _ = canvas(0)
    found = Painted(score=0.93).detect(pixels, 0.0)
    kept = level(Painted(), pixels, found)
    assert np.array_equal(kept.points, found.points)
    assert kept.scores.tolist() == found.scores.tolist()


def test_tiny_faces_are_left_alone_and_the_others_keep_their_places() -> None:
    pixels, truth = canvas(50)
    large = Painted(score=0.7).detect(pixels, 0.0)
    tiny = Detections(
        np.array([[5, 5, 12, 14]], np.float32),
        np.arange(10, dtype=np.float32).reshape(1, 5, 2),
        np.array([0.6], np.float32),
    )
    seen = level(Painted(), pixels, Detections.join([tiny, large]))
    assert np.array_equal(seen.points[0], tiny.points[0])
    assert seen.scores[0] == np.float32(0.6)
    assert np.abs(seen.points[1] - truth).max() < 2


def test_a_face_that_is_not_seen_again_stays_as_it_was_found() -> None:
    class Blind:
        def detect(self, pixels: Pixels, score: float) -> Detections:
            return Detections.join([])

    pixels, _ = canvas(30)
    found = Painted(score=0.7).detect(pixels, 0.0)
    kept = level(Blind(), pixels, found)
    assert np.array_equal(kept.points, found.points)
    assert np.array_equal(kept.scores, found.scores)


def test_no_faces_no_looks() -> None:
    network = Painted()
    assert len(level(network, canvas(0)[0], Detections.join([]))) == 0
    assert network.seen == []


class _PrefersDarkAbove:
    """Sees an upright face in the middle of any picture, surer of it with the dark side up."""

    def __init__(self, bright_above: float, dark_above: float) -> None:
        self._scores = (bright_above, dark_above)

    def detect(self, pixels: Pixels, score: float) -> Detections:
        half = pixels.shape[0] // 2
        sure = self._scores[int(pixels[:half].mean() < pixels[half:].mean())]
        middle = pixels.shape[1] / 2
        points = np.array([[-9, -9], [9, -9], [0, 0], [-8, 12], [8, 12]], np.float32) + middle
        box = np.array([[middle - 20, middle - 20, 40, 40]], np.float32)
        return Detections(box, points[None], np.array([sure], np.float32))


@pytest.mark.parametrize(("bright", "dark", "turns"), [(0.95, 0.98, True), (0.98, 0.95, False)])
def test_a_sure_face_is_compared_with_itself_upside_down(
    bright: float, dark: float, turns: bool
) -> None:
    pixels = np.zeros((200, 200, 3), np.uint8)
    pixels[:100] = 255
    network = _PrefersDarkAbove(bright, dark)
    points = level(network, pixels, network.detect(pixels, 0.6)).points[0]
    assert (points[3:, 1].mean() < points[:2, 1].mean()) == turns
