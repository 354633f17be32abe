from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.media.square import square
from kith.types import Box

from .pictures import picture


@given(
    st.integers(1, 200),
    st.integers(1, 200),
    st.integers(1, 120),
    st.none() | st.builds(Box, *[st.floats(-300, 300)] * 2, *[st.floats(0, 400)] * 2),
)
@settings(max_examples=150, deadline=None)
def test_any_picture_becomes_a_square(width, height, side, focus):
    pixels = picture(width, height)
    made = square(pixels, side, focus)
    assert made.shape == (side, side, 3)
    assert not np.shares_memory(made, pixels)


def test_the_face_is_in_the_middle_and_takes_half():
    pixels = np.zeros((400, 600, 3), np.uint8)
    pixels[150:250, 320:400] = 255
    made = square(pixels, 200, Box(320, 150, 80, 100))
    rows, columns = np.nonzero(made[..., 0] > 127)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(100, abs=2)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(100, abs=2)
    assert rows.max() - rows.min() == pytest.approx(100, abs=3)
    assert columns.max() - columns.min() == pytest.approx(80, abs=3)


def test_a_face_at_the_border_is_still_shown():
    pixels = np.zeros((400, 600, 3), np.uint8)
    pixels[:100, :80] = 255
    made = square(pixels, 200, Box(-10, -10, 90, 110))
    assert made[:80, :60].min() == 255


def test_without_a_face_the_whole_picture_is_there():
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[:, :100] = (255, 0, 0)
    made = square(pixels, 100)
    assert (made[26:74, :48] == (255, 0, 0)).all()
    assert (made[26:74, 52:] == 0).all()
    assert len(np.unique(made[:24].reshape(-1, 3), axis=0)) == 1
