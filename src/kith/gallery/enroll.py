"""Photos become people: which face is meant, what is refused, and what is kept when."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from kith.errors import InvalidName, printable
from kith.gallery import writing
from kith.gallery.digest import encoded_digest
from kith.gallery.enroll_report import EnrollReport, Rejected, Tally
from kith.gallery.looking import Looked, look_at_photo
from kith.gallery.names import clean_name
from kith.media.folder import is_film

if TYPE_CHECKING:
    from kith.gallery.store import GalleryStore
    from kith.recognizer import Recognizer
    from kith.types import ImageInput

__all__ = ["EnrollReport", "Enrolment", "OnFilm", "OnPhoto", "Rejected"]

OnPhoto: TypeAlias = Callable[[str, str | None], None]
"""Called once for each photo dealt with: its source, and why it was refused (None: it was not)."""

OnFilm: TypeAlias = Callable[[str, float, float], None]
"""Called while a film is looked at: its source, how many seconds of it have been looked at, and of
how many. Several films are looked at at once, so that it is called from several threads."""

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
    """What was seen of somebody; neither a photo nor a refusal: the person has it already."""

    name: str
    found: Looked


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
        on_film: told of films while they are looked at; see `OnFilm`.
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
        on_film: OnFilm | None = None,
    ) -> None:
        self._store = store
        self._recognizer = recognizer
        self._all_faces = all_faces
        self._on_photo = on_photo or (lambda _source, _reason: None)
        self._refuse_names = refuse_names
        self._portraits = portraits
        self._stopped = threading.Event()
        self._on_film = on_film or (lambda _source, _seconds, _of: None)
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
        try:
            for seen in self._recognizer.map(self._look, self._asked(photos)):
                if tally is None or tally.name != seen.name:
                    tally = Tally(seen.name)
                    self._pending.append(tally)
                self._take(tally, seen.found)
                if self._is_time():
                    self._write()
                yield from self._finished(tally)
            self._write()
            yield from self._finished(None)
        finally:
            self._stopped.set()  # a film that is still looked at would keep its thread busy

    def _asked(self, photos: Iterable[tuple[str, ImageInput]]) -> Iterator[_Asked]:
        for name, image in photos:
            try:
                yield _Asked(clean_name(name), image)
            except InvalidName as error:
                if not self._refuse_names:
                    raise
                yield _Asked(printable(name), image, str(error))

    def _look(self, photo: _Asked) -> _Seen:
        """Look at a photo or a film, unless that would be in vain. Runs in the pool's threads."""
        name, image, refusal = photo
        if refusal is not None:
            return _Seen(name, Looked(_source(image), None, refusal))
        film = image if isinstance(image, str | os.PathLike) and is_film(image) else None
        digest = None
        if film is not None or self._store.exists:
            digest = encoded_digest(image, film=film is not None)
        known = digest is not None and self._store.exists and self._store.has_photo(digest, name)
        if known and (film is not None or not self._lacks_picture(name)):
            return _Seen(name, Looked(_source(image), None))
        if film is not None:
            return _Seen(name, self._look_at_film(film, digest))
        options = {"all_faces": self._all_faces, "portraits": self._portraits}
        refuse = self._refuses_masks()
        return _Seen(name, look_at_photo(self._recognizer, image, **options, no_mask=refuse))

    def _refuses_masks(self) -> bool:
        return self._store.exists and self._store.no_mask()

    def _lacks_picture(self, name: str) -> bool:
        """Whether it would be seen for the first time what this person looks like."""
        return self._portraits and self._store.lacks_thumbnail(name)

    def _look_at_film(self, path: str | os.PathLike[str], digest: str | None) -> Looked:
        # Here, because it loads the decoders, which photos need not wait for.
        from kith.gallery.clips import ClipReader

        reader = ClipReader(
            self._recognizer,
            same_person=self._all_faces,
            portraits=self._portraits,
            no_mask=self._refuses_masks(),
            on_progress=self._on_film,
            stopped=self._stopped.is_set,
        )
        return reader.look(path, digest)

    def _take(self, tally: Tally, found: Looked) -> None:
        self._on_photo(found.source, found.refusal)
        if found.refusal is not None:
            tally.rejected.append(Rejected(found.source, found.refusal))
        elif found.photo is None:
            tally.already += 1
            tally.known_films += is_film(found.source)
        else:
            if found.several:
                tally.several.append(found.source)
            if found.film is not None:
                tally.filmed[found.photo.digest] = found.film
            self._waiting += 1
            tally.waiting.append(found.photo)

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
            tally.written(report, self._recognizer.known_threshold)
        self._waiting = 0
        ended = time.monotonic()
        self._next_change = ended + min(REST * (ended - began), LONGEST_REST)

    def _finished(self, current: Tally | None) -> Iterator[EnrollReport]:
        """Yield the reports of those before the current person who have nothing left to write."""
        while self._pending and self._pending[0] is not current and not self._pending[0].waiting:
            yield self._pending.popleft().report()


def _source(image: ImageInput) -> str:
    return os.fsdecode(image) if isinstance(image, (str, os.PathLike)) else "<bytes>"
