"""Pictures and image files made by code, for the tests of this room."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from kith.errors import PhotoError
from kith.media import Photo, load_photo

if TYPE_CHECKING:
    from kith.types import Pixels


def picture(width: int = 40, height: int = 30, seed: int = 0) -> Pixels:
    """A picture without symmetry: smooth, so that JPEG keeps it, with a bright left top corner."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    phase = np.random.default_rng(seed).uniform(0, 6, 3)
    channels = [
        127 + 60 * np.sin(x / (6 + i) + phase[i]) + 50 * np.cos(y / (8 + i)) for i in range(3)
    ]
    pixels = np.clip(np.stack(channels, 2), 0, 255).astype(np.uint8)
    pixels[: height // 4, : width // 4] = (255, 230, 40)
    return pixels


def encode(image: Pixels | Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes of an image file."""
    file = io.BytesIO()
    made = image if isinstance(image, Image.Image) else Image.fromarray(image)
    made.save(file, kind, **options)
    return file.getvalue()


def load_or_error(data: bytes, **options: Any) -> Photo | PhotoError:
    """The photo, or the error that keeps it from us; any other error is a failure of the test."""
    try:
        return load_photo(data, **options)
    except PhotoError as error:
        return error


def pillow_pixels(data: bytes) -> Pixels:
    """What Pillow decodes, as RGB."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def exif_with(orientation: int, order: str = "<", kind: int = 3) -> bytes:
    """An EXIF block with one tag besides the orientation."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    value = struct.pack(f"{order}{'HH' if kind == 3 else 'L'}", *([orientation, 0][: 5 - kind]))
    entries = struct.pack(f"{order}HHL", 0x0100, 3, 1) + struct.pack(f"{order}HH", 7, 0)
    entries += struct.pack(f"{order}HHL", 0x0112, kind, 1) + value
    directory = struct.pack(f"{order}H", 2) + entries + bytes(4)
    return b"Exif\0\0" + mark + struct.pack(f"{order}L", 8) + directory


def png(width: int, height: int, bits: int, colour: int, body: bytes) -> bytes:
    """A PNG with this header and these filtered rows, whatever they claim."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(body)), (b"IEND", b"")]
    parts = (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tiff(
    pixels: bytes, width: int, height: int, *, bits: int, order: str = "<", sample: int = 1
) -> bytes:
    """A TIFF of one uncompressed strip and one channel; sample 1 unsigned, 3 floating point."""
    tags = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, bits),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (277, 3, 1),
        (278, 4, height),
        (279, 4, len(pixels)),
        (339, 3, sample),
    ]
    body = b"".join(
        struct.pack(f"{order}HHL", tag, kind, 1)
        + struct.pack(f"{order}{'HH' if kind == 3 else 'L'}", *([value, 0][: 5 - kind]))
        for tag, kind, value in tags
    )
    start = 8 + len(pixels)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}L", start)
    return head + pixels + struct.pack(f"{order}H", len(tags)) + body + bytes(4)


def on_white(rgba: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """What a picture with opacity looks like on white, not rounded."""
    opacity = rgba[..., 3:].astype(np.float64) / 255
    return np.asarray(rgba[..., :3] * opacity + 255 * (1 - opacity))
