"""Knowing a photo again before it is decoded."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from kith.media import Limits

if TYPE_CHECKING:
    from kith.types import ImageInput


def encoded_digest(image: ImageInput, *, film: bool = False) -> str | None:
    """Return the sha256 of a file or of encoded bytes; None where there is none to be had.

    Args:
        image: the file, the bytes; of anything else there is none.
        film: the file may be as large as it likes.
    """
    if isinstance(image, (bytes, bytearray, memoryview)):
        return hashlib.sha256(image).hexdigest()
    if not isinstance(image, (str, os.PathLike)):
        return None  # pixels, whose digest is another one
    try:
        # Loading it says what is wrong; a pipe must not be opened here.
        if not Path(image).is_file():
            return None
        if not film and Path(image).stat().st_size > Limits().max_bytes:
            return None
        with Path(image).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None
