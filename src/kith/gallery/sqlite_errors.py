"""What SQLite's errors mean for somebody with a gallery."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from kith.errors import (
    GalleryBusy,
    GalleryError,
    GalleryFull,
    GalleryReadOnly,
    GalleryUnreadable,
    printable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# https://sqlite.org/rescode.html; the low byte of an extended code is its primary code.
_MEANINGS: dict[int, tuple[type[GalleryError], str]] = {
    sqlite3.SQLITE_PERM: (GalleryUnreadable, "may not be opened: check its permissions"),
    sqlite3.SQLITE_BUSY: (GalleryBusy, "is in use by another process: try again"),
    sqlite3.SQLITE_LOCKED: (GalleryBusy, "is in use by another process: try again"),
    sqlite3.SQLITE_READONLY: (
        GalleryReadOnly,
        "cannot be written: check the permissions of the file and its folder",
    ),
    sqlite3.SQLITE_IOERR: (
        GalleryUnreadable,
        "cannot be read or written: check the disk and its free space",
    ),
    sqlite3.SQLITE_CORRUPT: (
        GalleryUnreadable,
        "is damaged: restore a copy, or import an archive into a new gallery",
    ),
    sqlite3.SQLITE_FULL: (
        GalleryFull,
        "does not fit on the disk any more: free some space; nothing was changed",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        GalleryUnreadable,
        "cannot be opened: check the permissions of the file and its folder",
    ),
    sqlite3.SQLITE_PROTOCOL: (GalleryBusy, "is locked in a way that does not end: try again"),
    sqlite3.SQLITE_NOTADB: (GalleryUnreadable, "is not a kith gallery: name another file"),
}
_ODD = (GalleryUnreadable, "is not laid out as a kith gallery: restore a copy")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into the gallery's errors, each with the file and what to do."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        original = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(original, sqlite3.ProgrammingError | sqlite3.InterfaceError):
            raise  # a mistake in kith, not in the file
        raise _meaning(path, error) from error
    except UnicodeDecodeError as error:
        # SQLite's own words on a damaged schema quote it, and Python cannot read them.
        kind, words = _MEANINGS[sqlite3.SQLITE_CORRUPT]
        raise kind(f"the gallery {printable(str(path))} {words}") from error


def original_code(error: BaseException) -> int:
    """Return SQLite's extended result code, 0 where the error is not SQLite's own."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlite_errorcode", 0) or 0


def _meaning(path: Path, error: BaseException) -> GalleryError:
    kind, words = _MEANINGS.get(original_code(error) & 0xFF, _ODD)
    return kind(f"the gallery {printable(str(path))} {words}")
