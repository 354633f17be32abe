"""SCRFD: J. Guo et al., *Sample and Computation Redistribution for Efficient Face Detection*, 2021.

arXiv:2105.04714. An anchor-based network: each cell of three grids (strides 8, 16 and 32) speaks
for two faces, each by the distances from the cell's corner to the four sides of the box, and by
offsets to five points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.detection.base import Detections
from kith.detection.nms import suppress

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.models.session import Session
    from kith.types import Pixels

    Floats = npt.NDArray[np.float32]

STRIDES = (8, 16, 32)
ANCHORS = 2
"""Faces that each cell speaks for."""

NMS_LIMIT = 0.4
MEAN, SCALE = 127.5, 1 / 128


class Scrfd:
    """One pass of the network over a picture at the size it is given."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def detect(self, pixels: Pixels, score: float) -> Detections:
        """Return the faces of a picture (RGB, uint8, H × W × 3), best first.

        Args:
            pixels: any size; black is added at the right and the bottom up to multiples of 32.
            score: faces that the network is less sure of are left out, 0–1.
        """
        batch = _network_input(pixels)
        columns = [batch.shape[3] // stride for stride in STRIDES]
        outputs = self._session.run(batch)
        # Three scores, three distances, three times points: a stride's outputs are three apart.
        grids = zip(outputs[:3], outputs[3:6], outputs[6:9], STRIDES, columns, strict=True)
        found = [
            decode(scores[0, :, 0], sides[0], points[0], stride, width, score)
            for scores, sides, points, stride, width in grids
        ]
        joined = Detections.join(found)
        return joined.take(suppress(joined.boxes, joined.scores, NMS_LIMIT))


def decode(
    scores: Floats, sides: Floats, points: Floats, stride: int, columns: int, score: float
) -> Detections:
    """Turn one grid of the network into faces.

    Args:
        scores: N = rows · columns · 2 probabilities, row by row.
        sides: N × 4, distances to the left, top, right and bottom side, in cells.
        points: N × 10, offsets to five points (x, y), in cells.
        stride: pixels per cell.
        columns: cells in a row.
        score: least probability.

    Returns:
        Faces in pixels of the network's input.
    """
    sure = np.nonzero(scores >= score)[0]
    row, column = np.divmod(sure // ANCHORS, columns)
    origin = np.stack([column, row], axis=1).astype(np.float32) * stride
    reach = sides[sure] * stride
    corner = origin - reach[:, :2]
    boxes = np.concatenate([corner, reach[:, :2] + reach[:, 2:]], axis=1)
    spots = origin[:, None] + points[sure].reshape(-1, 5, 2) * stride
    return Detections(boxes, spots, scores[sure])


def _network_input(pixels: Pixels) -> Floats:
    height, width = pixels.shape[:2]
    down, right = -height % 32, -width % 32
    if down or right:
        pixels = cv2.copyMakeBorder(pixels, 0, down, 0, right, cv2.BORDER_CONSTANT)  # type: ignore[assignment]
    blob = cv2.dnn.blobFromImage(pixels, SCALE, mean=(MEAN, MEAN, MEAN))
    return np.asarray(blob, dtype=np.float32)
