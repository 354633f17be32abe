"""Writing an archive: a photo at a time, and the file appears when it is whole."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import zipfile
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from kith.errors import GalleryError, GalleryFull, GalleryReadOnly, printable
from kith.gallery import reading, rows, schema, thumbnails
from kith.gallery.archive_json import EMBEDDINGS, PHOTOS, Manifest, photo_line
from kith.gallery.archive_reader import MANIFEST
from kith.gallery.records import ExportReport, NewPhoto
from kith.types import Box, Face, Mask, Quality

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

_AT_ONCE = 256

_faces, _photos, _people = schema.faces, schema.photos, schema.people
_thumbnails = schema.thumbnails
# By the bytes of the name and the digest: SQLite's order of text is Python's.
_PEOPLE = (
    select(_people.c.id, _people.c.name)
    .where(_people.c.name > bindparam("last"))
    .order_by(_people.c.name)
    .limit(_AT_ONCE)
)
_THEIRS = (
    select(_photos.c.digest, _photos.c.source, _photos.c.added, _faces, _thumbnails.c.jpeg)
    .join(_faces, _faces.c.photo_id == _photos.c.id)
    .outerjoin(_thumbnails, _thumbnails.c.face_id == _faces.c.id)
    .where(_photos.c.person_id == bindparam("person"))
    .order_by(_photos.c.digest, _faces.c.id)
)
_VECTORS = (
    select(_faces.c.embedding)
    .join(_photos, _photos.c.id == _faces.c.photo_id)
    .where(_photos.c.person_id == bindparam("person"))
    .order_by(_photos.c.digest, _faces.c.id)
)


@contextmanager
def replacing(target: Path) -> Iterator[IO[bytes]]:
    """Give a new file that takes the target's place when all is written, and only then.

    Raises:
        GalleryError: something else than an archive is there, or it cannot be written.
    """
    shown = printable(str(target))
    if target.exists() and not zipfile.is_zipfile(target):
        raise GalleryError(f"{shown} is there and is no archive: name another file")
    try:
        descriptor, name = tempfile.mkstemp(".part", f".{target.name}.", target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        kind = GalleryFull if full else GalleryReadOnly
        raise kind(f"{shown} cannot be written: {error.strerror}") from error


def write(connection: Connection, file: IO[bytes], *, portraits: bool = True) -> ExportReport:
    """Write all people of a gallery, as the connection's transaction sees it.

    Args:
        connection: inside a transaction.
        file: where to.
        portraits: with what people look like.

    Raises:
        GalleryError: nobody to export.
    """
    contract = reading.contract(connection)
    if contract is None or not connection.execute(_PEOPLE, {"last": ""}).first():
        raise GalleryError("this gallery has nobody in it: enrol somebody first")
    people = photos = faces = 0
    with zipfile.ZipFile(file, "w") as container:
        with _Member(container, PHOTOS, zipfile.ZIP_DEFLATED) as lines:
            for person in _everybody(connection):
                people += 1
                for photo in _photos_of(connection, person.id, portraits=portraits):
                    photos += 1
                    faces += len(photo.faces)
                    lines.write(photo_line(person.name, photo))
        with _Member(container, EMBEDDINGS, zipfile.ZIP_STORED) as vectors:
            for person in _everybody(connection):
                for blob in _streamed(connection, _VECTORS, person.id):
                    vectors.write(blob.embedding)
        hashes = {PHOTOS: lines.sha256(), EMBEDDINGS: vectors.sha256()}
        calibration = calibration_values(connection)
        no_mask = reading.no_mask(connection)
        manifest = Manifest(contract, people, photos, faces, hashes, calibration, no_mask)
        container.writestr(zipfile.ZipInfo(MANIFEST), manifest.json())
    return ExportReport(people, photos, faces)


def calibration_values(connection: Connection) -> dict[str, Any] | None:
    """Return the calibration that counts, as the manifest has it."""
    if connection.execute(select(schema.calibrations.c.id).limit(1)).first() is None:
        return None
    # Here, because it loads the runtime, which a gallery that has none needs not wait for.
    from kith.gallery.calibration_json import plain
    from kith.gallery.calibrations import newest

    found = newest(connection)
    return None if found is None else plain(found)


class _Member:
    """A member that is hashed as it is written."""

    def __init__(self, container: zipfile.ZipFile, name: str, compression: int) -> None:
        info = zipfile.ZipInfo(name)
        info.compress_type = compression
        self._member = container.open(info, "w", force_zip64=True)
        self._hash = hashlib.sha256()

    def __enter__(self) -> _Member:
        return self

    def __exit__(self, *_: object) -> None:
        self._member.close()

    def write(self, data: bytes) -> None:
        self._member.write(data)
        self._hash.update(data)

    def sha256(self) -> str:
        return self._hash.hexdigest()


def _everybody(connection: Connection) -> Iterator[Any]:
    last = ""
    while found := connection.execute(_PEOPLE, {"last": last}).all():
        yield from found
        last = found[-1].name


def _streamed(connection: Connection, query: Any, person: int) -> Iterator[Any]:
    options = {"yield_per": _AT_ONCE}
    yield from connection.execute(query, {"person": person}, execution_options=options)


def _photos_of(connection: Connection, person: int, *, portraits: bool) -> Iterator[NewPhoto]:
    found = _streamed(connection, _THEIRS, person)
    for _, group in groupby(found, key=attrgetter("photo_id")):
        kept = list(group)
        faces = tuple(_face(row) for row in kept)
        pictures = tuple(row.jpeg if thumbnails.is_sound(row.jpeg) else None for row in kept)
        shown = pictures if portraits and any(pictures) else ()
        yield NewPhoto(kept[0].digest, kept[0].source, faces, kept[0].added, shown)


def _face(row: Any) -> Face:
    quality = None
    if row.quality is not None:
        quality = Quality(row.size, row.sharpness, row.yaw, row.quality)
    state = rows.mask_state(row.mask)
    return Face(
        box=Box(row.x, row.y, row.width, row.height),
        landmarks=rows.vectors([row.landmarks], 10).reshape(5, 2),
        score=row.score,
        quality=quality,
        mask=None if state is None else Mask(state, 1.0),
    )
