"""A photo: RGB pixels, upright, with where they came from."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from kith.errors import InputError
from kith.media.convert import reduce, rgb_from_array, rgb_from_pillow
from kith.media.decode import check_pixels, decode, decoder_errors
from kith.media.exif import orientation_of, turn
from kith.media.limits import DEFAULT_LIMITS, Limits
from kith.media.read import check_bytes, read_photo

if TYPE_CHECKING:
    from kith.types import ImageInput, Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A decoded photo.

    Attributes:
        pixels: RGB, uint8, H × W × 3, C-contiguous, after the EXIF turn; at a reduced scale
            where the photo is larger than `Limits.full_side`.
        source: where it came from: the path as given, ``<bytes>``, ``<image>`` or ``<array>``.
        width, height: at full size, after the EXIF turn.
        digest: sha256 of the encoded bytes, hexadecimal; of shape and RGB pixels where the
            caller handed in pixels.
    """

    pixels: Pixels
    source: str
    width: int
    height: int
    digest: str

    @property
    def scale(self) -> float:
        """What to multiply coordinates in `pixels` by to get those at full size: a power of two.

        Not the ratio of the widths: a last column that the picture fills only in part counts
        there as a whole one, which in a narrow picture is much.
        """
        rows, columns = self.pixels.shape[:2]
        factor = 1
        while -(-self.width // factor) > columns or -(-self.height // factor) > rows:
            factor *= 2
        return float(factor)


def load_photo(
    image: ImageInput, *, limits: Limits = DEFAULT_LIMITS, source: str | None = None
) -> Photo:
    """Load a photo from wherever it is.

    Args:
        image: a path, the bytes of an image file, a PIL image (its EXIF turn is applied), or RGB
            pixels (uint8, H × W × 3; grey H × W and RGB with opacity H × W × 4 are converted).
            An RGB array is not copied: do not change it while the photo is in use.
        limits: what is refused before it is decoded, and what is decoded smaller.
        source: what errors and results call this photo; by default the path.

    Raises:
        PhotoNotFound: there is no file at this path.
        PhotoTooLarge: over the limit of bytes or pixels.
        PhotoUnreadable: empty, truncated, not an image, not permitted.
        InputError: none of the kinds above, or an array of another type or shape.
    """
    if isinstance(image, (str, os.PathLike)):
        path = os.fsdecode(image)
        return _encoded(read_photo(path, limits), source or path, limits)
    if isinstance(image, (bytes, bytearray, memoryview)):
        return _encoded(bytes(image), source or "<bytes>", limits)
    if isinstance(image, Image.Image):
        return _from_pillow(image, source or "<image>", limits)
    if isinstance(image, np.ndarray):
        return _from_pixels(rgb_from_array(image), source or "<array>", limits)
    raise InputError(
        f"a photo is a path, the bytes of an image file, a PIL image or an RGB array, "
        f"not {type(image).__name__}"
    )


def _encoded(data: bytes, source: str, limits: Limits) -> Photo:
    check_bytes(source, len(data), limits)
    pixels, width, height = decode(data, source, limits)
    return Photo(pixels, source, width, height, hashlib.sha256(data).hexdigest())


def _from_pillow(image: Image.Image, source: str, limits: Limits) -> Photo:
    with decoder_errors(source):
        check_pixels(source, *image.size, limits.max_pixels)
        image.load()
        rgb = turn(rgb_from_pillow(image), orientation_of(image.info))
    return _from_pixels(rgb, source, limits)


def _from_pixels(rgb: Pixels, source: str, limits: Limits) -> Photo:
    height, width = rgb.shape[:2]
    check_pixels(source, width, height, limits.max_pixels)
    digest = hashlib.sha256(f"{rgb.shape}".encode())
    digest.update(rgb.data)
    pixels = reduce(rgb, limits.reduction(width, height))
    return Photo(pixels, source, width, height, digest.hexdigest())
