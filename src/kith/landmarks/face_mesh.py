"""MediaPipe's face mesh: 478 points of a face, with depth.

Y. Kartynnik, A. Ablavatski, I. Grishchenko, M. Grundmann, *Real-time Facial Surface Geometry from
Monocular Video on Mobile GPUs*, 2019. The network sees a square around the face, turned so that
the eyes are level, 1.5 times as long as the points reach (section 2.2; MediaPipe,
face_landmarks_detector_graph.cc).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.landmarks.base import LEAST_SCORE, DenseLandmarks
from kith.media.warp import warp

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.models.session import Session
    from kith.types import Pixels

SIDE = 256
"""Of the square that the network sees, in pixels."""

REACH = 3.77
"""Side of the square over the distance between the eyes, or from there to the mouth, whichever is
larger."""

BELOW = 0.127
"""How far the middle of the square lies below the eyes, of its side."""


class FaceMesh:
    """The network; see `kith.landmarks.LandmarkNetwork`."""

    id = "face-landmarker"

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, pixels: Pixels, points: npt.NDArray[np.float32]) -> DenseLandmarks | None:
        """Return the 478 points of a face, or None where the network sees none.

        Args:
            pixels: of the photo: RGB, uint8, H × W × 3.
            points: float32, 5 × 2: left eye, right eye, nose, left and right mouth corner, as seen
                in the picture, in its pixels.
        """
        matrix = _frame(points.astype(np.float64))
        crop = warp(pixels, matrix, SIDE)
        batch = crop.transpose(2, 0, 1)[np.newaxis].astype(np.float32) / np.float32(255)
        found, presence = self._session.run(batch)
        score = 1.0 / (1.0 + math.exp(-max(min(float(presence[0, 0]), 50.0), -50.0)))
        if score < LEAST_SCORE:
            return None
        back = cv2.invertAffineTransform(matrix)
        # The network counts from the corner of the first pixel, we from its middle.
        flat = (found[0, :, :2] - 0.5) @ back[:, :2].T + back[:, 2]
        depth = found[0, :, 2] * math.hypot(back[0, 0], back[1, 0])
        return DenseLandmarks(
            flat.astype(np.float32), depth.astype(np.float32), score, layout="mesh478"
        )


def _frame(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the matrix (2 × 3) from a photo's pixels to the square, by five points."""
    left, right, _, *mouth = points
    middle, lips = (left + right) / 2, (mouth[0] + mouth[1]) / 2
    across = right - left
    length = max(math.hypot(*across), math.hypot(*(lips - middle)), 1e-3)
    scale = SIDE / (REACH * length)
    angle = math.atan2(across[1], across[0])
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    turn = np.array([[cos, sin], [-sin, cos]])
    eyes = np.array([(SIDE - 1) / 2, (SIDE - 1) / 2 - BELOW * SIDE])
    return np.hstack([turn, (eyes - turn @ middle)[:, np.newaxis]])
