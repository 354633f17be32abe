"""AIZOO's detector of masked and bare faces as a teller, to be measured beside kith's own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kith.detection.nms import overlap
from kith.media.warp import warp
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.session import open_session
from kith.types import Box, MaskState, Pixels

SIDE = 260
SURROUNDINGS = 3.0
"""Side of the square that it is shown, in widths of the face: 1.6 and 2.2 gave less."""

GRIDS = (33, 17, 9, 5, 3)
SIZES = ((0.04, 0.056), (0.08, 0.11), (0.16, 0.22), (0.32, 0.45), (0.64, 0.72))
RATIOS = (0.62, 0.42)
SPREAD = np.array([0.1, 0.1, 0.2, 0.2])


def anchors() -> npt.NDArray[np.float64]:
    """Return centre, width and height of every anchor, as shares of the side."""
    rows = []
    for cells, (small, large) in zip(GRIDS, SIZES, strict=True):
        shapes = [(small, small), (large, large)]
        shapes += [(small * ratio**0.5, small / ratio**0.5) for ratio in RATIOS]
        y, x = (np.mgrid[:cells, :cells] + 0.5) / cells
        grid = np.zeros((cells, cells, len(shapes), 4))
        grid[..., 0], grid[..., 1] = x[..., None], y[..., None]
        grid[..., 2:] = shapes
        rows.append(grid.reshape(-1, 4))
    return np.concatenate(rows)


class Aizoo:
    """Says of a marked face whether AIZOO's detector sees a mask on it."""

    def __init__(self) -> None:
        self.session = open_session(card("mask-aizoo"), ModelStore())
        self.anchors = anchors()

    def tell(self, pixels: Pixels, box: Box) -> MaskState:
        zoom = SIDE / (SURROUNDINGS * max(box.width, box.height))
        x, y = box.centre
        matrix = np.array([[zoom, 0, SIDE / 2 - zoom * x], [0, zoom, SIDE / 2 - zoom * y]])
        seen = warp(pixels, matrix, SIDE).astype(np.float32) / 255
        outputs = self.session.run(np.ascontiguousarray(seen.transpose(2, 0, 1)[None]))
        by_width = {output.shape[-1]: output[0] for output in outputs}
        moves, classes = by_width[4] * SPREAD, by_width[2]
        centres = self.anchors[:, :2] + moves[:, :2] * self.anchors[:, 2:]
        sizes = self.anchors[:, 2:] * np.exp(moves[:, 2:])
        boxes = np.concatenate([centres - sizes / 2, sizes], axis=1).astype(np.float32)
        size = np.array([box.width, box.height]) * zoom / SIDE
        mine = np.array([*(0.5 - size / 2), *size], np.float32)
        there = overlap(mine, boxes) > 0.4
        masked = there.any() and classes[there, 0].max() >= classes[there, 1].max()
        return MaskState.WORN if masked else MaskState.NONE
