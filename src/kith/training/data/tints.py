"""Other light and other cameras: brightness, contrast, saturation, hue, grey."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.types import Pixels

BRIGHTER = 16.0
"""Grey levels that are added or taken away at most."""
CONTRAST = 1.2
"""Times as much contrast, or that part of it, at most."""
SATURATION = 1.3
"""The same of colour."""
HUE = math.radians(7.0)
"""Angle by which colours are turned at most, each way: skin stays skin."""
CAST = 1.06
"""Times as much of one of the three colours, or that part of it, at most."""
GREY = 0.1
"""Share of the faces that lose their colours."""
DRAWS = 8

_TO_YIQ = np.array(
    [[0.299, 0.587, 0.114], [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]]
)
"""Grey level and two axes of colour, of the television standard NTSC."""
_FROM_YIQ = np.linalg.inv(_TO_YIQ)
_MIDDLE = 128.0


def tinted(pixels: Pixels, draws: npt.NDArray[np.float64]) -> Pixels:
    """Return a square in another light.

    Args:
        pixels: RGB, uint8, side × side × 3.
        draws: `DRAWS` numbers from 0 to 1.
    """
    brighter, contrast, saturation, hue, *cast = (2 * draws[:7] - 1).tolist()
    colour = 0.0 if draws[7] < GREY else SATURATION**saturation
    across, along = colour * math.cos(HUE * hue), colour * math.sin(HUE * hue)
    turn = np.array([[1, 0, 0], [0, across, -along], [0, along, across]])
    gain = CONTRAST**contrast
    gains = np.array([[gain * (CAST**one if colour else 1.0)] for one in cast])
    change = np.empty((3, 4))
    change[:, :3] = gains * (_FROM_YIQ @ turn @ _TO_YIQ)
    change[:, 3] = _MIDDLE * (1 - gain) + BRIGHTER * brighter
    return cv2.transform(pixels, change)  # type: ignore[return-value]
