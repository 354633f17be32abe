"""Pictures and points that are none are refused in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import InputError
from kith.landmarks.checks import check_pixels, five_points
from kith.landmarks.square import FARTHEST, are_somewhere

if TYPE_CHECKING:
    import numpy.typing as npt

FIVE = np.float32([[80.1, 90.2], [120.3, 90.4], [100.5, 115.6], [85.7, 140.8], [115.9, 141]])


@pytest.mark.parametrize(
    ("pixels", "found"),
    [
        (np.zeros((4, 6), np.uint8), "uint8 4 × 6"),
        (np.zeros((4, 6, 1), np.uint8), "uint8 4 × 6 × 1"),
        (np.zeros((4, 6, 4), np.uint8), "uint8 4 × 6 × 4"),
        (np.zeros((3, 4, 6), np.uint8), "uint8 3 × 4 × 6"),
        (np.zeros((1, 4, 6, 3), np.uint8), "uint8 1 × 4 × 6 × 3"),
        (np.zeros((4, 6, 3), np.float32), "float32 4 × 6 × 3"),
        (np.zeros((4, 6, 3), np.int8), "int8 4 × 6 × 3"),
        (np.zeros((0, 6, 3), np.uint8), "uint8 0 × 6 × 3"),
        (np.zeros((4, 0, 3), np.uint8), "uint8 4 × 0 × 3"),
        (np.uint8(7), "uint8"),
        (np.zeros((), np.uint8), "uint8 a single one"),
        ("photo.jpg", "str"),
        (None, "NoneType"),
    ],
)
def test_pixels_of_another_kind(pixels: object, found: str) -> None:
    with pytest.raises(InputError) as caught:
        check_pixels(pixels, "stars are counted in")
    wanted = "stars are counted in RGB pixels, uint8, H × W × 3"
    assert str(caught.value) == f"{wanted}, not {found}"


@pytest.mark.parametrize("shape", [(1, 1, 3), (4, 6, 3)])
def test_pixels_of_the_kind(shape: tuple[int, int, int]) -> None:
    whole = np.zeros(shape, np.uint8)
    for pixels in (whole, whole[::-1, ::-1], np.asfortranarray(whole)):
        check_pixels(pixels, "stars are counted in")


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        (FIVE[:4], "not 4 × 2"),
        (np.zeros((68, 2), np.float32), "not 68 × 2"),
        (FIVE.T, "not 2 × 5"),
        (FIVE.ravel(), "not 10"),
        (FIVE[np.newaxis], "not 1 × 5 × 2"),
        (np.zeros((5, 3)), "not 5 × 3"),
        ([], "not 0"),
        (3.0, "not a single one"),
        ([[1, 2], [3]], "not list"),
        ("five", "not str"),
        (np.where(FIVE > 140.9, np.nan, FIVE), "infinite or no number"),
        (np.where(FIVE < 81, -np.inf, FIVE), "infinite or no number"),
    ],
)
def test_points_of_another_kind(points: npt.ArrayLike, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        five_points(points)
    message = str(caught.value)
    assert message.startswith("a face's points are 5 × 2 numbers")
    assert "\n" not in message


def test_points_of_the_kind_stay_as_they_are() -> None:
    for points in (FIVE, FIVE.tolist(), FIVE.astype(np.float64), FIVE[::-1][::-1]):
        five = five_points(points)
        assert five.dtype == np.float32
        assert (five == FIVE).all()


def test_points_beyond_every_photo_are_brought_to_where_nothing_overflows() -> None:
    for far in (2e6, 1e30, 1e300, -1e300):
        points = FIVE.astype(np.float64) * far
        five = five_points(points)
        assert np.abs(five).max() == FARTHEST
        assert (np.sign(five) == np.sign(points)).all()
        assert not are_somewhere(five)
