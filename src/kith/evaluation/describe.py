"""The photos of a protocol as one system sees them: one face of each, or why there is none."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kith.decision import unusable
from kith.errors import PhotoError
from kith.evaluation.records import Described, System
from kith.media.read import read_photo
from kith.recognizer import largest_central
from kith.types import PhotoFaces

if TYPE_CHECKING:
    from kith.recognizer import Recognizer
    from kith.recognizer.cache import FaceCache
    from kith.types import Face

OnPhoto: TypeAlias = Callable[[], None]
"""Called once for each photo dealt with."""


class _Seen(NamedTuple):
    """A photo that was looked at, and whether that was in an earlier run."""

    photo: PhotoFaces
    cached: bool


def describe(
    recognizer: Recognizer,
    photos: Sequence[str],
    *,
    cache: FaceCache | None = None,
    on_photo: OnPhoto | None = None,
) -> Described:
    """Find the one face that is meant of each photo, as `verify` does.

    A photo that cannot be read, that shows no face or one too poor to tell is a failure to
    acquire, with its reason. Photos are read, looked up and described in the recogniser's
    threads, a few ahead.

    Args:
        recognizer: the system.
        photos: paths.
        cache: of what was found before; None: everything is found now.
        on_photo: told of each photo as it is dealt with.
    """
    began = time.monotonic()
    advance = on_photo or (lambda: None)
    faces: list[Face | None] = []
    reasons: list[str | None] = []
    digests: list[str] = []
    cached = 0
    for seen in _looked_at(recognizer, photos, cache):
        face, reason = meant(seen.photo)
        faces.append(face)
        reasons.append(reason)
        digests.append(seen.photo.digest)
        cached += seen.cached
        advance()
    return Described(
        system(recognizer),
        tuple(faces),
        tuple(reasons),
        tuple(digests),
        cached,
        time.monotonic() - began,
    )


def system(recognizer: Recognizer) -> System:
    """Return what a recogniser is, for a report."""
    return System(
        recognizer.detector, recognizer.embedder, recognizer.contract, recognizer.known_threshold
    )


def _looked_at(
    recognizer: Recognizer, photos: Iterable[str], cache: FaceCache | None
) -> Iterable[_Seen]:
    pipeline = recognizer.pipeline

    def look(path: str) -> _Seen:
        try:
            data = read_photo(path, pipeline.limits)
        except PhotoError as error:
            return _Seen(PhotoFaces(path, 0, 0, "", (), error.reason), False)
        digest = hashlib.sha256(data).hexdigest()
        known = cache.find(pipeline, digest, path) if cache else None
        if known is not None:
            return _Seen(known, True)
        found = recognizer.describe(data)
        return _Seen(replace(found, source=path), False)

    for seen in recognizer.map(look, photos):
        if cache and not seen.cached:
            cache.keep(pipeline, seen.photo)
        yield seen


def meant(photo: PhotoFaces) -> tuple[Face | None, str | None]:
    """Return the face that counts, or why there is none."""
    if photo.error is not None:
        return None, photo.error
    face = largest_central(photo.faces, photo.width, photo.height)
    if face is None:
        return None, "no face found"
    poor = unusable(face)
    return (face, None) if poor is None else (None, poor)
