"""Pictures of people made of random numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from kith.gallery import thumbnails
from kith.gallery.records import NewPhoto
from kith.types import Quality

from .people import digest, face

if TYPE_CHECKING:
    from kith.types import Pixels, Vector


def square(seed: int, side: int = thumbnails.SIDE) -> Pixels:
    """Something like a face: soft, with some detail."""
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))


def picture(seed: int) -> bytes:
    return thumbnails.encoded(square(seed))


def seen(
    seed: int, vector: Vector, score: float = 0.8, *, yaw: float = 0.0, source: str | None = None
) -> NewPhoto:
    """A photo with a picture of its face."""
    kept = face(vector, Quality(60.0, 0.4, yaw, score))
    shown = source or f"{seed}.jpg"
    return NewPhoto(digest(seed), shown, (kept,), portraits=(picture(seed),))
