from __future__ import annotations

import numpy as np
import pytest

from kith.media import shapes
from kith.media.draw import COLOURS


def canvas(side: int = 60) -> np.ndarray:
    return np.zeros((side, side, 3), np.uint8)


def test_a_filled_rectangle_has_its_area_and_round_corners():
    pixels = canvas()
    shapes.fill(pixels, (10, 20, 49, 39), 8, (255, 255, 255))
    area = pixels[..., 0].sum() / 255
    assert area == pytest.approx(40 * 20 - (4 - np.pi) * 64, rel=0.08)
    assert pixels[20, 10].max() == 0
    assert (pixels[30, 10:50] > 200).all()
    assert pixels[:19].max() == pixels[:, 51:].max() == 0
    assert len(np.unique(pixels)) > 4  # softened edges


def test_an_outline_leaves_its_middle():
    pixels = canvas()
    shapes.stroke(pixels, (10, 10, 50, 50), 5, (9, 200, 30), 3)
    assert tuple(pixels[30, 10]) == tuple(pixels[50, 30]) == (9, 200, 30)
    assert pixels[20:40, 20:40].max() == 0


def test_a_dot_has_its_area():
    pixels = canvas()
    shapes.dot(pixels, 30.5, 29.25, 10, (255, 255, 255))
    assert pixels[..., 0].sum() / 255 == pytest.approx(np.pi * 10.5**2, rel=0.05)


def test_contrast_of_known_pairs():
    assert shapes.contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert shapes.contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
    assert shapes.contrast((255, 0, 0), (255, 255, 255)) == pytest.approx(4.0, abs=0.01)


@pytest.mark.parametrize("colour", [*COLOURS.values(), (0, 0, 0), (255, 255, 255), (128, 128, 128)])
def test_letters_can_be_read(colour):
    assert shapes.contrast(shapes.ink_on(colour), colour) >= 4.5
    assert shapes.contrast(shapes.ink_of(colour), (255, 255, 255)) >= 4.5


def test_a_dark_colour_stays_as_it_is():
    assert shapes.ink_of((10, 60, 20)) == (10, 60, 20)
