"""The square around a face that a network sees, turned so that the eyes are level."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Points = npt.NDArray[np.float64]

BEHIND = 1.35
"""How far a face's middle lies to the side away from the nose, in the nose's own distance from the
middle line of the eyes: on a turned head the nose moves one way, and most of the face lies the
other way. ``benchmarks/landmarks.py --fit`` prints it."""

FARTHEST = 1e6
"""Pixels from a photo's corner; no photo is as large."""


class Square(NamedTuple):
    """A square in a photo.

    Attributes:
        middle: x, y in pixels of the photo.
        side: in pixels of the photo.
        angle: by which it is turned, in radians, clockwise as seen.
    """

    middle: Points
    side: float
    angle: float

    def matrix(self, size: int) -> Points:
        """Return what takes (x, y, 1) of the photo to the square of so many pixels, 2 × 3."""
        turn = rotation(self.angle) * (size / self.side)
        return np.hstack([turn, ((size - 1) / 2 - turn @ self.middle)[:, np.newaxis]])

    def back(self, points: npt.NDArray[np.floating], size: int) -> Points:
        """Return points of the square of so many pixels (N × 2) as points of the photo."""
        back = cv2.invertAffineTransform(self.matrix(size))
        return np.asarray(points @ back[:, :2].T + back[:, 2], np.float64)

    def moved(self, other: Square) -> float:
        """Return how far the farthest corner lies from the other's, of the other's side."""
        half = np.array([[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5], [0.5, 0.5]])
        here, there = (one.middle + one.side * half @ rotation(one.angle) for one in (self, other))
        return float(np.hypot(*(here - there).T).max()) / other.side


def rotation(angle: float) -> Points:
    """Return the matrix (2 × 2) that turns what is turned by an angle level."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, sin], [-sin, cos]])


def guess(points: npt.NDArray[np.float32], length: float, below: float) -> Square:
    """Return the square for a face of which five points are known.

    Args:
        points: 5 × 2: eyes, nose, corners of the mouth.
        length: its side, in sizes of the face (`size_of`).
        below: how far its middle lies below the eyes', in the same.
    """
    exact = points.astype(np.float64)
    eyes, across = exact[:2].mean(axis=0), exact[1] - exact[0]
    size = size_of(exact)
    angle = math.atan2(across[1], across[0])
    right, down = rotation(angle)
    nose = float((exact[2] - eyes) @ right)
    return Square(eyes + below * size * down - BEHIND * nose * right, length * size, angle)


def are_somewhere(points: npt.NDArray[np.float32]) -> bool:
    """Tell whether points are numbers, and near enough to lie in a photo."""
    return bool((np.abs(points) < FARTHEST).all())


def size_of(points: npt.NDArray[np.floating]) -> float:
    """Return the distance between the eyes or from their middle to the mouth's, the larger one."""
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    return max(math.hypot(*(points[1] - points[0])), math.hypot(*(mouth - eyes)), 1e-3)
