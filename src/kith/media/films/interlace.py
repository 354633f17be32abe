"""Interlaced frames: two half pictures of different moments, line by line in one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from kith.types import Pixels

_COMB = 20
"""By how much a line must differ from both its neighbours, in the same direction, to be a tooth of
a comb and not a part of the picture."""


def uncombed(rgb: Pixels) -> Pixels:
    """Return the picture with the teeth taken off what moves: there, every second line is redrawn.

    What stands still keeps all its lines.

    Args:
        rgb: uint8, H × W × 3, at its full height.
    """
    if rgb.shape[0] < 3:
        return rgb
    above, odd, below = rgb[:-2:2], rgb[1:-1:2], rgb[2::2]
    brighter = np.minimum(cv2.subtract(odd, above), cv2.subtract(odd, below))
    darker = np.minimum(cv2.subtract(above, odd), cv2.subtract(below, odd))
    teeth = (np.maximum(brighter, darker).max(2) > _COMB).astype(np.uint8)
    # What moves is more than the pixels that give it away.
    moving = cv2.dilate(teeth, np.ones((3, 5), np.uint8)).astype(bool)
    mended = rgb.copy()
    mended[1:-1:2][moving] = cv2.addWeighted(above, 0.5, below, 0.5, 0)[moving]
    return mended
