"""Faces that were found on photos before, so that measuring again costs seconds.

A file of its own beside the networks (``KITH_HOME``), readable by its owner alone. It knows photos
by the sha256 of their bytes, never by name or path, and it is only a cache: damaged, it is made
anew, and where it cannot be written everything goes on without it.
"""

from __future__ import annotations

import logging
import threading
import time
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from kith.errors import GalleryReadOnly, ModelUnavailable, printable
from kith.recognizer.cache_file import SQLiteError, cache_path, is_damage, opened, removed
from kith.recognizer.packing import pack, unpack
from kith.types import PhotoFaces

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from pathlib import Path

    from kith.recognizer.pipeline import Pipeline

SECONDS_PER_CHANGE = 2.0
"""What a kill loses at most, in work."""
PHOTOS_PER_CHANGE = 2000
_log = logging.getLogger("kith.recognizer")
_SUM = 4
"""Bytes of a checksum; this one stands before the faces and covers all that is not theirs."""

_FIND = (
    "SELECT width, height, faces FROM photos JOIN pipelines ON pipelines.id = pipeline"
    " WHERE digest = ? AND key = ?"
)
_KEEP = "INSERT OR REPLACE INTO photos SELECT ?, id, ?, ?, ? FROM pipelines WHERE key = ?"


class FaceCache:
    """What pipelines found on photos. May be used from several threads, and by several processes.

    Use it in a `with`, at whose end everything is on the disk; until then it is at most
    `SECONDS_PER_CHANGE` behind.

    Args:
        path: of the file; None: `cache_path`.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or cache_path()
        self._lock = threading.Lock()
        self._waiting: list[tuple[bytes, int, int, bytes, str]] = []
        self._changed = time.monotonic()
        self._connection: sqlite3.Connection | None = None
        try:
            self._connection = opened(self.path)
        except (*SQLiteError, OSError) as error:
            self._trouble(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what waits and close the file; safe to call twice."""
        self.flush()
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def find(self, pipeline: Pipeline, digest: str, source: str) -> PhotoFaces | None:
        """Return what a pipeline found on a photo; None where that is not known.

        Args:
            pipeline: see `Recognizer.pipeline`.
            digest: of the photo's bytes, sha256, hexadecimal.
            source: what the result is to call the photo.
        """
        with self._lock:
            if self._connection is None:
                return None
            try:
                row = self._connection.execute(
                    _FIND, (bytes.fromhex(digest), pipeline.key)
                ).fetchone()
            except SQLiteError as error:
                self._trouble(error)
                return None
        if row is None or not _is_whole(row, digest):
            return None
        width, height, kept = row
        faces = unpack(kept[_SUM:], pipeline.contract.dimension)
        return None if faces is None else PhotoFaces(source, width, height, digest, faces)

    def keep(self, pipeline: Pipeline, photo: PhotoFaces) -> None:
        """Remember what was found on a photo; one that could not be read is not remembered."""
        if photo.error is not None or self._connection is None:
            return
        packed = pack(photo.faces, pipeline.contract.dimension)
        packed = _sum(photo.digest, photo.width, photo.height) + packed
        digest = bytes.fromhex(photo.digest)
        self._waiting.append((digest, photo.width, photo.height, packed, pipeline.key))
        waited = time.monotonic() - self._changed
        if waited >= SECONDS_PER_CHANGE or len(self._waiting) >= PHOTOS_PER_CHANGE:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            if self._connection is None or not self._waiting:
                return
            keys = {(row[-1],) for row in self._waiting}
            try:
                with self._connection as change:
                    change.execute("BEGIN IMMEDIATE")
                    change.executemany("INSERT OR IGNORE INTO pipelines (key) VALUES (?)", keys)
                    change.executemany(_KEEP, self._waiting)
                self._waiting.clear()
            except SQLiteError as error:
                self._trouble(error)
            self._changed = time.monotonic()

    def _trouble(self, error: Exception) -> None:
        """Make a damaged file anew; go on without one that cannot be used."""
        shown = printable(str(self.path))
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if is_damage(error):
            with suppress(*SQLiteError, OSError):
                removed(self.path)
                self._connection = opened(self.path)
                _log.warning("%s is damaged: the cache of described photos begins anew", shown)
                return
        reason = getattr(error, "strerror", None) or error
        _log.warning("%s cannot be used (%s): photos are described without it", shown, reason)


def _is_whole(row: tuple[object, ...], digest: str) -> bool:
    """Tell whether a row is of this photo and as it was written; the faces are still to check."""
    width, height, kept = row
    return (
        isinstance(kept, bytes)
        and isinstance(width, int)
        and isinstance(height, int)
        and kept.startswith(_sum(digest, width, height))
    )


def _sum(digest: str, width: int, height: int) -> bytes:
    return zlib.crc32(f"{digest} {width} {height}".encode()).to_bytes(_SUM, "little")


def forget_photos(digests: Iterable[str], path: Path | None = None) -> None:
    """Remove photos from the cache, from its free pages too; all of it where that cannot be done.

    Args:
        digests: of the photos, sha256, hexadecimal.
        path: of the cache; None: `cache_path`.

    Raises:
        GalleryReadOnly: it can neither be changed nor removed.
    """
    try:
        file = path or cache_path()
    except ModelUnavailable:  # KITH_HOME is no folder: there is none
        return
    if not file.exists():
        return
    try:
        try:
            connection = opened(file)
            try:
                rows = [(bytes.fromhex(digest),) for digest in digests]
                with connection as change:
                    change.execute("BEGIN IMMEDIATE")
                    change.executemany("DELETE FROM photos WHERE digest = ?", rows)
                if connection.total_changes:
                    connection.execute("VACUUM")
            finally:
                connection.close()
        except SQLiteError:
            removed(file)
    except OSError as error:
        raise GalleryReadOnly(
            f"{printable(str(file))} holds faces of photos that were evaluated and cannot be "
            f"changed ({error.strerror}): remove it first"
        ) from error
