"""Photos become people: which face is meant, what is refused, and what is kept when."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from kith.decision import unusable
from kith.errors import InvalidName, printable
from kith.gallery import thumbnails, writing
from kith.gallery.digest import encoded_digest
from kith.gallery.enroll_report import EnrollReport, Rejected, Tally
from kith.gallery.names import clean_name
from kith.gallery.records import NewPhoto
from kith.recognizer import largest_central

if TYPE_CHECKING:
    from kith.gallery.store import GalleryStore
    from kith.recognizer import Recognizer
    from kith.types import Face, ImageInput, PhotoFaces

__all__ = ["EnrollReport", "Enrolment", "OnPhoto", "Rejected"]

OnPhoto: TypeAlias = Callable[[str, str | None], None]
"""Called once for each photo dealt with: its source, and why it was refused (None: it was not)."""

PHOTOS_PER_CHANGE = 32
"""Photos kept in one transaction, at least; what a kill loses was not yet acknowledged."""

MOST_PER_CHANGE = 1024
"""So many do not wait any longer, however long the last transaction took."""

REST = 20
"""Many times as long as a transaction took, no other follows: on a slow disk, and where a person
has thousands of photos and each change means a new template, more photos go into one."""

LONGEST_REST = 10.0
"""Seconds; so much work, at most, has to be done again after a kill."""


class _Asked(NamedTuple):
    """A photo to enrol."""

    name: str
    image: ImageInput
    refusal: str | None = None  # why nobody can have this name


class _Seen(NamedTuple):
    """A photo that was looked at."""

    name: str
    source: str
    found: PhotoFaces | None = None  # None: the person has it already, or nobody can have it
    refusal: str | None = None
    picture: bytes | None = None  # of the largest central face


class Enrolment:
    """Runs photos of people through the pipeline and keeps their faces.

    Photos that a person has already are known by their digest and passed over before they are
    decoded, so an interrupted enrolment is simply run again.

    Args:
        store: where they are kept.
        recognizer: finds and describes their faces.
        all_faces: keep every face of a photo, not only the largest central one; for photos that
            show the same person several times.
        on_photo: told of each photo.
        refuse_names: a name that cannot be kept is a reason to refuse its photos, not an error.
        portraits: keep a small picture of the person's best face.
    """

    def __init__(
        self,
        store: GalleryStore,
        recognizer: Recognizer,
        *,
        all_faces: bool = False,
        on_photo: OnPhoto | None = None,
        refuse_names: bool = False,
        portraits: bool = True,
    ) -> None:
        self._store = store
        self._recognizer = recognizer
        self._all_faces = all_faces
        self._on_photo = on_photo or (lambda _source, _reason: None)
        self._refuse_names = refuse_names
        self._portraits = portraits
        self._pending: deque[Tally] = deque()
        self._waiting = 0  # photos of those pending
        self._next_change = 0.0

    def run(self, photos: Iterable[tuple[str, ImageInput]]) -> Iterator[EnrollReport]:
        """Enrol (name, photo) pairs, each person's photos in a row; yield a report per person.

        A report is yielded once everything in it is on the disk.

        Raises:
            InvalidName: before anything of that person is kept.
            GalleryError: the gallery cannot take it; what was reported before is kept.
        """
        tally: Tally | None = None
        for seen in self._recognizer.map(self._look, self._asked(photos)):
            if tally is None or tally.name != seen.name:
                tally = Tally(seen.name)
                self._pending.append(tally)
            self._take(tally, seen)
            if self._is_time():
                self._write()
            yield from self._finished(tally)
        self._write()
        yield from self._finished(None)

    def _asked(self, photos: Iterable[tuple[str, ImageInput]]) -> Iterator[_Asked]:
        for name, image in photos:
            try:
                yield _Asked(clean_name(name), image)
            except InvalidName as error:
                if not self._refuse_names:
                    raise
                yield _Asked(printable(name), image, str(error))

    def _look(self, photo: _Asked) -> _Seen:
        """Describe a photo, unless that would be in vain. Runs in the pool's threads."""
        name, image, refusal = photo
        if refusal is not None or self._is_known(name, image):
            return _Seen(name, _source(image), None, refusal)
        found = self._recognizer.describe(image, keep_pixels=self._portraits)
        # The pixels of photos that wait for their turn would fill the memory.
        return _Seen(name, found.source, replace(found, pixels=None), None, self._picture(found))

    def _picture(self, found: PhotoFaces) -> bytes | None:
        face = largest_central(found.faces, found.width, found.height)
        if found.pixels is None or face is None:
            return None
        # A large photo is read smaller than it is.
        factor = np.float32(found.pixels.shape[1] / found.width)
        seen = replace(face, landmarks=face.landmarks * factor)
        return thumbnails.encoded(self._recognizer.crop(found.pixels, seen, thumbnails.SIDE))

    def _is_known(self, name: str, image: ImageInput) -> bool:
        if not self._store.exists:
            return False
        digest = encoded_digest(image)
        return digest is not None and self._store.has_photo(digest, name)

    def _take(self, tally: Tally, seen: _Seen) -> None:
        faces: tuple[Face, ...] = ()
        reason = seen.refusal
        if seen.found is not None:
            faces, reason = self._meant(seen.found)
        self._on_photo(seen.source, reason)
        if reason is not None:
            tally.rejected.append(Rejected(seen.source, reason))
        elif seen.found is None:
            tally.already += 1
        else:
            if len(seen.found.faces) > 1 and not self._all_faces:
                tally.several.append(seen.source)
            self._waiting += 1
            tally.waiting.append(_photo(seen.found, faces, seen.picture))

    def _meant(self, item: PhotoFaces) -> tuple[tuple[Face, ...], str | None]:
        """Return the faces to keep of a photo, or why there are none."""
        if item.error is not None:
            return (), item.error
        best = largest_central(item.faces, item.width, item.height)
        if best is None:
            return (), "no face found"
        if self._all_faces:
            usable = tuple(face for face in item.faces if unusable(face) is None)
            return usable, None if usable else unusable(best)
        return (best,), unusable(best)

    def _is_time(self) -> bool:
        size = max(self._waiting, len(self._pending))
        rested = time.monotonic() >= self._next_change
        return size >= MOST_PER_CHANGE or (size >= PHOTOS_PER_CHANGE and rested)

    def _write(self) -> None:
        """Keep what waits, of all people in one transaction."""
        waiting = [tally for tally in self._pending if tally.waiting]
        if not waiting:
            return
        began = time.monotonic()
        with self._store.database.write() as connection:
            reports = [
                writing.add(connection, tally.name, tally.waiting, self._recognizer.contract)
                for tally in waiting
            ]
        for tally, report in zip(waiting, reports, strict=True):
            tally.written(report)
        self._waiting = 0
        ended = time.monotonic()
        self._next_change = ended + min(REST * (ended - began), LONGEST_REST)

    def _finished(self, current: Tally | None) -> Iterator[EnrollReport]:
        """Yield the reports of those before the current person who have nothing left to write."""
        while self._pending and self._pending[0] is not current and not self._pending[0].waiting:
            yield self._pending.popleft().report()


def _photo(found: PhotoFaces, faces: tuple[Face, ...], picture: bytes | None) -> NewPhoto:
    shown = largest_central(found.faces, found.width, found.height)
    portraits = tuple(picture if face is shown else None for face in faces)
    kept = portraits if any(portraits) else ()
    return NewPhoto(found.digest, found.source, faces, portraits=kept)


def _source(image: ImageInput) -> str:
    return os.fsdecode(image) if isinstance(image, (str, os.PathLike)) else "<bytes>"
