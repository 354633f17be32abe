"""One face out of several sightings of it, from passes at different scales."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.detection.base import Detections
from kith.detection.nms import intersection, overlap

if TYPE_CHECKING:
    import numpy.typing as npt

SAME_FACE = 0.3
"""Intersection over union from which two boxes of one picture are the same face."""

INSIDE = 0.7
"""Share of the smaller box inside the other from which the weaker one is a part of a face."""

AGREE = 0.5
"""Intersection over union from which a weaker sighting may move the points of the best one."""


def merge(found: Detections) -> Detections:
    """Join the sightings of each face: the best one's score, everybody's points.

    Two passes see a face on different grids of pixels, and their errors in the points are nearly
    independent: the mean, weighted by score, is closer than either (docs/decisions/detection.md
    has the gain measured on verification).

    Args:
        found: sightings of one picture, in its pixels, from any number of passes.

    Returns:
        One entry per face, best first.
    """
    order = np.argsort(-found.scores, kind="stable")
    faces: list[Detections] = []
    while order.size:
        best, rest = order[0], order[1:]
        boxes = found.boxes[rest]
        union = overlap(found.boxes[best], boxes)
        faces.append(_mean(found, np.append(best, rest[union > AGREE])))
        order = rest[~same_face(found.boxes[best], boxes)]
    return Detections.join(faces)


def same_face(
    box: npt.NDArray[np.float32], boxes: npt.NDArray[np.float32]
) -> npt.NDArray[np.bool_]:
    """Tell which of N boxes (N × 4) show the face that one box (4) shows, or a part of it."""
    shared = intersection(box, boxes)
    area = np.minimum(box[2:].prod(), boxes[:, 2:].prod(axis=1))
    return np.asarray((overlap(box, boxes) > SAME_FACE) | (shared > INSIDE * area))


def _mean(found: Detections, members: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Detections:
    weights = found.scores[members]
    weights = weights / weights.sum()
    return Detections(
        np.tensordot(weights, found.boxes[members], axes=1)[None],
        np.tensordot(weights, found.points[members], axes=1)[None],
        found.scores[members[:1]],
    )
