"""The one thing kith needs from EXIF: which way up the photo is.

Read by hand because photos from the web often carry broken EXIF: Pillow's reader warns about tags
that nobody asked for, and reads them all. The layout is that of a TIFF header and its first
directory (CIPA DC-008, Exif 2.32, section 4.6).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kith.types import Pixels

PREFIX = b"Exif\x00\x00"
_ORIENTATION = 0x0112
_ENTRY_FORMATS = {3: "H", 4: "L"}  # SHORT is the standard's; some cameras write LONG
_BYTE_ORDERS = {b"II*\x00": "<", b"MM\x00*": ">"}


def orientation(exif: bytes) -> int:
    """Return the orientation, 1–8; 1 (upright) where there is none or it makes no sense.

    Args:
        exif: the EXIF block, with or without its ``Exif`` prefix.
    """
    exif = exif.removeprefix(PREFIX)
    order = _BYTE_ORDERS.get(exif[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}L", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(f"{order}HH", exif, entry)
            if tag == _ORIENTATION:
                layout = _ENTRY_FORMATS.get(kind, "H")
                (value,) = struct.unpack_from(f"{order}{layout}", exif, entry + 8)
                return value if 1 <= value <= 8 else 1
    except struct.error:  # the block ends early
        pass
    return 1


def orientation_of(info: Mapping[Any, Any]) -> int:
    """Return the orientation that Pillow's ``Image.info`` holds, 1–8."""
    exif = info.get("exif")
    if isinstance(exif, bytes):
        return orientation(exif)
    profile = info.get("Raw profile type exif")  # ImageMagick's way to keep EXIF in a PNG
    if isinstance(profile, str):
        try:
            return orientation(bytes.fromhex("".join(profile.split("\n")[3:])))
        except ValueError:
            pass
    return 1


def turn(pixels: Pixels, value: int) -> Pixels:
    """Return the picture upright.

    Args:
        pixels: H × W × 3 as stored.
        value: the EXIF orientation, 1–8.

    Returns:
        C-contiguous pixels; W × H × 3 for the orientations 5–8. The same array for 1.
    """
    match value:
        case 2:
            turned = cv2.flip(pixels, 1)
        case 3:
            turned = cv2.rotate(pixels, cv2.ROTATE_180)
        case 4:
            turned = cv2.flip(pixels, 0)
        case 5:
            turned = cv2.transpose(pixels)
        case 6:
            turned = cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE)
        case 7:
            turned = cv2.rotate(cv2.transpose(pixels), cv2.ROTATE_180)
        case 8:
            turned = cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE)
        case _:
            return pixels
    return np.ascontiguousarray(turned, dtype=np.uint8)
