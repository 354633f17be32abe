from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from kith.detection.mtcnn import areas
from kith.detection.mtcnn.areas import Areas
from kith.detection.mtcnn.levels import Level


def noise(seed: int, *shape: int) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("at_once", [1, 900, 10**6])
@pytest.mark.parametrize("shape", [(30, 47), (12, 12), (41, 60), (82, 119), (83, 120)])
def test_levels_are_reduced_by_area(
    shape: tuple[int, int], at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(areas, "MOST_AT_ONCE", at_once)
    pixels = noise(3, 83, 120, 3)
    rows, columns = shape
    # OpenCV reduces floats by area in the same way.
    floats = pixels.astype(np.float32)
    expected = cv2.resize(floats, (columns, rows), interpolation=cv2.INTER_AREA).transpose(2, 0, 1)
    for part in Level(0.5, rows, columns).parts():
        found = Areas(pixels).part(part)
        assert found == pytest.approx(expected[:, part.rows, part.columns], abs=0.01)


def sampled(pixels: npt.NDArray[np.uint8], y: float, x: float) -> npt.NDArray[np.float64]:
    """Mix the four pixels around a place; beyond the middles of the outer ones is grey."""
    height, width = pixels.shape[:2]
    if not (0 <= y <= height - 1 and 0 <= x <= width - 1):
        return np.full(3, 127.5)
    top, left = math.floor(y), math.floor(x)
    mixed = np.zeros(3)
    for row, share in ((top, 1 - (y - top)), (top + 1, y - top)):
        for column, part in ((left, 1 - (x - left)), (left + 1, x - left)):
            mixed += share * part * pixels[min(row, height - 1), min(column, width - 1)]
    return mixed


@pytest.mark.parametrize(
    "box", [(5.25, 7.5, 40.75, 43.0), (-8.0, -3.0, 20.0, 25.0), (20, 30, 70, 80), (0, 0, 60, 50)]
)
def test_crops_are_sampled_between_pixels(box: tuple[float, float, float, float]) -> None:
    pixels = noise(4, 50, 60, 3)
    crop = Areas(pixels).crops(np.array([box], np.float32), 24)[0]
    left, top, right, bottom = box
    for row in (0, 1, 11, 22, 23):
        for column in (0, 2, 12, 21, 23):
            y = (top + (bottom - top) * row / 23) * 49 / 50
            x = (left + (right - left) * column / 23) * 59 / 60
            assert crop[:, row, column] == pytest.approx(sampled(pixels, y, x), abs=0.05)


def test_boxes_without_numbers_cannot_be_sampled() -> None:
    corners = np.array([[0, 0, 9, 9], [0, np.nan, 9, 9], [0, 0, np.inf, 9]], np.float32)
    assert Areas(noise(5, 20, 20, 3)).usable(corners).tolist() == [True, False, False]
