"""Where the mean face lies on a photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.masks.paint.mean_face import ANCHOR_NUMBERS, ANCHORS, FIVE

if TYPE_CHECKING:
    from kith.landmarks import DenseLandmarks
    from kith.masks.paint.arrays import Plane, Points

REACH = 1.6
"""Centimetres over which what is particular about a face is smoothed: cloth does not follow
wrinkles."""


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """The way from the mean face to a photo: a similarity, and what is particular about the face.

    Attributes:
        scale: pixels per centimetre.
        turn: 3 × 3, a rotation.
        offset: where the mean face's origin lies, in pixels.
        residuals: N × 3, how far each of `ANCHORS` lies from where the similarity puts it, in
            pixels; None where only five points are known.
    """

    scale: float
    turn: Points
    offset: Points
    residuals: Points | None = None

    def place(self, points: Points) -> Points:
        """Take points of the mean face (… × 3, cm) to the photo (… × 3, pixels)."""
        flat = points.reshape(-1, 3)
        placed = self.scale * flat @ self.turn.T + self.offset
        if self.residuals is not None:
            apart = np.sum((flat[:, None] - ANCHORS[None]) ** 2, axis=2)
            weights = np.exp(-(apart - apart.min(axis=1, keepdims=True)) / (2 * REACH**2))
            weights /= weights.sum(axis=1, keepdims=True)
            placed += np.einsum("pa,ac->pc", weights, self.residuals)
        return placed.reshape(points.shape)

    def facing(self, directions: Points) -> Points:
        """Turn directions of the mean face (N × 3) as the face on the photo is turned."""
        return directions @ self.turn.T

    @property
    def yaw(self) -> float:
        """How far the face is turned to the right of the picture, in degrees."""
        return float(np.degrees(np.arctan2(self.turn[0, 2], self.turn[2, 2])))

    @property
    def pitch(self) -> float:
        """How far the face looks down, in degrees."""
        return float(np.degrees(np.arcsin(np.clip(self.turn[1, 2], -1.0, 1.0))))


def from_mesh(found: DenseLandmarks) -> Placement:
    """Place a face by the 478 points of a mesh with depth."""
    assert found.depth is not None
    mesh = np.column_stack([found.points, -found.depth]).astype(np.float64)[ANCHOR_NUMBERS]
    scale, turn, offset = _similarity(ANCHORS, mesh)
    return Placement(scale, turn, offset, mesh - (scale * ANCHORS @ turn.T + offset))


def from_five(landmarks: Plane) -> Placement:
    """Place a face by the detector's five points, in scaled orthographic projection.

    The projection closest to the points, in the sense of squares, among all affine ones; then the
    closest of that which keeps angles (as in D. DeMenthon, L. Davis, *Model-based object pose in
    25 lines of code*, IJCV 1995, without its perspective).
    """
    points = landmarks.astype(np.float64)
    middle, centre = FIVE.mean(axis=0), points.mean(axis=0)
    projection = np.linalg.lstsq(FIVE - middle, points - centre, rcond=None)[0].T
    left, sizes, right = np.linalg.svd(projection, full_matrices=False)
    rows = left @ right
    turn = np.vstack([rows, np.cross(rows[0], rows[1])])
    scale = float(sizes.mean())
    across = centre - scale * rows @ middle
    return Placement(scale, turn, np.append(across, 0.0))


def _similarity(points: Points, targets: Points) -> tuple[float, Points, Points]:
    """Return the similarity that takes points closest to targets (S. Umeyama, PAMI 1991)."""
    middle, centre = points.mean(axis=0), targets.mean(axis=0)
    p, t = points - middle, targets - centre
    left, sizes, right = np.linalg.svd(t.T @ p)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    turn = left * signs @ right
    scale = float((sizes * signs).sum() / np.sum(p**2))
    return scale, turn, centre - scale * turn @ middle
