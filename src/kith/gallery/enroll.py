"""Photos become people: which face is meant, what is refused, and what is kept when."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image

from kith.decision import unusable
from kith.errors import NoPhotos
from kith.gallery.names import clean_name
from kith.gallery.records import Conflict, NewPhoto
from kith.media import find_photos
from kith.recognizer import largest_central

if TYPE_CHECKING:
    import os

    from kith.gallery.store import GalleryStore
    from kith.recognizer import Recognizer
    from kith.types import Face, ImageInput, PhotoFaces

OnPhoto: TypeAlias = Callable[[str, str | None], None]
"""Called once for each photo dealt with: its source, and why it was refused (None: it was not)."""

PHOTOS_PER_CHANGE = 32
"""Photos kept in one transaction; what a kill loses was not yet acknowledged."""

_COPY = re.compile(r"\s*\(\d+\)$")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A photo that cannot stand for a person, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class EnrollReport:
    """What became of the photos of one person.

    Attributes:
        name: as it is kept.
        added: how many photos are new.
        already: how many the person had before.
        several: sources that show several faces; the largest central one was taken.
        rejected: photos that cannot stand for a person.
        conflicts: photos that already stand for somebody else.
        outliers: sources of all this person's photos, old and new, whose face agrees too little
            with the others and is left out of the template.
    """

    name: str
    added: int = 0
    already: int = 0
    several: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    outliers: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    """One person's report in the making, and the photos not yet written."""

    name: str
    added: int = 0
    already: int = 0
    several: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    outliers: tuple[str, ...] = ()
    waiting: list[NewPhoto] = field(default_factory=list)

    def report(self) -> EnrollReport:
        return EnrollReport(
            self.name,
            self.added,
            self.already,
            tuple(self.several),
            tuple(self.rejected),
            tuple(self.conflicts),
            self.outliers,
        )


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
    """

    def __init__(
        self,
        store: GalleryStore,
        recognizer: Recognizer,
        *,
        all_faces: bool = False,
        on_photo: OnPhoto | None = None,
    ) -> None:
        self._store = store
        self._recognizer = recognizer
        self._all_faces = all_faces
        self._on_photo = on_photo or (lambda _source, _reason: None)

    def run(self, photos: Iterable[tuple[str, ImageInput]]) -> Iterator[EnrollReport]:
        """Enrol (name, photo) pairs, each person's photos in a row; yield a report per person.

        A report is yielded once everything in it is on the disk.

        Raises:
            InvalidName: before anything of that person is kept.
            GalleryError: the gallery cannot take it; what was reported before is kept.
        """
        cleaned = ((clean_name(name), image) for name, image in photos)
        tally: _Tally | None = None
        for name, item in self._recognizer.map(self._look, cleaned):
            if tally is not None and tally.name != name:
                yield self._finished(tally)
                tally = None
            tally = tally or _Tally(name)
            self._take(tally, item)
            if len(tally.waiting) >= PHOTOS_PER_CHANGE:
                self._write(tally)
        if tally is not None:
            yield self._finished(tally)

    def _look(self, photo: tuple[str, ImageInput]) -> tuple[str, PhotoFaces | None]:
        """Describe a photo; None where the person has it already. Runs in the pool's threads."""
        name, image = photo
        digest = _file_digest(image)
        if digest is not None and self._store.exists and self._store.has_photo(digest, name):
            return name, None
        return name, self._recognizer.describe(image)

    def _take(self, tally: _Tally, item: PhotoFaces | None) -> None:
        if item is None:
            tally.already += 1
            self._on_photo("", None)
            return
        faces, reason = self._meant(item)
        self._on_photo(item.source, reason)
        if reason is not None:
            tally.rejected.append(Rejected(item.source, reason))
            return
        if len(item.faces) > 1:
            tally.several.append(item.source)
        tally.waiting.append(NewPhoto(item.digest, item.source, faces))

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

    def _write(self, tally: _Tally) -> None:
        if not tally.waiting:
            return
        report = self._store.add(tally.name, tally.waiting, self._recognizer.contract)
        tally.added += len(report.added)
        tally.already += len(report.already)
        tally.conflicts += report.conflicts
        tally.outliers = report.outliers
        tally.waiting.clear()

    def _finished(self, tally: _Tally) -> EnrollReport:
        self._write(tally)
        return tally.report()


def photos_of_folder(root: str | os.PathLike[str]) -> Iterator[tuple[str, str]]:
    """Yield (name, path) for a folder of people, each person's photos in a row.

    A sub-folder is a person, with every photo in it and below it; a photo that lies in the folder
    itself is a person named after the file: "Ada.jpg" and "Ada (2).jpg" are both Ada.

    Raises:
        PhotoNotFound: there is no such folder.
        NoPhotos: it holds no photo.
    """
    top = Path(root)
    found = False
    loose: dict[str, list[str]] = {}
    for path in find_photos([top]):
        found = True
        inside = Path(path).relative_to(top).parts
        if len(inside) > 1:
            yield inside[0], path
        else:
            loose.setdefault(_COPY.sub("", Path(path).stem), []).append(path)
    for name, paths in loose.items():
        yield from ((name, path) for path in paths)
    if not found:
        raise NoPhotos(f"{top}: no photo in this folder; kith expects a folder per person in it")


def _file_digest(image: ImageInput) -> str | None:
    """Return the sha256 of a file or of encoded bytes; None where there is none to be had."""
    if isinstance(image, bytes):
        return hashlib.sha256(image).hexdigest()
    if isinstance(image, np.ndarray | Image.Image):
        return None
    try:
        if not Path(image).is_file():
            return None  # describing it says what is wrong; a pipe must not be opened here
        with Path(image).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None
