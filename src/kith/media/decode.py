"""From the bytes of an image file to upright RGB pixels, with every byte taken for hostile.

The content decides the format, never the name. A format's plugin is called by itself:
`PIL.Image.open` would try others too, and would raise or warn by the process-wide
`Image.MAX_IMAGE_PIXELS`, which belongs to the host program. kith checks the size that the header
claims against its own limit before a pixel is decoded.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from PIL.TiffImagePlugin import TiffImageFile

from kith.errors import PhotoError, PhotoTooLarge, PhotoUnreadable, printable
from kith.media import exif, jpeg
from kith.media.convert import UnsupportedPixels, reduce, rgb_from_pillow
from kith.media.formats import claimed_size, plugin_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.media.limits import Limits
    from kith.types import Pixels

TRUNCATED = "is truncated; copy it again from where it came"

_OWN_CHECK = (TiffImageFile, GifImageFile)
"""Plugins that hold Pillow's own pixel limit against every file, however they are called."""


class Decoded(NamedTuple):
    """RGB pixels after the EXIF turn, and the size that the photo has at full scale."""

    pixels: Pixels
    width: int
    height: int


def decode(data: bytes, source: str, limits: Limits) -> Decoded:
    """Decode an image file; of one with several pictures, the first.

    Raises:
        PhotoTooLarge: the header claims more pixels than the limit.
        PhotoUnreadable: empty, truncated, damaged, or of no format that kith reads.
    """
    if not data:
        raise PhotoUnreadable(source, "is empty; copy it again from where it came")
    with decoder_errors(source):
        decoded = _decode_jpeg(data, source, limits) if data.startswith(jpeg.MAGIC) else None
        return decoded or _decode_with_pillow(data, source, limits)


def check_pixels(
    source: str, width: int, height: int, max_pixels: int, limit: str = "Limits.max_pixels"
) -> None:
    """Refuse a picture with no pixels or with too many; ``limit`` names what would allow more.

    Raises:
        PhotoTooLarge: more than ``max_pixels``.
        PhotoUnreadable: none.
    """
    if width < 1 or height < 1:
        raise PhotoUnreadable(source, "has no pixels; copy it again from where it came")
    if width * height > max_pixels:
        raise PhotoTooLarge(
            source,
            f"has {width * height / 1e6:,.1f} megapixels ({width} × {height}), over the limit of "
            f"{max_pixels / 1e6:,.1f}; make it smaller or raise {limit}",
        )


@contextmanager
def decoder_errors(source: str) -> Iterator[None]:
    """Turn whatever a decoder raises into a `PhotoError` of one line."""
    try:
        yield
    except PhotoError:
        raise
    except UnsupportedPixels as error:
        raise PhotoUnreadable(source, str(error)) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoTooLarge(source, f"is over Pillow's own limit: {error}") from error
    except Exception as error:  # on hostile bytes a decoder may raise anything
        raise PhotoUnreadable(source, _reason(error)) from error


def finish(rgb: Pixels, orientation: int, full_size: tuple[int, int], limits: Limits) -> Decoded:
    """Bring decoded pixels under the size limit and upright.

    Args:
        rgb: as stored; perhaps already at a reduced scale.
        orientation: EXIF, 1–8.
        full_size: width and height as stored at full scale.
        limits: of which ``full_side`` is held.
    """
    factor = limits.reduction(rgb.shape[1], rgb.shape[0])
    width, height = full_size if orientation < 5 else full_size[::-1]
    return Decoded(exif.turn(reduce(rgb, factor), orientation), width, height)


def _decode_jpeg(data: bytes, source: str, limits: Limits) -> Decoded | None:
    header = jpeg.read_header(data)
    if header is None:
        return None
    size = header.width, header.height
    if header.simple:
        check_pixels(source, *size, limits.max_pixels)
    if not jpeg.has_end(data, header.scan):
        # Not left to Pillow: it reads the zeros behind a broken download as pixels.
        raise PhotoUnreadable(source, TRUNCATED)
    rgb = jpeg.decode_jpeg(data, header, limits.reduction(*size))
    return None if rgb is None else finish(rgb, header.orientation, size, limits)


def _decode_with_pillow(data: bytes, source: str, limits: Limits) -> Decoded:
    plugin = plugin_for(data, source)
    check_pixels(source, *(claimed_size(data) or (1, 1)), limits.max_pixels)
    image = plugin(io.BytesIO(data))  # reads the header; the pixels come on load()
    check_pixels(source, *image.size, limits.max_pixels)
    if isinstance(image, _OWN_CHECK) and Image.MAX_IMAGE_PIXELS is not None:
        check_pixels(source, *image.size, Image.MAX_IMAGE_PIXELS, "PIL.Image.MAX_IMAGE_PIXELS")
    image.load()
    # The plugin may have turned the picture while it was loaded (TIFF, HEIC), and EXIF may stand
    # behind the pixels (PNG): size and orientation are final only now.
    turn = exif.orientation_of(image.info)
    return finish(rgb_from_pillow(image), turn, image.size, limits)


def _reason(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "needs more memory than there is; make it smaller"
    detail = printable(str(error) or type(error).__name__, 80)
    if "truncated" in detail.lower():
        return TRUNCATED
    return f"is damaged ({detail}); copy it again from where it came"
