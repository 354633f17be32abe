from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from kith.alignment import ARCFACE_TEMPLATE, RECIPES
from kith.models import CARDS

if TYPE_CHECKING:
    from kith.detection import Detections
    from kith.types import Pixels

ARCFACE = RECIPES["arcface-112"]


def landscape(width: int, height: int) -> Pixels:
    """A smooth picture without symmetry."""
    y, x = np.mgrid[:height, :width] / max(width, height)
    channels = [127 + 120 * np.sin(9 * x + 3 * i) * np.cos(7 * y - i) for i in range(3)]
    return np.stack(channels, axis=2).astype(np.uint8)


def bilinear(pixels: Pixels, x: float, y: float) -> npt.NDArray[np.float64]:
    """What a picture shows between its pixels; black beyond it."""
    total = np.zeros(3)
    left, top = int(np.floor(x)), int(np.floor(y))
    for column in (left, left + 1):
        for row in (top, top + 1):
            if 0 <= column < pixels.shape[1] and 0 <= row < pixels.shape[0]:
                total += pixels[row, column] * (1 - abs(x - column)) * (1 - abs(y - row))
    return total


def test_every_recipe_a_card_names_is_there_and_fits_the_network() -> None:
    for card in CARDS.values():
        if card.task == "embedding":
            recipe = RECIPES[card.crop]
            assert (recipe.side, recipe.side) == (card.input.width, card.input.height)
            assert recipe.name == card.crop
            assert recipe.version >= 1


def test_the_template_is_the_published_one() -> None:
    published = "38.2946 51.6963 73.5318 51.5014 56.0252 71.7366 41.5493 92.3655 70.7299 92.2041"
    assert ARCFACE_TEMPLATE.ravel() == pytest.approx([float(n) for n in published.split()])
    assert np.array_equal(ARCFACE.template, ARCFACE_TEMPLATE)


def test_a_crop_pixel_by_pixel() -> None:
    """Where each pixel comes from, by solving for it; what is there, by hand."""
    photo = landscape(400, 300)
    landmarks = ARCFACE_TEMPLATE * 1.5 + np.float32([110, 60])
    crop = ARCFACE.crop(photo, landmarks)
    for column, row in [(0, 0), (5, 100), (56, 56), (111, 0), (111, 111), (30, 71)]:
        expected = bilinear(photo, column * 1.5 + 110, row * 1.5 + 60)
        assert crop[row, column] == pytest.approx(expected, abs=1.5)


def test_the_points_come_to_lie_where_the_template_says() -> None:
    angle, scale = np.radians(28), 2.4
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    landmarks = (ARCFACE_TEMPLATE @ turn.T + [260, 120]).astype(np.float32)
    photo = np.zeros((600, 700, 3), np.uint8)
    for x, y in landmarks:
        cv2.circle(photo, (round(float(x)), round(float(y))), 6, (255, 255, 255), -1)
    crop = ARCFACE.crop(photo, landmarks)[..., 0].astype(np.float64)
    rows, columns = np.mgrid[:112, :112]
    for x, y in ARCFACE_TEMPLATE:
        window = crop * (np.hypot(columns - x, rows - y) < 8)
        middle = (columns * window).sum() / window.sum(), (rows * window).sum() / window.sum()
        assert middle == pytest.approx((x, y), abs=0.3)


def test_beyond_the_photo_is_black() -> None:
    photo = np.full((100, 100, 3), 200, np.uint8)
    crop = ARCFACE.crop(photo, ARCFACE_TEMPLATE + np.float32([50, -40]))
    # The photo fills what lies 50 pixels to the left and 40 down: crop columns to 49, rows from 40.
    assert (crop[40:, :49] == 200).all()
    assert (crop[:39] == 0).all()
    assert (crop[:, 51:] == 0).all()
    far = ARCFACE.crop(photo, ARCFACE_TEMPLATE + np.float32([5000, 5000]))
    assert not far.any()


def test_the_crop_of_an_enlarged_photo_is_the_crop(obama: Pixels, obama_face: Detections) -> None:
    """Each pixel of the photo repeated: the face is the same, and where it was."""
    points = obama_face.points[0]
    plain = ARCFACE.crop(obama, points).astype(np.int64)
    part, moved = obama[50:450, 330:650], points - np.float32([330, 50])
    for factor in (2, 8):
        large = np.repeat(np.repeat(part, factor, axis=0), factor, axis=1)
        landmarks = (moved + 0.5) * factor - 0.5
        away = [
            np.abs(ARCFACE.crop(large, landmarks + by).astype(np.int64) - plain)[8:-8, 8:-8].mean()
            for by in np.float32([[0, 0], [0.8, 0], [-0.8, 0], [0, 0.8], [0, -0.8]]) * factor
        ]
        assert away[0] < 3.0
        # A quarter of a crop's pixel to any side is plainly worse.
        assert min(away[1:]) > away[0] + 0.7


def test_another_size_shows_the_same_framing(obama: Pixels, obama_face: Detections) -> None:
    points = obama_face.points[0]
    large = ARCFACE.resized(224)
    crop = large.crop(obama, points)
    assert crop.shape == (224, 224, 3)
    small = ARCFACE.crop(obama, points).astype(np.float64)
    # Pixel (x, y) of the small one lies at (2x, 2y) of the large one.
    away = np.abs(cv2.GaussianBlur(crop, (0, 0), 0.8)[::2, ::2] - small)
    assert away.mean() < 5
    assert (large.name, large.version) == (ARCFACE.name, ARCFACE.version)
    assert ARCFACE.side == 112
    assert np.array_equal(ARCFACE.template, ARCFACE_TEMPLATE)
