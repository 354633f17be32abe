"""From a detector's arrays to faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.quality import measure
from kith.types import Box, Face

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.detection import Detections
    from kith.media import Photo
    from kith.types import Pixels


def at_full_size(found: Detections, photo: Photo) -> Iterator[Detections]:
    """Yield each face in pixels of the photo at full size."""
    scaled = found.scaled(photo.scale, photo.scale)
    return (scaled.take([index]) for index in range(len(scaled)))


def make_face(
    one: Detections,
    crop: Pixels | None = None,
    vector: object = None,
    length: float | None = None,
) -> Face:
    """Make the face of a set of one.

    Args:
        one: the detection, in pixels of the photo at full size.
        crop: its square in the framing `kith.alignment.ARCFACE`, to measure its quality; or None.
        vector: its embedding; or None.
        length: of the numbers that it was made from; or None.
    """
    box = Box(*(float(value) for value in one.boxes[0]))
    points = one.points[0]
    points.setflags(write=False)
    quality = None if crop is None else measure(crop, points)
    embedding = np.array(vector, dtype=np.float32) if vector is not None else None
    if embedding is not None:
        embedding.setflags(write=False)
    return Face(box, points, float(one.scores[0]), quality, embedding, length)
