"""A first measure of a face's quality from its size, its sharpness and its pose.

The bounds were set on photos that were blurred and reduced step by step, by the similarity that
the face keeps to its own original (benchmarks/degrade.py prints the table): sharpness 0.33 and
size 45 are a usual photo, at 0.11 or at 4 little is left of the person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.types import Quality

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.types import Pixels

UNUSABLE = 0.1
"""Score under which a face is too poor to tell."""

SIZE = (3.0, 16.0)
SHARPNESS = (0.11, 0.24)
YAW = (1.1, 0.5)
"""Where each part's score is 0 and where it is 1; in between it rises evenly."""


def measure(crop: Pixels, landmarks: npt.NDArray[np.float32]) -> Quality:
    """Measure a face.

    Args:
        crop: the aligned square of the face, RGB, uint8.
        landmarks: 5 × 2, in pixels of the photo at full size.
    """
    size = _size(landmarks)
    sharpness = _sharpness(crop)
    yaw = _yaw(landmarks, size)
    parts = ((size, SIZE), (sharpness, SHARPNESS), (abs(yaw), YAW))
    return Quality(size, sharpness, yaw, float(np.prod([_score(*part) for part in parts])))


def _score(value: float, bounds: tuple[float, float]) -> float:
    worst, good = bounds
    return float(np.clip((value - worst) / (good - worst), 0.0, 1.0))


def _size(points: npt.NDArray[np.float32]) -> float:
    """Distance between the eyes, or from eyes to mouth where a turned head makes that larger."""
    across = np.linalg.norm(points[1] - points[0])
    down = np.linalg.norm(points[3:5].mean(axis=0) - points[0:2].mean(axis=0))
    return float(max(across, down))


def _yaw(points: npt.NDArray[np.float32], size: float) -> float:
    """How far the nose stands from the middle of the eyes, along the line between them."""
    line = points[1] - points[0]
    length = float(np.linalg.norm(line))
    if length < 1e-6 or size < 1e-6:
        return 0.0
    return float(2.0 * np.dot(points[2] - points[0:2].mean(axis=0), line / length) / size)


def _sharpness(crop: Pixels) -> float:
    """Share of the contrast that lies in details between 1 and 4 pixels of the crop."""
    side = crop.shape[0]
    edge = side // 6
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[edge : side - edge, edge : side - edge]
    grey = grey.astype(np.float32)
    details = cv2.GaussianBlur(grey, (0, 0), 1.0) - cv2.GaussianBlur(grey, (0, 0), 4.0)
    return float(details.std() / max(float(grey.std()), 1.0))
