from __future__ import annotations

import av
import cv2
import numpy as np
import pytest

from kith.media.films import open_film
from kith.media.films.interlace import uncombed

from .clips import film


def scene(at: float, size: tuple[int, int] = (352, 288)) -> np.ndarray:
    """A soft background that stands still, and a disc with a ring that moves to the right."""
    width, height = size
    y, x = np.mgrid[:height, :width].astype(float)
    shade = 110 + 30 * np.sin(x / 9) + 25 * np.sin(y / 7)
    away = np.hypot(x - at, y - height / 2)
    shade = np.where(away < 60, 220, np.where(away < 75, 30, shade))
    return cv2.GaussianBlur(np.repeat(shade[..., None], 3, 2), (0, 0), 1).astype(np.uint8)


def woven(at: float, step: float = 8.0) -> np.ndarray:
    """Two moments in one picture."""
    pixels = scene(at)
    pixels[1::2] = scene(at + step)[1::2]
    return pixels


def off(pixels: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(pixels.astype(int) - other).mean())


def test_teeth_are_taken_off():
    assert off(uncombed(woven(150)), scene(150)) < 0.25 * off(woven(150), scene(150))


def test_what_stands_still_stays_as_it_is():
    still = scene(150)
    assert np.array_equal(uncombed(still), still)


@pytest.mark.parametrize("height", [1, 2, 3, 4, 97])
def test_any_height(height):
    pixels = woven(150)[:height]
    assert uncombed(pixels).shape == pixels.shape


def test_through_a_film(tmp_path):
    frames = (av.VideoFrame.from_ndarray(woven(100 + 16 * n), "rgb24") for n in range(6))
    path = film(
        tmp_path / "a.mpg",
        codec="mpeg2video",
        size=(352, 288),
        frames=frames,
        options={"flags": "+ilme+ildct", "qscale": "2", "b": "8000000"},
    )
    with open_film(path) as opened:
        shown = [frame.pixels for frame in opened.frames()]
    assert len(shown) == 6
    for number, pixels in enumerate(shown):
        at = 100 + 16 * number
        assert off(pixels, scene(at)) < 0.5 * off(woven(at), scene(at))
