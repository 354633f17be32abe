"""Opening a gallery's file: how SQLite is asked to treat it.

SQLAlchemy's connections are in AUTOCOMMIT, so that Python's sqlite3 never begins or ends a
transaction by itself: `transaction` is the only place that does.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from kith.gallery import migrations, sqlite_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

_PRAGMAS = (
    "PRAGMA trusted_schema = OFF",  # a handed-over file must not run functions of its choice
    "PRAGMA cell_size_check = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is deleted is overwritten with zeros
    "PRAGMA synchronous = FULL",  # a commit is on the disk before it is acknowledged
    "PRAGMA temp_store = MEMORY",  # no faces in the system's temporary folder
    "PRAGMA fullfsync = ON",  # macOS: fsync alone does not reach the disk there
)
_UNREACHABLE_JOURNAL = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY_CANTINIT,
        sqlite3.SQLITE_READONLY_DIRECTORY,
    }
)


def connect(
    path: Path, mode: Literal["ro", "rw"], busy_seconds: float, *, immutable: bool = False
) -> Connection:
    """Open a file that exists.

    Args:
        path: absolute.
        mode: ``ro`` never writes to the file.
        busy_seconds: how long SQLite waits for another process's lock.
        immutable: take no locks and read no journal: for a file that nobody can be writing.
    """
    address = f"{path.as_uri()}?mode={mode}" + ("&immutable=1" if immutable else "")

    def opened() -> sqlite3.Connection:
        raw = sqlite3.connect(
            address, uri=True, timeout=busy_seconds, check_same_thread=False, isolation_level=None
        )
        try:
            for pragma in _PRAGMAS:
                raw.execute(pragma).close()
            # Touches the file and its journal, which connecting alone does not.
            raw.execute("SELECT count(*) FROM sqlite_schema").close()
        except BaseException:
            raw.close()
            raise
        return raw

    engine = create_engine(
        "sqlite://", creator=opened, poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    return engine.connect()


def connect_for_reading(
    path: Path, mode: Literal["ro", "rw"], busy_seconds: float
) -> tuple[Connection, bool]:
    """Open a file for reading; also on read-only media, where a journal cannot be made.

    Returns:
        The connection, and whether it is immutable: it then sees no change by others.
    """
    try:
        connection = connect(path, mode, busy_seconds)
    except Exception as error:
        real = path.resolve()
        journal = real.with_name(real.name + "-wal")
        recent = journal.exists() and journal.stat().st_size > 0
        if recent or sqlite_errors.original_code(error) not in _UNREACHABLE_JOURNAL:
            raise
        # Nothing waits in a journal, and nobody can make one in this folder without more rights
        # than we have: the file alone is the whole truth.
        return connect(path, "ro", busy_seconds, immutable=True), True
    connection.exec_driver_sql("PRAGMA query_only = ON")
    return connection, False


def connect_blank() -> Connection:
    """Return an empty gallery in memory: what a file that is not there yet holds."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    connection = engine.connect()
    migrations.create(connection)
    return connection


def use_wal(connection: Connection, busy_seconds: float) -> None:
    """Keep changes in a write-ahead log, so that readers and a writer do not wait for each other.

    SQLite does not wait for a lock here by itself.
    """
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except Exception as error:
            busy = sqlite_errors.original_code(error) & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() >= deadline:
                raise
            time.sleep(0.005)
        else:
            return


def drop_unfinished(connection: Connection, busy_seconds: float) -> None:
    """Empty the log of what a killed process had written there and not committed.

    Nobody can read it, but the names in it would stay on the disk until the log is written over.
    Where another process is at work it is not waited for: then its changes write over it.
    """
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
    except Exception as error:
        if sqlite_errors.original_code(error) & 0xFF not in (
            sqlite3.SQLITE_BUSY,
            sqlite3.SQLITE_LOCKED,
        ):
            raise
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(busy_seconds * 1000)}")


def raw(connection: Connection) -> sqlite3.Connection:
    """Return the sqlite3 connection below."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


@contextmanager
def transaction(connection: Connection, kind: Literal["DEFERRED", "IMMEDIATE"]) -> Iterator[None]:
    """Everything inside, or nothing: also when interrupted."""
    connection.exec_driver_sql(f"BEGIN {kind}")
    try:
        yield
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        # After some errors (a full disk) SQLite has rolled back by itself.
        if raw(connection).in_transaction:
            connection.exec_driver_sql("ROLLBACK")
        raise


def close(connection: Connection) -> None:
    """Close the file behind the connection too."""
    connection.close()
    connection.engine.dispose()
