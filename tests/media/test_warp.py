from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.media.warp import _reduced, warp

from .pictures import picture

if TYPE_CHECKING:
    from kith.types import Pixels

Matrix = npt.NDArray[np.float64]


def similarity(scale: float, degrees: float, x: float, y: float) -> Matrix:
    """Turned about (x, y) of the picture, which comes to lie at (20, 20) of the square."""
    cos, sin = scale * math.cos(math.radians(degrees)), scale * math.sin(math.radians(degrees))
    return np.array([[cos, -sin, 20 - cos * x + sin * y], [sin, cos, 20 - sin * x - cos * y]])


def sampled(pixels: Pixels, matrix: Matrix, side: int) -> npt.NDArray[np.float64]:
    """Every pixel of the square looked up between four of the picture, black beyond it."""
    inverse = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))
    padded = np.pad(pixels.astype(np.float64), ((2, 2), (2, 2), (0, 0)))
    made = np.zeros((side, side, 3))
    for row in range(side):
        for column in range(side):
            x, y, _ = inverse @ [column, row, 1]
            left, top = math.floor(x), math.floor(y)
            if not (-2 < x < pixels.shape[1] + 1 and -2 < y < pixels.shape[0] + 1):
                continue
            block = padded[top + 2 : top + 4, left + 2 : left + 4]
            across, down = x - left, y - top
            weights = np.outer([1 - down, down], [1 - across, across])[..., None]
            made[row, column] = (block * weights[: block.shape[0], : block.shape[1]]).sum((0, 1))
    return made


def test_the_picture_itself_and_a_part_of_it() -> None:
    pixels = picture(40, 40)
    same = np.array([[1.0, 0, 0], [0, 1, 0]])
    assert np.array_equal(warp(pixels, same, 40), pixels)
    moved = np.array([[1.0, 0, -7], [0, 1, -11]])
    assert np.array_equal(warp(pixels, moved, 20), pixels[11:31, 7:27])
    beyond = warp(pixels, np.array([[1.0, 0, 5], [0, 1, 3]]), 40)
    assert np.array_equal(beyond[3:, 5:], pixels[:37, :35])
    assert not beyond[:3].any()
    assert not beyond[:, :5].any()


@given(st.floats(0.51, 4), st.floats(-180, 180), st.integers(0, 50), st.integers(0, 37))
def test_turned_and_scaled_against_sampling_pixel_by_pixel(
    scale: float, degrees: float, x: int, y: int
) -> None:
    pixels = picture(51, 38)
    matrix = similarity(scale, degrees, x, y)
    away = np.abs(warp(pixels, matrix, 24) - sampled(pixels, matrix, 24))
    # OpenCV reckons positions in 32nds of a pixel; a few at the border may fall on its other side.
    assert np.median(away) < 2
    assert (away > 12).mean() < 0.1


def test_a_fine_pattern_becomes_grey_not_stripes() -> None:
    board = (np.indices((896, 896)).sum(axis=0) % 2 * 255).astype(np.uint8)
    pixels = np.repeat(board[..., None], 3, axis=2)
    for scale, degrees in ((1 / 8, 0), (1 / 7.3, 0), (0.2, 17), (1 / 3, -45)):
        middle = warp(pixels, similarity(scale, degrees, 448, 448), 40)[8:-8, 8:-8].astype(float)
        assert np.abs(middle - 127.5).max() < 32


@pytest.mark.parametrize("factor", [3, 4, 8, 16])
def test_a_strong_reduction_is_the_average_of_each_block(factor: int) -> None:
    """Blocks are averaged by hand; the warp is told to bring each to one pixel."""
    side = 24
    pixels = np.random.default_rng(factor).integers(0, 256, (side * factor,) * 2 + (3,))
    pixels = cv2.GaussianBlur(pixels.astype(np.uint8), (0, 0), factor * 0.7)
    blocks = pixels.reshape(side, factor, side, factor, 3).mean(axis=(1, 3))
    # The middle of block (0, 0) lies (factor − 1) / 2 pixels inside.
    away = (factor - 1) / 2 / factor
    matrix = np.array([[1 / factor, 0, -away], [0, 1 / factor, -away]])
    assert np.abs(warp(pixels, matrix, side) - blocks).max() <= 1.0


@given(
    st.integers(2, 9),
    st.tuples(st.floats(0, 300), st.floats(0, 240)),
    st.floats(-180, 180),
)
def test_reducing_first_leaves_every_point_in_its_place(
    factor: int, where: tuple[float, float], degrees: float
) -> None:
    """A blob's centre of mass in the reduced part, sent on by the new matrix."""
    height, width = 260, 321
    matrix = similarity(1 / (factor + 0.4), degrees, *where)
    x, y = (min(max(where[0], 30), width - 31), min(max(where[1], 30), height - 31))
    rows, columns = np.mgrid[:height, :width]
    blob = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 8.0**2))
    pixels = np.repeat(blob.astype(np.uint8)[..., None], 3, axis=2)
    small, onwards = _reduced(pixels, matrix, 40, factor)
    weight = small[..., 0].astype(np.float64)
    if weight.sum() < 0.95 * pixels[..., 0].sum() / factor**2:
        return  # the square does not see all of the blob
    rows, columns = np.mgrid[: small.shape[0], : small.shape[1]]
    middle = [(columns * weight).sum() / weight.sum(), (rows * weight).sum() / weight.sum(), 1]
    assert onwards @ middle == pytest.approx(matrix @ [x, y, 1], abs=0.15)


@pytest.mark.parametrize(("x", "y"), [(4000.0, 50.0), (-900.0, 20.0), (30.0, -4000.0)])
@pytest.mark.parametrize("scale", [0.05, 0.3, 1.0, 3.0])
def test_far_outside_is_black(scale: float, x: float, y: float) -> None:
    assert not warp(picture(60, 50), similarity(scale, 10, x, y), 40).any()


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 500), (500, 1), (3, 2)])
def test_pictures_smaller_than_a_block(width: int, height: int) -> None:
    pixels = np.full((height, width, 3), 200, np.uint8)
    for scale in (0.01, 0.1, 0.5, 1.0, 20.0):
        made = warp(pixels, similarity(scale, 0, 0, 0), 40)
        assert made.max() <= 200
        if scale >= 1:
            assert (made[20, 20] == 200).all()


def test_the_picture_is_left_as_it_was() -> None:
    pixels = picture(200, 160)
    before = pixels.copy()
    pixels.setflags(write=False)
    warp(pixels, similarity(0.1, 33, 90, 80), 40)
    warp(pixels, similarity(1.1, 33, 90, 80), 40)
    assert np.array_equal(pixels, before)
