from __future__ import annotations

import numpy as np
import pytest

from kith.detection import Detections

from .geometry import detections


def test_faces_joined_taken_scaled_and_moved_stay_themselves() -> None:
    first = detections([[10, 20, 30, 40]], [0.5])
    second = detections([[1, 2, 3, 4], [5, 6, 7, 8]], [0.9, 0.7])
    joined = Detections.join([first, second])
    assert joined.scores.tolist() == np.float32([0.5, 0.9, 0.7]).tolist()
    back = joined.take([2, 0])
    assert back.boxes.tolist() == [[5, 6, 7, 8], [10, 20, 30, 40]]
    assert np.array_equal(back.points[1], first.points[0])
    wide = back.scaled(2, 0.5)
    assert wide.boxes.tolist() == [[10, 3, 14, 4], [20, 10, 60, 20]]
    assert wide.points == pytest.approx(back.points * [2, 0.5])
    away = wide.moved(-10, 100)
    assert away.boxes.tolist() == [[0, 103, 14, 4], [10, 110, 60, 20]]
    assert away.points == pytest.approx(wide.points + np.array([-10, 100]))
    assert back.boxes.tolist() == [[5, 6, 7, 8], [10, 20, 30, 40]]  # none of it in place


def test_nothing_joined_is_no_face() -> None:
    nothing = Detections.join([])
    assert len(nothing) == len(nothing.boxes) == len(nothing.points) == 0
    assert len(Detections.join([nothing, detections([[1, 2, 3, 4]], [0.5])])) == 1
    assert len(nothing.scaled(2, 2).moved(1, 1).take([])) == 0
