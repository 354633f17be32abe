"""From a detector's arrays to faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.quality import confidence, measure
from kith.types import Box, Face

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kith.detection import Detections
    from kith.embedding import Described, Embedder
    from kith.media import Photo
    from kith.models.card import ModelCard
    from kith.types import Mask, Pixels, Quality


def at_full_size(found: Detections, photo: Photo) -> Iterator[Detections]:
    """Yield each face in pixels of the photo at full size."""
    scaled = found.scaled(photo.scale, photo.scale)
    return (scaled.take([index]) for index in range(len(scaled)))


def make_face(
    one: Detections,
    quality: Quality | None = None,
    vector: object = None,
    length: float | None = None,
    mask: Mask | None = None,
) -> Face:
    """Make the face of a set of one.

    Args:
        one: the detection, in pixels of the photo at full size.
        quality: as it was measured; or None.
        vector: its embedding; or None.
        length: of the numbers that it was made from; or None.
        mask: whether it wears one; or None.
    """
    box = Box(*(float(value) for value in one.boxes[0]))
    points = one.points[0]
    points.setflags(write=False)
    embedding = np.array(vector, dtype=np.float32) if vector is not None else None
    if embedding is not None:
        embedding.setflags(write=False)
    return Face(box, points, float(one.scores[0]), quality, embedding, length, mask)


def judge(
    one: Detections, crop: Pixels, photo: Photo, detector: ModelCard, strength: float | None
) -> Quality:
    """Measure the quality of a set of one.

    Args:
        one: the detection, in pixels of the photo at full size.
        crop: its square in the framing `kith.alignment.ARCFACE`.
        photo: that it was found on.
        detector: who found it.
        strength: what the length of its vector says of it, 0–1; None: nobody knows.
    """
    return measure(
        crop,
        one.points[0],
        sureness=confidence(detector, float(one.own[0])),
        strength=strength,
        frame=(photo.width, photo.height),
    )


def strengths(parts: Sequence[Embedder], described: Sequence[Described]) -> list[float | None]:
    """Return what the lengths of some faces' vectors say of them.

    Args:
        parts: the networks; the first one counts of which it is known.
        described: what each of them gave for these faces.
    """
    for part, (_, lengths) in zip(parts, described, strict=True):
        if part.card.confidence:
            return [confidence(part.card, length) for length in lengths]
    return [None] * len(described[0][1])
