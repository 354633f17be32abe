"""Flip, shift, zoom and turn, in one warp."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.types import Pixels

SHIFT = 0.05
"""Share of the side by which a face is moved at most, each way: landmarks are no more exact."""
ZOOM = 1.08
"""How many times as large or small a face becomes at most."""
TURN = math.radians(7.0)
"""Angle by which a face is turned at most, each way."""
DRAWS = 4


def reach() -> float:
    """Return how far the moves reach beyond the square at most, as a share of its side."""
    corner = 0.5 * ((math.cos(TURN) + math.sin(TURN)) * ZOOM - 1)
    return corner + SHIFT


def rim_for(side: int) -> int:
    """Return the rim within which squares of a side can be moved as far as they ever are."""
    return math.ceil(reach() * side)


def moved(
    pixels: Pixels, side: int, rim: int, *, flip: bool, draws: npt.NDArray[np.float64] | None
) -> Pixels:
    """Return the middle of a square with a rim, moved and flipped.

    A rim narrower than `rim_for` makes the moves smaller, so that none shows what is not there.

    Args:
        pixels: RGB, uint8, (side + 2·rim) × (side + 2·rim) × 3.
        side: of the result, in pixels.
        rim: of what is given.
        flip: left and right change places.
        draws: `DRAWS` numbers from 0 to 1: shift across and down, zoom, turn; None: not moved.

    Returns:
        RGB, uint8, side × side × 3.
    """
    if draws is None:
        middle = np.ascontiguousarray(pixels[rim : rim + side, rim : rim + side])
        return cv2.flip(middle, 1) if flip else middle  # type: ignore[return-value]
    share = min(1.0, rim / (reach() * side))
    across, down, larger, turned = ((2 * draws - 1) * share).tolist()
    scale = ZOOM**larger
    angle = TURN * turned
    cosine, sine = math.cos(angle) * scale, math.sin(angle) * scale
    sign = -1.0 if flip else 1.0
    centre = (side - 1) / 2
    x, y = (rim + centre + SHIFT * side * one for one in (across, down))
    # From a pixel of the result to where it is taken from.
    matrix = np.array(
        [
            [sign * cosine, -sine, x - sign * cosine * centre + sine * centre],
            [sign * sine, cosine, y - sign * sine * centre - cosine * centre],
        ]
    )
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP  # linear: every square a little blurred
    return cv2.warpAffine(  # type: ignore[return-value]
        pixels, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REFLECT_101
    )
