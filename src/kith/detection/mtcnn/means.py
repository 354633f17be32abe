"""Reduce a picture, or squares of it, to means of whole pixels, from one table of sums.

facenet-pytorch reduces pictures by adaptive average pooling: target pixel i of n is the mean of the
source pixels ⌊i·N/n⌋ … ⌈(i+1)·N/n⌉ − 1, each counted in full. A face of 25 pixels moves by a
tenth of its width when that is replaced by an area or a bilinear filter, and MTCNN's thresholds
then pick other boxes. The sums are integers, so a summed-area table gives the means exactly, for
a level of the pyramid and for a thousand crops alike, in four look-ups each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.detection.mtcnn.levels import Part
    from kith.types import Pixels

    Floats = npt.NDArray[np.float32]
    Places = npt.NDArray[np.int64]
    Lanes = npt.NDArray[np.inexact[Any]]
    """Sums of four channels in the place of one number, which they are not."""

MOST_AT_ONCE = 2_500_000
"""Pixels of a table: 24 bytes each, and sums that stay within 32 bits."""

BAND = 64
"""Rows of a grid that are made together."""


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Half-open ranges of source pixels, one per target pixel; ``… × count`` for many crops."""

    starts: Places
    ends: Places

    @classmethod
    def over(cls, length: Places | int, count: int) -> Bins:
        """Divide a length, or each of many, into this many bins that may share a pixel."""
        length = np.asarray(length, np.int64)[..., None]
        places = np.arange(count, dtype=np.int64)
        return cls(places * length // count, -(-(places + 1) * length // count))

    def __len__(self) -> int:
        return int(self.starts.shape[-1])

    @property
    def counts(self) -> Floats:
        """How many source pixels each bin holds."""
        return (self.ends - self.starts).astype(np.float32)

    def moved(self, offset: Places | int) -> Bins:
        """Return the same bins, this many pixels further on."""
        offset = np.asarray(offset, np.int64)[..., None]
        return Bins(self.starts + offset, self.ends + offset)

    def cut(self, which: slice) -> Bins:
        """Return some of the bins."""
        return Bins(self.starts[which], self.ends[which])

    def of(self, crop: int) -> Bins:
        """Return the bins of one of many crops."""
        return Bins(self.starts[crop], self.ends[crop])


class Sums:
    """Summed-area tables of a picture (RGB, uint8, H × W × 3)."""

    def __init__(self, pixels: Pixels) -> None:
        # With a fourth channel a pixel's sums are one number for numpy, copied in one go.
        table = np.asarray(cv2.integral(cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA)), np.int32)
        self._wide = Table(table)
        # The same modulo 2¹⁶: half the memory to read, and exact where a bin's sum is below that.
        self._narrow = Table(table.astype(np.uint16))

    def grid(self, rows: Bins, columns: Bins) -> Floats:
        """Return the means of every row bin with every column bin: 3 × rows × columns, 0–255."""
        table = self._table(rows, columns)
        means = np.empty((3, len(rows), len(columns)), np.float32)
        # A band of rows at a time: the sums stay in the processor's cache.
        for start in range(0, len(rows), BAND):
            band = rows.cut(slice(start, start + BAND))
            table.grid(band, columns, means[:, start : start + BAND])
        return means

    def crops(self, rows: Bins, columns: Bins) -> Floats:
        """Return the means of N crops, whose bins are N × side: N × 3 × side × side, 0–255."""
        return self._table(rows, columns).crops(rows, columns)

    def _table(self, rows: Bins, columns: Bins) -> Table:
        largest = float(rows.counts.max(initial=0) * columns.counts.max(initial=0))
        return self._narrow if largest * 255 < 2**16 else self._wide


