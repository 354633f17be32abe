"""Where the mean face lies on a photo."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from kith.masks.paint import mean_106
from kith.masks.paint.mean_face import ANCHOR_NUMBERS, ANCHORS, FIVE

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.landmarks import DenseLandmarks
    from kith.masks.paint.arrays import Points

REACH = 1.6
"""Centimetres over which what is particular about a face is smoothed: cloth does not follow
wrinkles."""


def _nothing() -> Points:
    return np.zeros((0, 3))


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """The way from the mean face to a photo: a similarity, and what is particular about the face.

    Attributes:
        scale: pixels per centimetre.
        turn: 3 × 3, a rotation.
        offset: where the mean face's origin lies, in pixels.
        anchors: N × 3, points of the mean face that were seen, cm.
        residuals: N × 3, how far each lies from where the similarity puts it, in pixels; none
            where only five points are known.
    """

    scale: float
    turn: Points
    offset: Points
    anchors: Points = field(default_factory=_nothing)
    residuals: Points = field(default_factory=_nothing)

    def place(self, points: Points) -> Points:
        """Take points of the mean face (… × 3, cm) to the photo (… × 3, pixels)."""
        flat = points.reshape(-1, 3)
        placed = self.scale * flat @ self.turn.T + self.offset
        if len(self.anchors):
            apart = np.sum((flat[:, None] - self.anchors[None]) ** 2, axis=2)
            weights = np.exp(-(apart - apart.min(axis=1, keepdims=True)) / (2 * REACH**2))
            weights /= weights.sum(axis=1, keepdims=True)
            placed += np.einsum("pa,ac->pc", weights, self.residuals)
        return placed.reshape(points.shape)

    def facing(self, directions: Points) -> Points:
        """Turn directions of the mean face (N × 3) as the face on the photo is turned."""
        return directions @ self.turn.T

    def shrunk(self, factor: int) -> Placement:
        """Return the placement on the photo when blocks of factor × factor pixels became one."""
        half = np.array([0.5, 0.5, 0.0])
        offset = (self.offset + half) / factor - half
        return replace(
            self, scale=self.scale / factor, offset=offset, residuals=self.residuals / factor
        )

    @property
    def yaw(self) -> float:
        """How far the face is turned to the right of the picture, in degrees."""
        return float(np.degrees(np.arctan2(self.turn[0, 2], self.turn[2, 2])))

    @property
    def pitch(self) -> float:
        """How far the face looks down, in degrees."""
        return float(np.degrees(np.arcsin(np.clip(self.turn[1, 2], -1.0, 1.0))))


def from_dense(found: DenseLandmarks) -> Placement:
    """Place a face by the points of a network: 478 with depth, or 106 without."""
    if found.depth is None:
        places = found.points[mean_106.ANCHOR_NUMBERS]
        return _flat(mean_106.ANCHORS, places, particular=True)
    mesh = np.column_stack([found.points, -found.depth]).astype(np.float64)[ANCHOR_NUMBERS]
    scale, turn, offset = _similarity(ANCHORS, mesh)
    return Placement(scale, turn, offset, ANCHORS, mesh - (scale * ANCHORS @ turn.T + offset))


def from_five(landmarks: npt.NDArray[np.float32]) -> Placement:
    """Place a face by the detector's five points."""
    return _flat(FIVE, landmarks, particular=False)


def _flat(anchors: Points, places: npt.NDArray[np.float32], *, particular: bool) -> Placement:
    """Place a face by points of which the depth is not known, in scaled orthographic projection.

    The projection closest to the points, in the sense of squares, among all affine ones; then the
    closest to that which keeps angles (as in D. DeMenthon, L. Davis, *Model-based object pose in
    25 lines of code*, IJCV 1995, without its perspective).
    """
    points = places.astype(np.float64)
    middle, centre = anchors.mean(axis=0), points.mean(axis=0)
    projection = np.linalg.lstsq(anchors - middle, points - centre, rcond=None)[0].T
    left, sizes, right = np.linalg.svd(projection, full_matrices=False)
    rows = left @ right
    turn = np.vstack([rows, np.cross(rows[0], rows[1])])
    scale = float(sizes.mean())
    across = centre - scale * rows @ middle
    placed = Placement(scale, turn, np.append(across, 0.0))
    if not particular:
        return placed
    apart = points - placed.place(anchors)[:, :2]
    return replace(placed, anchors=anchors, residuals=np.pad(apart, ((0, 0), (0, 1))))


def _similarity(points: Points, targets: Points) -> tuple[float, Points, Points]:
    """Return the similarity that takes points closest to targets (S. Umeyama, PAMI 1991)."""
    middle, centre = points.mean(axis=0), targets.mean(axis=0)
    p, t = points - middle, targets - centre
    left, sizes, right = np.linalg.svd(t.T @ p)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    turn = left * signs @ right
    scale = float((sizes * signs).sum() / np.sum(p**2))
    return scale, turn, centre - scale * turn @ middle
