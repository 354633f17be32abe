"""Pictures of a report, as text in the page: aligned faces and small whole photos."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from PIL import Image

from kith.alignment import ARCFACE
from kith.errors import PhotoError
from kith.media import load_photo
from kith.media.square import square

if TYPE_CHECKING:
    from kith.media import Photo
    from kith.types import Box, Face, Pixels

_SIDE = 144
"""More than the page shows, for fine screens and paper."""
_QUALITY = 82


class Pictures:
    """Reads photos again and makes small pictures of them, until the page is full.

    Args:
        budget: characters that all pictures of a page may take together.
    """

    def __init__(self, budget: int = 1_900_000) -> None:
        self._left = budget

    def face(self, path: str, face: Face, digest: str) -> str | None:
        """Return the aligned face of a photo as a `data:` address.

        None where the photo is gone, is not the one with this sha256, or the page is full.
        """
        photo = read(path, digest)
        if photo is None:
            return None
        points = face.landmarks / photo.scale
        return self._address(ARCFACE.resized(_SIDE).crop(photo.pixels, points))

    def around(self, pixels: Pixels, face: Box) -> str | None:
        """Return a square around a face as a `data:` address; None where the page is full.

        Args:
            pixels: RGB, uint8, H × W × 3.
            face: in these pixels.
        """
        return self._address(square(pixels, _SIDE, face))

    def whole(self, path: str, digest: str = "") -> str | None:
        """Return a whole photo, made small, as a `data:` address; None as for `face`.

        Args:
            path: of the photo.
            digest: its sha256; empty where nobody knows it.
        """
        photo = read(path, digest)
        return None if photo is None else self._address(square(photo.pixels, _SIDE))

    def _address(self, pixels: Pixels) -> str | None:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=_QUALITY, optimize=True)
        text = "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
        if len(text) > self._left:
            return None
        self._left -= len(text)
        return text


def read(path: str, digest: str) -> Photo | None:
    """Return a photo; None where it is gone or is not the one with this sha256."""
    try:
        photo = load_photo(path)
    except PhotoError:
        return None
    return photo if digest in ("", photo.digest) else None