class Table:
    """A table of sums, (H + 1) × (W + 1) × 4; differences of four entries are the sum of a bin."""

    def __init__(self, sums: npt.NDArray[np.int32] | npt.NDArray[np.uint16]) -> None:
        self._lane = sums.dtype
        whole = np.complex128 if sums.itemsize == 4 else np.float64
        self._sums = np.ascontiguousarray(sums).view(whole)[..., 0]

    def grid(self, rows: Bins, columns: Bins, means: Floats) -> None:
        """Write the means of every row bin with every column bin to 3 × rows × columns."""
        # Only what lies between the bins' ends is copied, not whole rows of the picture.
        left = columns.starts[0]
        sums = self._sums[:, left : columns.ends[-1] + 1]
        bands = self._minus(sums[rows.ends], sums[rows.starts])
        right_of = bands.take(columns.ends - left, axis=1)
        cells = self._minus(right_of, bands.take(columns.starts - left, axis=1))
        self._divide(cells, rows.counts[:, None] * columns.counts, means)

    def crops(self, rows: Bins, columns: Bins) -> Floats:
        """Return the means of N crops, whose bins are N × side: N × 3 × side × side."""
        flat, width = self._sums.ravel(), self._sums.shape[1]
        top, bottom = rows.starts[:, :, None] * width, rows.ends[:, :, None] * width
        left, right = columns.starts[:, None], columns.ends[:, None]
        lower = self._minus(flat.take(bottom + right), flat.take(bottom + left))
        upper = self._minus(flat.take(top + right), flat.take(top + left))
        cells = self._minus(lower, upper)
        means = np.empty((len(cells), 3, *cells.shape[1:]), np.float32)
        counts = rows.counts[:, :, None] * columns.counts[:, None]
        self._divide(cells, counts, means.swapaxes(0, 1))
        return means

    def _minus(self, more: Lanes, less: Lanes) -> Lanes:
        """Take one set of sums from another, in place."""
        sums = more.view(self._lane)
        sums -= less.view(self._lane)
        return more

    def _divide(self, cells: Lanes, counts: Floats, means: Floats) -> None:
        """Write sums over counts to 3 × …, for the three channels."""
        sums = cells.view(self._lane).reshape(*cells.shape, 4)
        share = 1 / counts
        for channel in range(3):
            np.multiply(sums[..., channel].astype(np.float32), share, out=means[channel])


class WholePixels:
    """One picture, reduced to means of whole pixels; memory is bounded for any size of it."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = np.ascontiguousarray(pixels)
        self.height, self.width = pixels.shape[:2]
        small = self.height * self.width <= MOST_AT_ONCE
        self._sums = Sums(self._pixels) if small else None

    def part(self, part: Part) -> Floats:
        """Return a part of a level: 3 × rows × columns, 0–255."""
        rows = Bins.over(self.height, part.level.rows).cut(part.rows)
        columns = Bins.over(self.width, part.level.columns).cut(part.columns)
        return self._grid(rows, columns)

    def usable(self, corners: Floats) -> npt.NDArray[np.bool_]:
        """Tell which boxes (N × 4: left, top, right, bottom) have a pixel inside the picture."""
        left, top, right, bottom = self._inside(corners).T
        return np.asarray((left < right) & (top < bottom))

    def crops(self, corners: Floats, side: int) -> Floats:
        """Reduce or enlarge usable boxes, cut off at the border, to squares.

        Args:
            corners: N × 4: left, top, right, bottom.
            side: in pixels.

        Returns:
            N × 3 × side × side, 0–255.
        """
        left, top, right, bottom = self._inside(corners).T
        rows = Bins.over(bottom - top, side).moved(top)
        columns = Bins.over(right - left, side).moved(left)
        if self._sums is not None:
            return self._sums.crops(rows, columns)
        return np.stack([self._grid(rows.of(i), columns.of(i)) for i in range(len(corners))])

    def _inside(self, corners: Floats) -> Places:
        # A corner is a pixel counted from 1: the first one of a box, and the last.
        places = np.trunc(corners).astype(np.int64)
        places[:, :2] = np.maximum(places[:, :2], 1) - 1
        places[:, 2:] = np.minimum(places[:, 2:], (self.width, self.height))
        return places

    def _grid(self, rows: Bins, columns: Bins) -> Floats:
        if self._sums is not None:
            return self._sums.grid(rows, columns)
        return _grid_in_parts(self._pixels, rows, columns)


def _grid_in_parts(pixels: Pixels, rows: Bins, columns: Bins) -> Floats:
    """Halve the grid until the part of the picture below each piece fits a table."""
    top, bottom = int(rows.starts[0]), int(rows.ends[-1])
    left, right = int(columns.starts[0]), int(columns.ends[-1])
    if (bottom - top) * (right - left) <= MOST_AT_ONCE or len(rows) + len(columns) == 2:
        part = Sums(pixels[top:bottom, left:right])
        return part.grid(rows.moved(-top), columns.moved(-left))
    if len(rows) >= len(columns):
        half = len(rows) // 2
        parts = [rows.cut(slice(half)), rows.cut(slice(half, None))]
        return np.concatenate([_grid_in_parts(pixels, p, columns) for p in parts], axis=1)
    half = len(columns) // 2
    parts = [columns.cut(slice(half)), columns.cut(slice(half, None))]
    return np.concatenate([_grid_in_parts(pixels, rows, p) for p in parts], axis=2)
