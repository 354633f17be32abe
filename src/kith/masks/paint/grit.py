"""How sharp and how grainy a photo is at a face, so that what is painted looks taken with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from kith.types import Pixels

_NOISE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
MOST = 512
"""Pixels of the longer side that are looked at, in the middle."""


@dataclass(frozen=True, slots=True)
class Grit:
    """What a lens and a sensor did.

    Attributes:
        blur: standard deviation of the smoothing, in pixels.
        noise: standard deviation of the grain, in grey levels.
    """

    blur: float
    noise: float


def read_grit(crop: Pixels) -> Grit:
    """Measure a part of a photo.

    Blur by how much the steepest edges lose when they are blurred once more (S. Zhuo, T. Sim,
    *Defocus map estimation from a single image*, Pattern Recognition 2011); noise by the median
    response to a filter that edges hardly pass (J. Immerkær, *Fast noise variance estimation*,
    CVIU 1996, who takes the mean).
    """
    rows, columns = crop.shape[:2]
    top, left = max(0, (rows - MOST) // 2), max(0, (columns - MOST) // 2)
    grey = cv2.cvtColor(crop[top : top + MOST, left : left + MOST], cv2.COLOR_RGB2GRAY)
    grey = grey.astype(np.float32)
    if min(grey.shape) < 8:
        return Grit(0.6, 1.0)
    noise = float(np.median(np.abs(cv2.filter2D(grey, -1, _NOISE)))) / 0.6745 / 6.0
    once = cv2.GaussianBlur(grey, (0, 0), 1.0)
    before, after = _slope(grey), _slope(once)
    steep = after >= max(float(np.percentile(after, 97)), 1e-3)
    if not steep.any():
        return Grit(0.6, float(np.clip(0.8 * noise, 0.3, 4.5)))
    ratio = float(np.percentile(before[steep] / after[steep], 75))
    blur = 1.0 / np.sqrt(max(ratio**2 - 1.0, 0.04))
    return Grit(float(np.clip(blur, 0.3, 4.0)), float(np.clip(0.8 * noise, 0.3, 4.5)))


def _slope(grey: np.ndarray) -> np.ndarray:
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return cv2.magnitude(across, down)
