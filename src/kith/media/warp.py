"""Cut a turned and scaled square out of a picture, in one warp and without aliasing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.types import Pixels


def warp(pixels: Pixels, matrix: npt.NDArray[np.float64], side: int) -> Pixels:
    """Cut a square out of a picture; what lies outside the picture is black.

    A part much larger than the square is first reduced by averaging, because a warp that steps over
    pixels would alias.

    Args:
        pixels: RGB, uint8, H × W × 3.
        matrix: 2 × 3, pixels of the picture to pixels of the square.
        side: of the square, in pixels.

    Returns:
        RGB, uint8, side × side × 3.
    """
    shrink = 1.0 / max(float(np.hypot(matrix[0, 0], matrix[1, 0])), 1e-6)
    if shrink > 2.0:
        pixels, matrix = _reduced(pixels, matrix, side, int(shrink))
    flags = cv2.INTER_LINEAR
    return cv2.warpAffine(pixels, matrix, (side, side), flags=flags, borderValue=(0, 0, 0))  # type: ignore[return-value]


def _reduced(
    pixels: Pixels, matrix: npt.NDArray[np.float64], side: int, factor: int
) -> tuple[Pixels, npt.NDArray[np.float64]]:
    """Average factor × factor pixels of the part that the square sees; adapt the matrix."""
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0, 1], [side, 0, 1], [0, side, 1], [side, side, 1]], np.float64)
    seen = corners @ cv2.invertAffineTransform(matrix).T
    left, top = np.maximum(np.floor(seen.min(axis=0)).astype(int) - factor, 0)
    right, bottom = np.minimum(np.ceil(seen.max(axis=0)).astype(int) + factor, (width, height))
    # Whole blocks only, so that a pixel of the reduced part is exactly factor × factor of ours.
    columns, rows = (right - left) // factor, (bottom - top) // factor
    if columns < 1 or rows < 1:
        return pixels, matrix
    part = pixels[top : top + rows * factor, left : left + columns * factor]
    small = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA)
    # The centre of the small picture's pixel (0, 0) lies between those of its block.
    back = np.array(
        [[factor, 0, left + (factor - 1) / 2], [0, factor, top + (factor - 1) / 2], [0, 0, 1]]
    )
    return small, matrix @ back  # type: ignore[return-value]
