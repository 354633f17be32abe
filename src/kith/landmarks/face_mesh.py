"""MediaPipe's face mesh: 478 points of a face, with depth.

Y. Kartynnik, A. Ablavatski, I. Grishchenko, M. Grundmann, *Real-time Facial Surface Geometry from
Monocular Video on Mobile GPUs*, 2019, arXiv:1907.06724. The network sees a square around the face,
turned so that the eyes are level, half as long again as its points reach (section 2; MediaPipe,
face_landmarks_detector_graph.cc). Here the first square is guessed from five points; where the
478 points ask for quite another one, the network looks again. What that gains, and the numbers of
the guess: ``benchmarks/landmarks.py``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from kith.embedding.inputs import network_input
from kith.landmarks.base import LEAST_SCORE, DenseLandmarks
from kith.landmarks.mesh import LEFT_EYE, RIGHT_EYE
from kith.media.warp import warp
from kith.models.catalogue import card

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.models.session import Session
    from kith.types import Pixels

    Points = npt.NDArray[np.float64]

MARGIN = 1.5
"""Side of the square over the longer side of the points' box."""

LENGTH, BELOW, BEHIND = 3.74, 0.48, 1.35
"""The first square: its side, and how far its middle lies below the eyes', both in distances
between the eyes or from there to the mouth, whichever is larger; and how far it lies to the side
away from the nose, in the nose's own distance from the eyes' middle line."""

SHIFT = 0.06
"""The network looks again where a corner of the square would move by more, of its side."""


class _Square(NamedTuple):
    """Where the network looks: the middle, the side and the turn (radians) in the photo."""

    middle: Points
    side: float
    angle: float

    def matrix(self, size: int) -> Points:
        """Return what takes (x, y, 1) of the photo to the square of so many pixels, 2 × 3."""
        scale = size / self.side
        cos, sin = scale * math.cos(self.angle), scale * math.sin(self.angle)
        turn = np.array([[cos, sin], [-sin, cos]])
        return np.hstack([turn, ((size - 1) / 2 - turn @ self.middle)[:, np.newaxis]])


class FaceMesh:
    """The network; see `kith.landmarks.LandmarkNetwork`."""

    id = "face-landmarker"

    def __init__(self, session: Session) -> None:
        self._session = session
        self._input = card(self.id).input

    def find(self, pixels: Pixels, points: npt.NDArray[np.float32]) -> DenseLandmarks | None:
        """Return the 478 points of a face, or None where the network sees none.

        Args:
            pixels: of the photo: RGB, uint8, H × W × 3.
            points: float32, 5 × 2: left eye, right eye, nose, left and right mouth corner, as seen
                in the picture, in its pixels.
        """
        if not np.isfinite(points).all():
            return None
        first = guess(points.astype(np.float64))
        found = self._look(pixels, first)
        if found is None:
            return None
        second = around(found.points)
        if _moved(first, second) <= SHIFT:
            return found
        return self._look(pixels, second) or found

    def _look(self, pixels: Pixels, square: _Square) -> DenseLandmarks | None:
        """Look at a square once."""
        matrix = square.matrix(self._input.width)
        crop = warp(pixels, matrix, self._input.width)
        found, presence = self._session.run(network_input([crop], self._input))
        score = 1.0 / (1.0 + math.exp(-max(min(float(presence[0, 0]), 50.0), -50.0)))
        if score < LEAST_SCORE:
            return None
        back = cv2.invertAffineTransform(matrix)
        # The network counts from the corner of the first pixel, we from its middle.
        flat = (found[0, :, :2] - 0.5) @ back[:, :2].T + back[:, 2]
        depth = found[0, :, 2] * (square.side / self._input.width)
        return DenseLandmarks(
            flat.astype(np.float32), depth.astype(np.float32), score, layout="mesh478"
        )


def guess(points: Points) -> _Square:
    """Return the square for a face of which five points are known (5 × 2)."""
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    across = points[1] - points[0]
    size = max(math.hypot(*across), math.hypot(*(mouth - eyes)), 1e-3)
    angle = math.atan2(across[1], across[0])
    right = np.array([math.cos(angle), math.sin(angle)])
    down = np.array([-right[1], right[0]])
    # On a turned head the nose moves one way, and most of the face lies the other way.
    nose = float((points[2] - eyes) @ right)
    return _Square(eyes + BELOW * size * down - BEHIND * nose * right, LENGTH * size, angle)


def around(points: npt.NDArray[np.float32]) -> _Square:
    """Return the square for a face of which the 478 points are known (478 × 2)."""
    points_ = points.astype(np.float64)
    across = points_[RIGHT_EYE[8]] - points_[LEFT_EYE[0]]
    angle = math.atan2(across[1], across[0])
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    level = points_ @ turn.T
    low, high = level.min(axis=0), level.max(axis=0)
    return _Square((low + high) / 2 @ turn, MARGIN * max(float(max(high - low)), 1e-3), angle)


def _moved(first: _Square, second: _Square) -> float:
    """Return how far the farthest corner of one square lies from the other's, of its side."""
    half = np.array([[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5], [0.5, 0.5]])
    corners = []
    for square in (first, second):
        cos, sin = math.cos(square.angle), math.sin(square.angle)
        turned = half @ np.array([[cos, sin], [-sin, cos]])
        corners.append(square.middle + square.side * turned)
    apart = np.hypot(*(corners[0] - corners[1]).T)
    return float(apart.max()) / second.side
