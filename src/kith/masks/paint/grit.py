"""How sharp and how grainy a photo is at a face, so that what is painted looks taken with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.masks.paint.arrays import Outline, Plane
    from kith.types import Pixels

_NOISE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
MOST = 1024
"""Pixels of the longer side that are looked at, in the middle."""

SHARP = 1.6
"""Blur in pixels from which on edges are better judged on a picture of half the size, where grain
and compression tell less."""

LEAST = 24
"""Pixels of the shorter side on which edges can be judged."""


@dataclass(frozen=True, slots=True)
class Grit:
    """What a lens and a sensor did.

    Attributes:
        blur: standard deviation of the smoothing, in pixels.
        noise: standard deviation of the grain, in grey levels.
    """

    blur: float
    noise: float


def read_grit(photo: Pixels, outline: Outline) -> Grit:
    """Measure a face on a photo.

    Blur by how much the steepest edges lose when they are blurred once more (S. Zhuo, T. Sim,
    *Defocus map estimation from a single image*, Pattern Recognition 2011), on smaller and smaller
    pictures as long as they are blurred; noise by the median response to a filter that edges hardly
    pass (J. Immerkær, *Fast noise variance estimation*, CVIU 1996, who takes the mean).

    Args:
        photo: RGB, uint8, H × W × 3.
        outline: N × 2, of the face, in pixels of the photo.
    """
    height, width = photo.shape[:2]
    low = np.clip(np.floor(outline.min(axis=0)).astype(int) - 1, 0, (width - 1, height - 1))
    high = np.clip(np.ceil(outline.max(axis=0)).astype(int) + 2, low + 1, (width, height))
    low = np.maximum(low, (low + high - MOST) // 2)
    high = np.minimum(high, low + MOST)
    crop = photo[low[1] : high[1], low[0] : high[0]]
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32)
    if min(grey.shape) < 8:
        return Grit(0.6, 1.0)
    noise = float(np.median(np.abs(cv2.filter2D(grey, -1, _NOISE)))) / 0.6745 / 6.0
    where = np.zeros(grey.shape, np.uint8)
    cv2.fillPoly(where, [np.round(outline - low).astype(np.int32)], 1)
    blur = float(np.clip(_blur(grey, where), 0.3, 60.0))
    return Grit(blur, float(np.clip(0.8 * noise, 0.3, 4.5)))


def _blur(grey: Plane, where: npt.NDArray[np.uint8]) -> float:
    """Return the blur in pixels at the steepest edges of the places wanted."""
    factor = 1
    while True:
        blur = _blur_of_edges(grey, where > 0)
        half = (grey.shape[1] // 2, grey.shape[0] // 2)
        if blur < SHARP or min(half) < LEAST:
            return blur * factor
        grey = cv2.resize(grey, half, interpolation=cv2.INTER_AREA)
        where = cv2.resize(where, half, interpolation=cv2.INTER_NEAREST)  # type: ignore[assignment]
        factor *= 2


def _blur_of_edges(grey: Plane, where: npt.NDArray[np.bool_]) -> float:
    before, after = _slope(grey)[where], _slope(cv2.GaussianBlur(grey, (0, 0), 1.0))[where]
    steep = after >= max(float(np.percentile(after, 97)) if after.size else 0.0, 1e-3)
    if not steep.any():
        return 0.6
    ratio = float(np.percentile(before[steep] / after[steep], 75))
    return 1.0 / float(np.sqrt(max(ratio**2 - 1.0, 0.04)))


def _slope(grey: Plane) -> Plane:
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return cv2.magnitude(across, down)
