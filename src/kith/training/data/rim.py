"""The square that a network sees, with what lies around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from kith.alignment import BoxCrop, SimilarityCrop

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.alignment import CropRecipe
    from kith.types import Pixels

    Numbers = npt.NDArray[np.float32]


def crop_with_rim(
    recipe: CropRecipe, pixels: Pixels, points: Numbers, box: Numbers, rim: int
) -> Pixels:
    """Return the square of a face with a rim around it, black where the photo ends.

    The middle is the recipe's own square, bit for bit. By five points the rim is the same warp
    going on. By a box it is the photo around the part that the square shows, resized in the same
    way; it is out by less than a pixel, because a resized part ends at whole pixels.

    Args:
        recipe: of the square.
        pixels: the photo, RGB, uint8, H × W × 3.
        points: float32, 5 × 2, in its pixels.
        box: float32, x, y, width, height, in its pixels, as the detector gave it.
        rim: pixels of the result on each side.

    Returns:
        RGB, uint8, (side + 2·rim) × (side + 2·rim) × 3.
    """
    inner = recipe.crop(pixels, points, box)
    if not rim:
        return inner
    if isinstance(recipe, SimilarityCrop):
        side = recipe.side + 2 * rim
        wider = SimilarityCrop(recipe.name, recipe.version, side, recipe.template + np.float32(rim))
        around = wider.crop(pixels, points)
    else:
        assert isinstance(recipe, BoxCrop)
        around = _around_box(recipe, pixels, box, rim)
    around[rim:-rim, rim:-rim] = inner
    return around


def _around_box(recipe: BoxCrop, pixels: Pixels, box: Numbers, rim: int) -> Pixels:
    left, top, right, bottom = map(float, recipe.bounds(pixels, box))
    across, down = right - left, bottom - top
    if recipe.shorter:  # the square is the middle of a part that keeps its shape
        seen = min(across, down) * recipe.side / recipe.shorter
        left, top = left + (across - seen) / 2, top + (down - seen) / 2
        across = down = seen
    x, y = across * rim / recipe.side, down * rim / recipe.side
    part, moved_x, moved_y = _padded(pixels, left - x, top - y, left + across + x, top + down + y)
    side = recipe.side + 2 * rim
    shown = (left - x - moved_x, top - y - moved_y)
    image = Image.fromarray(part).resize(
        (side, side),
        recipe.resampling,
        box=(*shown, shown[0] + across + 2 * x, shown[1] + down + 2 * y),
    )
    return np.array(image, dtype=np.uint8)


def _padded(
    pixels: Pixels, left: float, top: float, right: float, bottom: float
) -> tuple[Pixels, int, int]:
    """Cut a part out of a photo, black where it has none; return it and where it begins."""
    x, y = int(np.floor(left)), int(np.floor(top))
    part = np.zeros((int(np.ceil(bottom)) - y, int(np.ceil(right)) - x, 3), np.uint8)
    inside = pixels[max(y, 0) : y + len(part), max(x, 0) : x + part.shape[1]]
    down, across = max(-y, 0), max(-x, 0)
    part[down : down + inside.shape[0], across : across + inside.shape[1]] = inside
    return part, x, y
