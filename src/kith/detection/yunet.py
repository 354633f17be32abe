"""YuNet: W. Wu, H. Peng, S. Yu, *YuNet: A Tiny Millisecond-level Face Detector*, 2023.

An anchor-free network: each cell of three grids (strides 8, 16 and 32) speaks for one face.
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

STRIDES = (8, 16, 32)
NMS_LIMIT = 0.3


class YuNet:
    """One pass of the network over a picture at the size it is given."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def detect(self, pixels: Pixels, score: float) -> Detections:
        """Return the faces of a picture (RGB, uint8, H × W × 3), best first.

        Args:
            pixels: any size; black is added at the right and the bottom up to multiples of 32.
            score: faces that the network is less sure of are left out, 0–1.
        """
        outputs = self._session.run(_network_input(pixels))
        found = [
            decode(output[0], stride, score)
            for output, stride in zip(outputs, STRIDES, strict=True)
        ]
        joined = Detections.join(found)
        return joined.take(suppress(joined.boxes, joined.scores, NMS_LIMIT))


def decode(output: npt.NDArray[np.float32], stride: int, score: float) -> Detections:
    """Turn one grid of the network into faces.

    Args:
        output: 16 × rows × columns: class and object logits, box (4), five points (10).
        stride: pixels per cell.
        score: least geometric mean of the class and the object probability.

    Returns:
        Faces in pixels of the network's input. A box is centre + exp(size), all in cells; a
        point is an offset from its cell.
    """
    # Both probabilities have to reach score² for their mean to reach the score; logit is cheaper
    # to compare than a sigmoid is to compute everywhere.
    least = np.log(max(score, 1e-3) ** 2 / max(1.0 - score**2, 1e-6))
    likely = (output[0] > least) & (output[1] > least)
    if not likely.any():
        return Detections.join([])
    rows, columns = np.nonzero(likely)
    cells = output[:, rows, columns].T.astype(np.float32)
    probabilities = 1.0 / (1.0 + np.exp(-cells[:, :2]))
    scores = np.sqrt(probabilities[:, 0] * probabilities[:, 1])
    keep = scores >= score
    cells, scores = cells[keep], scores[keep]
    origin = np.stack([columns[keep], rows[keep]], axis=1).astype(np.float32)
    size = np.exp(np.minimum(cells[:, 4:6], 10.0)) * stride
    corner = (origin + cells[:, 2:4]) * stride - size / 2
    points = (origin[:, None] + cells[:, 6:16].reshape(-1, 5, 2)) * stride
    return Detections(np.concatenate([corner, size], axis=1), points, scores)


def _network_input(pixels: Pixels) -> npt.NDArray[np.float32]:
    height, width = pixels.shape[:2]
    down, right = -height % 32, -width % 32
    if down or right:
        pixels = cv2.copyMakeBorder(pixels, 0, down, 0, right, cv2.BORDER_CONSTANT)  # type: ignore[assignment]
    return np.asarray(cv2.dnn.blobFromImage(pixels), dtype=np.float32)
