"""What cameras and networks do to photos: unsharp, shaken, taken from afar, compressed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.types import Pixels

SIDE = 112.0
"""Of the squares that the lengths below are meant for; others in proportion."""
UNSHARP = (0.4, 1.4)
"""Standard deviations of a Gaussian, in pixels."""
SHAKEN = (2.0, 6.0)
"""Lengths of the way on which a face moved while the shutter was open, in pixels."""
FAR = (1.3, 3.5)
"""How many times as small a face was, before it was enlarged: of 32 pixels and more."""
QUALITY = (30, 95)
"""Of JPEG."""
DRAWS = 3
"""Which blur, how much, which way."""


def blurred(pixels: Pixels, draws: npt.NDArray[np.float64]) -> Pixels:
    """Return a square that is unsharp, shaken, or was small: each as often.

    Args:
        pixels: RGB, uint8, side × side × 3.
        draws: `DRAWS` numbers from 0 to 1.
    """
    kind, much, way = draws.tolist()
    ratio = pixels.shape[0] / SIDE
    if kind < 1 / 3:
        return cv2.GaussianBlur(pixels, (0, 0), _between(UNSHARP, much) * ratio)  # type: ignore[return-value]
    if kind < 2 / 3:
        kernel = _line(_between(SHAKEN, much) * ratio, math.pi * way)
        return cv2.filter2D(pixels, -1, kernel)  # type: ignore[return-value]
    side = pixels.shape[0]
    small = min(side, round(SIDE / _between(FAR, much)))
    how = cv2.INTER_LINEAR if way < 0.5 else cv2.INTER_CUBIC
    reduced = cv2.resize(pixels, (small, small), interpolation=cv2.INTER_AREA)
    return cv2.resize(reduced, (side, side), interpolation=how)  # type: ignore[return-value]


def compressed(pixels: Pixels, draw: float) -> Pixels:
    """Return a square as JPEG keeps it; the draw (0–1) says how badly."""
    quality = round(_between(QUALITY, draw))
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)
    assert done
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)  # type: ignore[return-value]


def _between(bounds: tuple[float, float], share: float) -> float:
    return bounds[0] + (bounds[1] - bounds[0]) * share


def _line(length: float, angle: float) -> npt.NDArray[np.float32]:
    """Return the kernel of a straight way: float32, odd × odd, its sum 1."""
    half = max(1, math.ceil(length / 2))
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float32)
    along = np.abs(x * math.cos(angle) + y * math.sin(angle))
    aside = np.abs(y * math.cos(angle) - x * math.sin(angle))
    inside = np.clip(1 - aside, 0, 1) * np.clip(length / 2 + 0.5 - along, 0, 1)
    return np.asarray(inside / inside.sum(), dtype=np.float32)
