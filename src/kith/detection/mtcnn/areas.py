"""Reduce a picture by area and sample crops bilinearly, as TensorFlow does for mtcnn 1.0.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.detection.mtcnn.levels import Part
    from kith.types import Pixels

    Floats = npt.NDArray[np.float32]
    Doubles = npt.NDArray[np.float64]

MOST_AT_ONCE = 2_000_000
"""Pixels of a table of sums, which takes 16 bytes each."""

GREY = 127.5
"""What lies beyond the border: zero, once the mean is taken off."""


class Areas:
    """One picture; memory is bounded for any size of it."""

    def __init__(self, pixels: Pixels) -> None:
        # One number for the channels of a pixel, so that a look-up is one copy.
        packed = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2RGBA)
        self._packed: Pixels = np.asarray(packed, np.uint8)
        self.height, self.width = pixels.shape[:2]

    def part(self, part: Part) -> Floats:
        """Return a part of a level: 3 × rows × columns, 0–255."""
        rows, columns = part.rows, part.columns
        ys = np.arange(rows.start, rows.stop + 1) * (self.height / part.level.rows)
        xs = np.arange(columns.start, columns.stop + 1) * (self.width / part.level.columns)
        ys, xs = np.minimum(ys, self.height), np.minimum(xs, self.width)
        return _means(self._packed, ys, xs)

    def usable(self, corners: Floats) -> npt.NDArray[np.bool_]:
        """Tell which boxes can be sampled: all that are finite, even beyond the border."""
        return np.asarray(np.isfinite(corners).all(axis=1))

    def crops(self, corners: Floats, side: int) -> Floats:
        """Sample boxes (N × 4: left, top, right, bottom) as squares: N × 3 × side × side, 0–255."""
        left, top, right, bottom = corners.astype(np.float64).T
        xs = _samples(left, right, self.width, side)
        ys = _samples(top, bottom, self.height, side)
        x, right_share, x_inside = _between(xs, self.width)
        y, lower_share, y_inside = _between(ys, self.height)
        upper = self._row(y, x, right_share)
        lower = self._row(np.minimum(y + 1, self.height - 1), x, right_share)
        mixed = upper + (lower - upper) * lower_share[:, :, None, None]
        inside = (y_inside[:, :, None] & x_inside[:, None])[..., None]
        return np.ascontiguousarray(np.where(inside, mixed, np.float32(GREY)).transpose(0, 3, 1, 2))

    def _row(
        self, y: npt.NDArray[np.int64], x: npt.NDArray[np.int64], right_share: Floats
    ) -> Floats:
        """Mix each pixel with the one to its right: N × side × side × 3."""
        flat = self._packed.view(np.uint32).ravel()
        start = y[:, :, None] * self.width
        near = _colours(flat.take(start + x[:, None]))
        far = _colours(flat.take(start + np.minimum(x + 1, self.width - 1)[:, None]))
        return near + (far - near) * right_share[:, None, :, None]


def _samples(start: Doubles, end: Doubles, length: int, side: int) -> Doubles:
    """Return where the samples of N boxes lie along one axis: N × side."""
    # A box spans 0 … length − 1 where it spans the picture: the ends are pixels' middles.
    scale = (length - 1) / length
    return (start * scale)[:, None] + np.arange(side) * ((end - start) * scale / (side - 1))[
        :, None
    ]


def _between(
    places: Doubles, length: int
) -> tuple[npt.NDArray[np.int64], Floats, npt.NDArray[np.bool_]]:
    """Return the pixel before each place, the share of the next one, and what is inside."""
    inside = (places >= 0) & (places <= length - 1)
    clipped = np.clip(places, 0, length - 1)
    before = np.floor(clipped)
    return before.astype(np.int64), (clipped - before).astype(np.float32), inside


def _colours(packed: npt.NDArray[np.uint32]) -> Floats:
    return packed.view(np.uint8).reshape(*packed.shape, 4)[..., :3].astype(np.float32)


def _means(packed: Pixels, ys: Doubles, xs: Doubles) -> Floats:
    """Return the means between edges: 3 × (rows − 1) × (columns − 1); a pixel may be split."""
    top, left = int(ys[0]), int(xs[0])
    bottom, right = int(np.ceil(ys[-1])), int(np.ceil(xs[-1]))
    rows, columns = len(ys) - 1, len(xs) - 1
    if (bottom - top) * (right - left) > MOST_AT_ONCE and rows + columns > 2:
        axis = 1 if rows >= columns else 2
        half = max(rows, columns) // 2
        halves = (
            [(ys[: half + 1], xs), (ys[half:], xs)]
            if axis == 1
            else [(ys, xs[: half + 1]), (ys, xs[half:])]
        )
        return np.concatenate([_means(packed, *edges) for edges in halves], axis=axis)
    table = np.asarray(cv2.integral(packed[top:bottom, left:right]), np.int32)[..., :3]
    bands = np.diff(_at(table, ys - top, 0), axis=0)
    cells = np.diff(_at(bands, xs - left, 1), axis=1)
    cells /= (np.diff(ys)[:, None] * np.diff(xs))[..., None]
    return np.ascontiguousarray(cells.transpose(2, 0, 1), dtype=np.float32)


def _at(table: npt.NDArray[np.int32] | Doubles, places: Doubles, axis: int) -> Doubles:
    """Look a table of sums up between its entries, along one axis."""
    before = np.minimum(places.astype(np.int64), table.shape[axis] - 2)
    share = (places - before).reshape(-1, *[1] * (table.ndim - 1 - axis))
    near = table.take(before, axis=axis).astype(np.float64)
    return np.asarray(near + (table.take(before + 1, axis=axis) - near) * share)
