"""The square that a network sees: level, of the right size, in the right place."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.landmarks.square import BEHIND, Square, guess, size_of

FACE = np.float32([[-30, 0], [30, 0], [0, 35], [-25, 70], [25, 70]])
"""Frontal and level; 70 pixels from the eyes' middle to the mouth's."""

PLACES = st.floats(-2000, 2000, allow_nan=False)
ANGLES = st.floats(-math.pi, math.pi)


def turned(points: np.ndarray, angle: float, factor: float, x: float, y: float) -> np.ndarray:
    cos, sin = factor * math.cos(angle), factor * math.sin(angle)
    return (points @ np.array([[cos, sin], [-sin, cos]]) + [x, y]).astype(np.float64)


@given(ANGLES, st.floats(0.1, 30), PLACES, PLACES)
def test_a_face_goes_to_the_same_place_however_it_lies(
    angle: float, factor: float, x: float, y: float
) -> None:
    square = guess(turned(FACE, angle, factor, x, y), 4, 0.5)
    assert square.side == pytest.approx(4 * 70 * factor)
    matrix = square.matrix(101)
    seen = turned(FACE, angle, factor, x, y) @ matrix[:, :2].T + matrix[:, 2]
    # 280 pixels on 101: the eyes 60/280 apart, half of 70 pixels above the middle (pixel 50).
    scale = 101 / 280
    np.testing.assert_allclose(seen, FACE * scale + [50, 50 - 35 * scale], atol=1e-6)


@given(ANGLES, st.floats(1, 3000), PLACES, PLACES)
def test_there_and_back(angle: float, side: float, x: float, y: float) -> None:
    square = Square(np.array([x, y]), side, angle)
    points = np.random.default_rng(0).uniform(-50, 300, (40, 2))
    matrix = square.matrix(256)
    there = square.back(points, 256) @ matrix[:, :2].T + matrix[:, 2]
    np.testing.assert_allclose(there, points, atol=1e-6)
    np.testing.assert_allclose(square.back(np.array([[127.5, 127.5]]), 256), [[x, y]], atol=1e-9)


def test_a_turned_head_lies_away_from_the_nose() -> None:
    turned_face = FACE + np.float32([[0, 0], [0, 0], [10, 0], [0, 0], [0, 0]])
    frontal, other = guess(FACE, 4, 0.5), guess(turned_face, 4, 0.5)
    np.testing.assert_allclose(other.middle - frontal.middle, [-10 * BEHIND, 0], atol=1e-6)
    assert (other.side, other.angle) == (frontal.side, frontal.angle)


def test_the_size_of_a_face_seen_from_the_side_is_its_height() -> None:
    assert size_of(FACE) == 70
    assert size_of(FACE * np.float32([0.1, 1])) == 70
    assert size_of(FACE * np.float32([2, 0.5])) == 120
    assert size_of(np.zeros((5, 2), np.float32)) > 0


def test_how_far_a_square_moves() -> None:
    square = Square(np.array([100.0, 50.0]), 80.0, 0.3)
    assert square.moved(square) == 0
    assert square.moved(square._replace(middle=np.array([108.0, 50.0]))) == pytest.approx(0.1)
    # Corners move along the diagonals: from 40·√2 to 50·√2 pixels from the middle.
    assert square.moved(square._replace(side=100.0)) == pytest.approx(0.1 * math.sqrt(2))
    right_angle = square._replace(angle=0.3 + math.pi / 2)
    assert square.moved(right_angle) == pytest.approx(1.0)
