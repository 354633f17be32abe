from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.recognizer import largest_central
from kith.types import Box, Face


def at(x: float, y: float, width: float, height: float | None = None) -> Face:
    """A face with its middle here."""
    height = width if height is None else height
    box = Box(x - width / 2, y - height / 2, width, height)
    return Face(box, np.zeros((5, 2), np.float32), 0.9)


@pytest.mark.parametrize(
    ("faces", "chosen"),
    [
        ([at(50, 50, 20), at(50, 20, 10)], 0),
        ([at(30, 50, 20), at(70, 50, 24)], 1),  # equally central: the larger one
        ([at(50, 50, 20), at(95, 95, 40)], 0),  # somebody passing by in the corner
        ([at(50, 50, 20), at(60, 50, 40)], 1),
        ([at(50, 50, 10), at(95, 95, 100)], 1),  # so large that the corner does not help
        ([at(75, 75, 20), at(50, 50, 12)], 0),  # half-way to the corner: 400 × 0.37 > 144
        ([at(75, 75, 20), at(50, 50, 12.5)], 1),  # 400 × 0.37 < 156
        ([at(50, 50, 20, 10), at(50, 50, 10, 21)], 1),  # area decides, not width
    ],
)
def test_who_is_meant(faces: list[Face], chosen: int) -> None:
    assert largest_central(faces, 100, 100) is faces[chosen]
    assert largest_central(faces[::-1], 100, 100) is faces[chosen]


def test_nobody() -> None:
    assert largest_central([], 100, 100) is None
    assert largest_central((), 0, 0) is None


def test_of_two_equal_ones_the_surer_which_comes_first() -> None:
    pair = [at(30, 50, 20), at(70, 50, 20)]
    assert largest_central(pair, 100, 100) is pair[0]


place = st.tuples(st.floats(-20, 420), st.floats(-20, 320), st.floats(1, 200))


@given(st.lists(place, min_size=1, max_size=6))
def test_the_weights_by_hand(places: list[tuple[float, float, float]]) -> None:
    faces = [at(*one) for one in places]
    weights = []
    for x, y, side in places:
        # Share of the way from the middle to a corner, squared.
        away = ((x - 200) ** 2 + (y - 150) ** 2) / (200**2 + 150**2)
        weights.append(side * side * math.exp(-4 * away))
    chosen = largest_central(faces, 400, 300)
    index = next(i for i, face in enumerate(faces) if face is chosen)
    assert weights[index] == pytest.approx(max(weights))
    # Twice the photo, twice the faces: the same person.
    twice = [at(2 * x, 2 * y, 2 * side) for x, y, side in places]
    assert largest_central(twice, 800, 600) is twice[index]
