"""Pictures of one size and shape, for pages that show many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from kith.media.shapes import Colour
    from kith.types import Box, Pixels

_MAT: Colour = (229, 231, 236)
_FACE_PART = 0.5
"""How much of the square's side the face in focus takes."""


def square(pixels: Pixels, side: int, focus: Box | None = None) -> Pixels:
    """Make a square picture of any other: cut around a face, or whole on a mat.

    Args:
        pixels: RGB, uint8, H × W × 3.
        side: of the result, in pixels.
        focus: the face, in pixels of the picture.

    Returns:
        RGB, uint8, side × side × 3, not sharing memory with the picture.
    """
    if focus is not None:
        return _scaled(_cut(pixels, focus), side, side)
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    fitted = _scaled(pixels, max(1, round(width * scale)), max(1, round(height * scale)))
    mat = np.full((side, side, 3), _MAT, np.uint8)
    y, x = ((side - length) // 2 for length in fitted.shape[:2])
    mat[y : y + fitted.shape[0], x : x + fitted.shape[1]] = fitted
    return mat


def _cut(pixels: Pixels, focus: Box) -> Pixels:
    """The square around a face, moved into the picture, or as large as the picture allows."""
    height, width = pixels.shape[:2]
    side = round(min(max(focus.width, focus.height) / _FACE_PART, height, width))
    side = max(side, 1)
    x, y = (
        int(np.clip(round(middle - side / 2), 0, length - side))
        for middle, length in zip(focus.centre, (width, height), strict=True)
    )
    return pixels[y : y + side, x : x + side]


def _scaled(pixels: Pixels, width: int, height: int) -> Pixels:
    shrinks = width < pixels.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.array(cv2.resize(pixels, (width, height), interpolation=method), dtype=np.uint8)
