"""Masked copies of photos, painted in memory, and the faces that are found on them."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.decision import unusable
from kith.errors import PhotoError
from kith.evaluation.describe import meant, system
from kith.evaluation.masked.records import Copies, Kind, Portrayed
from kith.evaluation.records import Described
from kith.masks import MaskLook, random_look
from kith.masks.look import RANDOM
from kith.media import Photo, load_photo
from kith.media.read import read_photo
from kith.types import Box, overlap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.describe import OnPhoto
    from kith.masks import Painter
    from kith.recognizer import Recognizer
    from kith.recognizer.cache import FaceCache
    from kith.recognizer.pipeline import Pipeline
    from kith.types import Face, PhotoFaces, Pixels

SAME_FACE = 0.3
"""Overlap (intersection over union) of a face's boxes without and behind the mask."""

NOT_FOUND = "the masked face is not found"


class MaskedCopy(NamedTuple):
    """A masked copy: the face on it, or why there is none; painted: whether there is a copy."""

    face: Face | None
    reason: str | None
    painted: bool


class _Seen(NamedTuple):
    """A photo that was looked at, and its copies."""

    face: Face | None
    reason: str | None
    digest: str
    cached: bool
    copies: tuple[MaskedCopy, ...]


def portray(
    recognizer: Recognizer,
    painter: Painter,
    photos: Sequence[str],
    kinds: Sequence[Kind],
    *,
    seed: int = 0,
    cache: FaceCache | None = None,
    on_photo: OnPhoto | None = None,
) -> Portrayed:
    """Find the face that is meant of each photo, paint masks on it, and find it again.

    The masked copies are looked at as whole photos: a face that the detector does not find behind
    its mask, at the same place, is lost, and so is one that has become too poor to tell. Nothing is
    written. Photos are read and painted in the recogniser's threads, a few ahead.

    Args:
        recognizer: the system.
        painter: of the masks.
        photos: paths.
        kinds: of masks, each painted on a copy of its own.
        seed: of the masks; a photo's mask depends on it, the photo's bytes and the style alone.
        cache: of what was found on the photos without masks; copies are never kept.
        on_photo: told of each photo as it is dealt with.
    """
    began = time.monotonic()
    advance = on_photo or (lambda: None)
    pipeline = recognizer.pipeline
    everything: list[_Seen] = []

    def look(path: str) -> tuple[_Seen, PhotoFaces | None]:
        return _look(recognizer, painter, path, kinds, seed, cache, pipeline)

    for seen, fresh in recognizer.map(look, photos):
        if cache and fresh is not None:
            cache.keep(pipeline, fresh)
        everything.append(seen)
        advance()
    described = Described(
        system(recognizer),
        tuple(one.face for one in everything),
        tuple(one.reason for one in everything),
        tuple(one.digest for one in everything),
        sum(one.cached for one in everything),
        time.monotonic() - began,
    )
    return Portrayed(
        described,
        tuple(
            _gathered(kind, [one.copies[number] for one in everything])
            for number, kind in enumerate(kinds)
        ),
    )


def paint(
    painter: Painter, photo: Photo, face: Face, kind: Kind, seed: int
) -> tuple[Pixels, str | None]:
    """Return the pixels of a photo with a mask on one face, or why there is none.

    Args:
        painter: of the mask.
        photo: perhaps at a reduced scale.
        face: in pixels of the photo at full size.
        kind: of mask.
        seed: of everything drawn.
    """
    done = painter.paint(photo.pixels, [reduced(face, photo.scale)], look_of(photo, kind, seed))
    return done.pixels, done.faces[0].reason


def look_of(photo: Photo, kind: Kind, seed: int) -> MaskLook:
    """Return the mask that a photo gets: the same for each coverage; any for the style `RANDOM`."""
    drawn = hashlib.sha256(f"{seed} {photo.digest} {kind.style}".encode()).digest()
    number = int.from_bytes(drawn[:4], "little")
    if kind.style == RANDOM:
        return random_look(np.random.default_rng(number), coverage=kind.coverage)
    return MaskLook(style=kind.style, coverage=kind.coverage, seed=number)


def _look(
    recognizer: Recognizer,
    painter: Painter,
    path: str,
    kinds: Sequence[Kind],
    seed: int,
    cache: FaceCache | None,
    pipeline: Pipeline,
) -> tuple[_Seen, PhotoFaces | None]:
    """Look at one photo; also return what is to be kept of it."""
    try:
        data = read_photo(path, pipeline.limits)
        digest = hashlib.sha256(data).hexdigest()
        known = cache.find(pipeline, digest, path) if cache else None
        found = known or recognizer.describe(data, keep_pixels=True)
        if found.failure is not None:
            raise found.failure
        face, reason = meant(found)
        copies = [MaskedCopy(None, reason, False)] * len(kinds)
        if face is not None:
            photo = _as_photo(found) or load_photo(data, limits=pipeline.limits)
            copies = [masked_copy(recognizer, painter, photo, face, kind, seed) for kind in kinds]
    except PhotoError as error:
        none = MaskedCopy(None, error.reason, False)
        return _Seen(None, error.reason, "", False, (none,) * len(kinds)), None
    seen = _Seen(face, reason, digest, known is not None, tuple(copies))
    return seen, None if known else replace(found, source=path, pixels=None)


def _as_photo(found: PhotoFaces) -> Photo | None:
    if found.pixels is None:  # known from an earlier run
        return None
    return Photo(found.pixels, found.source, found.width, found.height, found.digest)


def masked_copy(
    recognizer: Recognizer, painter: Painter, photo: Photo, face: Face, kind: Kind, seed: int
) -> MaskedCopy:
    """Paint a mask on a face, and find it again on the photo as a whole; see `paint`."""
    pixels, reason = paint(painter, photo, face, kind, seed)
    if reason is not None:
        return MaskedCopy(None, reason, False)
    place = reduced(face, photo.scale).box
    there = recognizer.describe(pixels).faces
    again = max(there, key=lambda one: overlap(one.box, place), default=None)
    if again is None or overlap(again.box, place) < SAME_FACE:
        return MaskedCopy(None, NOT_FOUND, True)
    poor = unusable(again)
    if poor is not None:
        return MaskedCopy(None, poor, True)
    return MaskedCopy(replace(again, quality=None), None, True)  # what it is made of is not needed


def reduced(face: Face, scale: float) -> Face:
    """Return a face in the pixels that a photo was read at."""
    if scale == 1.0:
        return face
    box = Box(*(value / scale for value in face.box))
    return replace(face, box=box, landmarks=face.landmarks / np.float32(scale))


def _gathered(kind: Kind, copies: Sequence[MaskedCopy]) -> Copies:
    return Copies(
        kind,
        tuple(one.face for one in copies),
        tuple(one.reason for one in copies),
        np.array([one.painted for one in copies], dtype=np.bool_),
    )
