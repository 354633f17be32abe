"""A mask's surface on the photo: which part of the cloth each pixel shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from kith.masks.paint.arrays import Plane, Points
    from kith.masks.paint.canvas import Canvas

ROWS, COLUMNS = 25, 37
"""Of the fine grid; the number of columns is odd, so that one lies in the middle."""

FINE = 4
"""Edges are drawn that many times finer than the photo; on large faces twice."""

_BITS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """What a mask's surface shows on a canvas.

    Attributes:
        across, down: float32 H × W, which part of the cloth a pixel shows: 0–1 from left to right
            and from top to bottom; meaningful where `share` is above 0.
        known: float32 H × W, 1 where a pixel's place on the cloth is known, else 0.
        share: float32 H × W of the photo's part, how much of a pixel the mask covers, 0–1.
    """

    across: Plane
    down: Plane
    known: Plane
    share: Plane


def refine(lattice: Points, *, creased: bool) -> Points:
    """Return a fine grid (`ROWS` × `COLUMNS` × 3) through a lattice's control points."""
    rows, columns = lattice.shape[:2]
    down = _spline(rows, ROWS)
    if creased:
        half = _spline(columns // 2 + 1, COLUMNS // 2 + 1)
        across = np.zeros((COLUMNS, columns))
        across[: COLUMNS // 2 + 1, : columns // 2 + 1] = half
        across[COLUMNS // 2 :, columns // 2 :] = half
    else:
        across = _spline(columns, COLUMNS)
    return np.einsum("ir,rck,jc->ijk", down, lattice, across, optimize=True)  # type: ignore[no-any-return]


@lru_cache(maxsize=8)
def _spline(knots: int, samples: int) -> Points:
    """Return the matrix (samples × knots) of natural cubic splines through evenly spaced knots."""
    # Second derivatives m at the knots: m[i-1] + 4 m[i] + m[i+1] = 6 (y[i-1] - 2 y[i] + y[i+1]).
    left, right = np.eye(knots), np.zeros((knots, knots))
    for i in range(1, knots - 1):
        left[i, i - 1 : i + 2] = (1.0, 4.0, 1.0)
        right[i, i - 1 : i + 2] = (6.0, -12.0, 6.0)
    bend = np.linalg.solve(left, right)
    at = np.linspace(0.0, knots - 1.0, samples)
    low = np.minimum(at.astype(int), knots - 2)
    b = (at - low)[:, None]
    a = 1.0 - b
    value = np.eye(knots)
    straight = a * value[low] + b * value[low + 1]
    return straight + ((a**3 - a) * bend[low] + (b**3 - b) * bend[low + 1]) / 6.0  # type: ignore[no-any-return]


def normals(grid: Points) -> Points:
    """Return where a grid of the photo faces (unit vectors; z towards the viewer)."""
    facing = np.cross(np.gradient(grid, axis=1), np.gradient(grid, axis=0))
    lengths = np.linalg.norm(facing, axis=2, keepdims=True)
    return facing / np.maximum(lengths, 1e-9)  # type: ignore[no-any-return]


def show(drawn: Points, here: Points, canvas: Canvas) -> Surface:
    """Draw a grid on a canvas, far parts first.

    Args:
        drawn: `ROWS` × `COLUMNS` × 3, in pixels of the drawing.
        here: the same in pixels of the canvas's part of the photo.
        canvas: to draw on.
    """
    corners = _quads(drawn)
    order = np.argsort(corners[:, :, 2].mean(axis=1), kind="stable")
    flat = corners[order, :, :2]
    width, height = canvas.size
    numbers = np.zeros((height, width), np.int32)
    for number, quad in enumerate(_fixed(flat), 1):
        cv2.fillConvexPoly(numbers, quad, number, cv2.LINE_8, _BITS)
    across, down, known = _places(numbers, flat, order)
    return Surface(across, down, known, _share(_quads(here)[:, :, :2], canvas))


def _fixed(points: Points) -> npt.NDArray[np.int32]:
    # Far outside the canvas OpenCV's numbers would run over.
    return np.round(np.clip(points, -30000, 30000) * (1 << _BITS)).astype(np.int32)


def _quads(grid: Points) -> Points:
    """Return the corners of all cells, N × 4 × 3, clockwise from the upper left."""
    cells = [grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]]
    return np.stack(cells, axis=2).reshape(-1, 4, 3)


def _share(flat: Points, canvas: Canvas) -> Plane:
    """Return how much of each pixel the mask covers, from a finer drawing."""
    fine = FINE if canvas.width * canvas.height < 400_000 else 2
    layer = np.zeros((canvas.height * fine, canvas.width * fine), np.uint8)
    for quad in _fixed((flat + 0.5) * fine - 0.5):
        cv2.fillConvexPoly(layer, quad, 255, cv2.LINE_8, _BITS)
    size = (canvas.width, canvas.height)
    small = cv2.resize(layer, size, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255.0


def _places(
    numbers: npt.NDArray[np.int32], flat: Points, order: npt.NDArray[np.intp]
) -> tuple[Plane, Plane, Plane]:
    """Return which part of the cloth each pixel shows, by its cell, and where there is one."""
    height, width = numbers.shape
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    row, column = np.divmod(order, COLUMNS - 1)
    across, down = (
        np.clip(table[0][numbers] * x + table[1][numbers] * y + table[2][numbers], -0.3, 1.3)
        for table in _inverse(flat)
    )
    columns = np.append(0, column).astype(np.float32)[numbers]
    rows = np.append(0, row).astype(np.float32)[numbers]
    known = (numbers > 0).astype(np.float32)
    return (across + columns) / (COLUMNS - 1), (down + rows) / (ROWS - 1), known


def _inverse(flat: Points) -> tuple[Plane, Plane]:
    """Return, for each cell, the affine maps from pixels to the place in it; row 0 for no cell."""
    a, b, c, d = flat.transpose(1, 0, 2)
    right, below = (b - a + c - d) / 2, (d - a + c - b) / 2
    turn = right[:, 0] * below[:, 1] - right[:, 1] * below[:, 0]
    turn = np.where(np.abs(turn) < 1e-6, 1e-6, turn)
    middle = flat.mean(axis=1)
    maps = []
    for first, second in ((below[:, 1], -below[:, 0]), (-right[:, 1], right[:, 0])):
        p, q = first / turn, second / turn
        shift = 0.5 - p * middle[:, 0] - q * middle[:, 1]
        maps.append(np.pad(np.stack([p, q, shift]), ((0, 0), (1, 0))).astype(np.float32))
    return maps[0], maps[1]
