"""The pyramid: the sizes at which a picture is searched, cut into parts that fit a cache."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.detection.mtcnn.boxes import Candidates, least_log_odds, probability

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.detection.mtcnn.settings import MtcnnSettings

    Floats = npt.NDArray[np.float32]

STRIDE, CELL = 2, 12
"""Pixels from one cell of the first network's output to the next, and those that one sees."""

WIDEST, LARGEST = 256, 16_384
"""Columns and cells of a part: larger ones leave the processor's cache between two layers."""


@dataclass(frozen=True, slots=True)
class Level:
    """A picture at one size.

    Attributes:
        scale: nominal size over the picture's.
        rows, columns: its pixels.
    """

    scale: float
    rows: int
    columns: int

    def parts(self) -> list[Part]:
        """Cut the level so that every cell of the network's output is in exactly one part."""
        columns = _cells(self.columns)
        across = _divided(columns, WIDEST)
        down = _divided(_cells(self.rows), max(1, LARGEST * len(across) // columns))
        return [
            Part(self, top, bottom, left, right) for top, bottom in down for left, right in across
        ]


@dataclass(frozen=True, slots=True)
class Part:
    """Some cells of the network's output for a level: rows top … bottom, columns left … right."""

    level: Level
    top: int
    bottom: int
    left: int
    right: int

    @property
    def cells(self) -> int:
        """How many there are."""
        return (self.bottom - self.top) * (self.right - self.left)

    @property
    def rows(self) -> slice:
        """The level's rows of pixels that these cells see."""
        return slice(STRIDE * self.top, min(STRIDE * self.bottom + CELL - STRIDE, self.level.rows))

    @property
    def columns(self) -> slice:
        """The level's columns of pixels that these cells see."""
        end = STRIDE * self.right + CELL - STRIDE
        return slice(STRIDE * self.left, min(end, self.level.columns))

    def proposals(self, output: Floats, settings: MtcnnSettings) -> Candidates:
        """Turn the network's output for this part into boxes, in pixels of the picture.

        Args:
            output: 5 × rows × columns: log-odds, shifts.
            settings: threshold, and whether corners are rounded or corrected.
        """
        threshold = settings.thresholds[0]
        rows, columns = np.nonzero(output[0] >= least_log_odds(threshold))
        cells = output[:, rows, columns]
        scores = probability(cells[0])
        sure = scores >= threshold
        cell = np.stack([columns[sure] + self.left, rows[sure] + self.top], axis=1)
        start = (STRIDE * cell + 1).astype(np.float32)
        shifts = np.ascontiguousarray(cells[1:, sure].T)
        corners = np.concatenate([start, start + (CELL - 1)], axis=1)
        if settings.refine_first:
            corners += shifts * (CELL - 1)
        corners /= np.float32(self.level.scale)
        if settings.whole_pixels:
            corners = np.floor(corners)
        return Candidates(corners, scores[sure], shifts).best(settings.most_proposals)


def pyramid(height: int, width: int, min_face: float, settings: MtcnnSettings) -> list[Level]:
    """Return the levels at which a picture is searched, largest first.

    Args:
        height: of the picture, in pixels.
        width: of the picture, in pixels.
        min_face: narrowest face wanted, in pixels of the picture.
        settings: scale factor; whole pixels are rounded up where there is a part of one.
    """
    scale, extra = CELL / min_face, int(settings.whole_pixels)
    shortest = min(height, width)
    levels = []
    for _ in range(_depth(shortest, scale, settings)):
        levels.append(Level(scale, int(height * scale + extra), int(width * scale + extra)))
        scale *= settings.scale_factor
    return [level for level in levels if min(level.rows, level.columns) >= CELL]


def _depth(shortest: int, scale: float, settings: MtcnnSettings) -> int:
    """Count the levels whose shorter side holds a face of the network's size."""
    depth = 0
    while shortest * scale >= CELL:
        depth += 1
        scale *= settings.scale_factor
    return depth


def _cells(pixels: int) -> int:
    """Count the cells over this many pixels; half a cell at the end counts too."""
    return math.ceil((pixels - CELL) / STRIDE) + 1


def _divided(length: int, most: int) -> list[tuple[int, int]]:
    """Divide a length into the fewest nearly equal pieces of at most this length."""
    count = -(-length // most)
    return [(length * i // count, length * (i + 1) // count) for i in range(count)]
