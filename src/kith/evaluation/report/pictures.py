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
    from kith.evaluation.records import Evaluated
    from kith.types import Pixels

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

    def face(self, evaluated: Evaluated, photo: int) -> str | None:
        """Return the aligned face of a photo as a `data:` address.

        None where the photo is not what it was when it was evaluated, or the page is full.
        """
        face = evaluated.described.faces[photo]
        if face is None:
            return self.thumbnail(evaluated, photo)
        seen = _read(evaluated, photo)
        if seen is None:
            return None
        pixels, scale = seen
        return self._address(ARCFACE.resized(_SIDE).crop(pixels, face.landmarks / scale))

    def thumbnail(self, evaluated: Evaluated, photo: int) -> str | None:
        """Return a whole photo, made small, as a `data:` address; None as for `face`."""
        seen = _read(evaluated, photo)
        return None if seen is None else self._address(square(seen[0], _SIDE))

    def _address(self, pixels: Pixels) -> str | None:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=_QUALITY, optimize=True)
        text = "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
        if len(text) > self._left:
            return None
        self._left -= len(text)
        return text


def _read(evaluated: Evaluated, photo: int) -> tuple[Pixels, float] | None:
    """Return a photo's pixels and what leads from theirs to its full size."""
    try:
        loaded = load_photo(evaluated.protocol.photos[photo])
    except PhotoError:
        return None
    expected = evaluated.described.digests[photo]
    if expected and loaded.digest != expected:
        return None
    return loaded.pixels, loaded.scale
