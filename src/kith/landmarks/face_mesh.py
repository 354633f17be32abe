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
from typing import TYPE_CHECKING

import numpy as np

from kith.embedding.inputs import network_input
from kith.landmarks.base import LEAST_SCORE, DenseLandmarks
from kith.landmarks.checks import check_pixels, five_points
from kith.landmarks.mesh import LEFT_EYE, RIGHT_EYE
from kith.landmarks.square import Square, are_somewhere, guess, rotation
from kith.media.warp import warp
from kith.models.catalogue import card

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.models.session import Session
    from kith.types import Pixels

MARGIN = 1.5
"""Side of the square over the longer side of the points' box."""

LENGTH, BELOW = 3.74, 0.48
"""The first square; see `kith.landmarks.square.guess`."""

SHIFT = 0.06
"""The network looks again where a corner of the square would move by more, of its side."""


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

        Raises:
            InputError: pixels or points of another kind.
        """
        check_pixels(pixels, "landmarks are found in")
        points = five_points(points)
        if not are_somewhere(points):
            return None
        first = guess(points, LENGTH, BELOW)
        found = self.look(pixels, first)
        if found is None:
            return None
        second = around(found.points)
        if first.moved(second) <= SHIFT:
            return found
        return self.look(pixels, second) or found

    def look(self, pixels: Pixels, square: Square) -> DenseLandmarks | None:
        """Return the points that the network sees in a square, or None where it sees no face."""
        side = self._input.width
        crop = warp(pixels, square.matrix(side), side)
        found, presence = self._session.run(network_input([crop], self._input))
        score = 1.0 / (1.0 + math.exp(-max(min(float(presence[0, 0]), 50.0), -50.0)))
        if score < LEAST_SCORE:
            return None
        # The network counts from the corner of the first pixel, we from its middle.
        flat = square.back(found[0, :, :2] - 0.5, side).astype(np.float32)
        depth = (found[0, :, 2] * (square.side / side)).astype(np.float32)
        return DenseLandmarks(flat, depth, score, layout="mesh478")


def around(points: npt.NDArray[np.float32]) -> Square:
    """Return the square for a face of which the 478 points are known (478 × 2)."""
    exact = points.astype(np.float64)
    across = exact[RIGHT_EYE[8]] - exact[LEFT_EYE[0]]
    angle = math.atan2(across[1], across[0])
    turn = rotation(angle)
    level = exact @ turn.T
    low, high = level.min(axis=0), level.max(axis=0)
    return Square((low + high) / 2 @ turn, MARGIN * max(float(max(high - low)), 1e-3), angle)
