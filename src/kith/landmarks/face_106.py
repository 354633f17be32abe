"""InsightFace's 106 points (``2d106det``), after the layout of the JD challenge.

Y. Liu, H. Shen, Y. Si and others, *Grand Challenge of 106-Point Facial Landmark Localization*,
ICME workshops 2019, arXiv:1905.03469. The network sees half as much again as the longer side of a
face's box and gives points from −1 to 1. It says of any picture where the points would be: whether
there is a face is judged here, by the five points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.embedding.inputs import network_input
from kith.landmarks.base import LEAST_SCORE, DenseLandmarks
from kith.landmarks.checks import check_pixels, five_points
from kith.landmarks.points106 import FIVE
from kith.landmarks.square import are_somewhere, guess, size_of
from kith.media.warp import warp
from kith.models.catalogue import card

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.models.session import Session
    from kith.types import Pixels

LENGTH, BELOW = 4.2, 0.33
"""The square; see `kith.landmarks.square.guess`."""


class Face106:
    """The network; see `kith.landmarks.LandmarkNetwork`."""

    id = "landmarks-106"

    def __init__(self, session: Session) -> None:
        self._session = session
        self._input = card(self.id).input

    def find(self, pixels: Pixels, points: npt.NDArray[np.float32]) -> DenseLandmarks | None:
        """Return the 106 points of a face, or None where they lie far from the five.

        The score is 1 less the mean distance of the same five points among the 106 from those
        given, in sizes of the face (`size_of`).

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
        side = self._input.width
        square = guess(points, LENGTH, BELOW)
        crop = warp(pixels, square.matrix(side), side)
        found = self._session.run(network_input([crop], self._input))[0].reshape(-1, 2)
        # It counts from the middle of the first pixel: a mirrored crop gives 191 less the same.
        flat = square.back((found + 1) * (side / 2), side).astype(np.float32)
        five = np.stack([flat[list(one)].mean(axis=0) for one in FIVE])
        apart = float(np.hypot(*(five - points).T).mean()) / size_of(points)
        score = max(1.0 - apart, 0.0)
        return DenseLandmarks(flat, None, score, "points106") if score >= LEAST_SCORE else None
