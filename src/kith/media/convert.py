"""From Pillow's many pixel layouts, and from arrays, to RGB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from kith.errors import InputError

if TYPE_CHECKING:
    from kith.types import Pixels


class UnsupportedPixels(Exception):
    """Pixels whose values do not say how bright they are."""


def rgb_from_pillow(image: Image.Image) -> Pixels:
    """Convert a loaded Pillow image, whatever its mode, to RGB.

    Transparent parts are shown on white. Sixteen bits keep their high byte (Pillow itself would
    clip them to white).

    Returns:
        uint8, H × W × 3, C-contiguous, not sharing memory with the image.

    Raises:
        UnsupportedPixels: the values have no fixed white (32 bits, floating point).
    """
    mode = image.mode
    if mode == "F" or (mode == "I" and image.format != "PNG"):
        raise UnsupportedPixels(
            "has 32-bit pixels, which do not say what is white; save it with 8 or 16 bits"
        )
    if mode == "I" or mode.startswith("I;16"):
        return _grey_to_rgb((np.asarray(image) >> _surplus_bits(image)).astype(np.uint8))
    if image.has_transparency_data:
        return np.array(_on_white(image.convert("RGBA")))
    if mode in ("1", "L"):
        return _grey_to_rgb(np.asarray(image.convert("L")))
    return np.array(image if mode == "RGB" else image.convert("RGB"))


def rgb_from_array(array: npt.NDArray[Any]) -> Pixels:
    """Convert an array to RGB.

    Args:
        array: uint8; H × W grey, H × W × 3 RGB, or H × W × 4 RGB with opacity (shown on white).

    Returns:
        uint8, H × W × 3, C-contiguous; the array itself where it is that already.

    Raises:
        InputError: another type or shape, or no pixels.
    """
    wanted = "kith expects RGB pixels: uint8 (0–255), height × width × 3"
    if array.dtype != np.uint8:
        raise InputError(f"an array of {array.dtype} is not a picture; {wanted}")
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise InputError(f"an array of the shape {array.shape} is not a picture; {wanted}")
    if array.size == 0:
        raise InputError(f"an array of the shape {array.shape} has no pixels; {wanted}")
    if array.ndim == 2:
        return _grey_to_rgb(array)
    if array.shape[2] == 4:
        return np.array(_on_white(Image.fromarray(np.ascontiguousarray(array), "RGBA")))
    return np.ascontiguousarray(array)


def reduce(pixels: Pixels, factor: int) -> Pixels:
    """Make a picture smaller: a pixel becomes the mean of ``factor`` × ``factor`` ones.

    The size is ceil(size / factor), as the JPEG decoder has it. The last row and column are
    continued where the picture does not fill the last block, so that the scale is exact.
    """
    if factor == 1:
        return pixels
    height, width = pixels.shape[:2]
    rows, columns = -(-height // factor), -(-width // factor)
    below, right = rows * factor - height, columns * factor - width
    if below or right:
        pixels = np.asarray(
            cv2.copyMakeBorder(pixels, 0, below, 0, right, cv2.BORDER_REPLICATE), np.uint8
        )
    smaller = cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, dtype=np.uint8)


def _surplus_bits(image: Image.Image) -> int:
    """How many bits a grey value has beyond eight: sixteen bits, but twelve in some TIFFs."""
    tags = getattr(image, "tag_v2", None) or {}
    bits_per_sample = 258
    return 4 if tags.get(bits_per_sample) == (12,) else 8


def _grey_to_rgb(grey: npt.NDArray[np.uint8]) -> Pixels:
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(grey), cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def _on_white(image: Image.Image) -> Image.Image:
    if image.getchannel("A").getextrema() != (255, 255):
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")
