"""What a mask never covers: eyes, a free nose, faces before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from kith.masks.paint.arrays import Plane, Points
    from kith.masks.paint.canvas import Canvas
    from kith.masks.paint.placement import Placement

_TURNS = np.linspace(0, 2 * np.pi, 16, endpoint=False)
_EYE = np.column_stack([1.75 * np.cos(_TURNS), 0.62 * np.sin(_TURNS), np.zeros(16)])
_NOSE = np.array(
    [
        (0.0, 1.2, 2.8),
        (-1.0, 2.3, 2.6),
        (-1.95, 3.55, 1.6),
        (-1.65, 4.25, 1.9),
        (-0.7, 4.5, 2.9),
        (0.0, 4.45, 3.3),
        (0.0, 3.1, 4.2),
    ]
)
_NOSE = np.concatenate([_NOSE, _NOSE[1:5] * (-1.0, 1.0, 1.0)])
_HEAD = np.array(
    [
        (0.0, -9.5, -1.5),
        (-4.6, -8.6, -3.0),
        (-7.6, -4.5, -5.5),
        (-7.8, -0.5, -6.0),
        (-7.1, 2.4, -5.4),
        (-6.8, 5.6, -5.0),
        (-5.9, 8.6, -3.4),
        (-4.0, 10.5, -1.4),
        (-1.4, 11.9, 0.6),
        (0.0, 12.0, 0.8),
        (0.0, 3.1, 4.2),
    ]
)
_HEAD = np.concatenate([_HEAD, _HEAD[1:9] * (-1.0, 1.0, 1.0)])
_ROUND = [(across, up) for across in _TURNS for up in np.linspace(-0.5 * np.pi, 0.5 * np.pi, 9)]
_SKULL = np.array(
    [
        (7.7 * np.cos(a) * np.cos(b), -3.2 - 8.6 * np.sin(b), -7.6 + 8.6 * np.sin(a) * np.cos(b))
        for a, b in _ROUND
    ]
)
_FACE = np.array(
    [(-4.6, -1.6, 0.3), (-5.6, 2.0, -0.6), (-5.2, 7.4, -2.2), (-3.0, 10.4, -0.4), (0.0, 11.4, 1.2)]
)
_FACE = np.concatenate([_FACE, _FACE[:4] * (-1.0, 1.0, 1.0)])


def eyes(placement: Placement) -> list[Points]:
    """Return the outlines of both eyes on the photo (N × 2)."""
    middles = np.array([(-3.15, 0.05, 0.0), (3.15, 0.05, 0.0)])
    return [_hull(placement.place(_EYE + middle)) for middle in middles]


def nose(placement: Placement) -> Points:
    """Return the outline of the nose on the photo (N × 2)."""
    return _hull(placement.place(_NOSE))


def face(placement: Placement) -> Points:
    """Return the outline of the bare face, from the brows to the chin, on the photo (N × 2)."""
    return _hull(placement.place(_FACE))


def head(placement: Placement) -> Points:
    """Return the outline of the face with short hair on the photo (N × 2)."""
    return _hull(placement.place(_HEAD))


def whole_head(placement: Placement) -> Points:
    """Return the outline of the head up to its crown, bald or with short hair (N × 2)."""
    return _hull(placement.place(np.concatenate([_HEAD, _SKULL])))


def hides(placement: Placement, landmarks: Plane) -> Points | None:
    """Return the outline within which a nearer head hides another face.

    Args:
        placement: of the head.
        landmarks: 5 × 2, of the other face.

    Returns:
        N × 2; without the crown where the other face shows before it, None where it shows before
        the face itself.
    """
    for outline in (whole_head(placement), head(placement)):
        if not shows(outline, landmarks):
            return outline
    return None


def shows(outline: Points, landmarks: Plane) -> bool:
    """Tell whether any of a face's landmarks (N × 2) can be seen within another's outline.

    Who shows there is not behind it, however large the other is.
    """
    shape = outline.astype(np.float32)
    return any(cv2.pointPolygonTest(shape, (float(x), float(y)), False) > 0 for x, y in landmarks)


def free(canvas: Canvas, outlines: list[Points]) -> np.ndarray | None:
    """Return where nothing may be painted (bool, H × W of the canvas); None: nowhere."""
    if not outlines:
        return None
    layer = np.zeros((canvas.height, canvas.width), np.uint8)
    for outline in outlines:
        at = np.round((outline - (canvas.left, canvas.top)) * 16).astype(np.int32)
        cv2.fillPoly(layer, [at], 255, cv2.LINE_8, 4)
    return layer > 0


def _hull(points: Points) -> Points:
    flat = points[:, :2].astype(np.float32)
    return cv2.convexHull(flat)[:, 0].astype(np.float64)
