"""The file of the cache: made for its owner alone, and what SQLite's errors say of it."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from kith.models.home import home

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 2
WAIT_SECONDS = 10.0
"""For another process that writes."""

_TABLES = (
    "CREATE TABLE pipelines (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE)",
    "CREATE TABLE photos (digest BLOB NOT NULL, pipeline INTEGER NOT NULL, width INTEGER NOT NULL,"
    " height INTEGER NOT NULL, faces BLOB NOT NULL, PRIMARY KEY (digest, pipeline))",
    f"PRAGMA user_version = {FORMAT}",
)
_PRAGMAS = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA secure_delete = ON",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA temp_store = MEMORY",
)
_DAMAGED = frozenset(
    {
        *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG),
        *(sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH),
    }
)
"""The last three are what a file with other tables than ours gives."""

SQLiteError = (sqlite3.Error, UnicodeDecodeError)
"""A message about a damaged file may quote it, and then Python cannot read the message."""


def cache_path() -> Path:
    """Return where the cache lies or would lie."""
    return home() / "cache" / "faces.sqlite"


def opened(path: Path) -> sqlite3.Connection:
    """Open the file, made where it is not there, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A link could lead to somebody else's file, whose mode and contents are not ours to change.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o600))
    path.chmod(0o600)
    connection = sqlite3.connect(
        path, timeout=WAIT_SECONDS, check_same_thread=False, isolation_level=None
    )
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        with connection as change:
            change.execute("BEGIN IMMEDIATE")
            [version] = change.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in _TABLES:
                    change.execute(statement)
        if version not in (0, FORMAT):
            raise _OtherFormat
    except BaseException:
        connection.close()
        raise
    return connection


class _OtherFormat(sqlite3.DatabaseError):
    """A cache whose tables are not ours."""


def is_damage(error: Exception) -> bool:
    """Tell whether the file is at fault, not the moment."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return isinstance(error, (_OtherFormat, UnicodeDecodeError)) or code in _DAMAGED


def removed(path: Path) -> None:
    """Remove the file and what a killed process left beside it."""
    for one in (path, path.with_name(path.name + "-journal")):
        one.unlink(missing_ok=True)
