"""One gallery file, and transactions that are whole or not there at all.

One connection reads and one writes, each used in turns, so that several threads may share a
`Database` and readers never wait for a writer. Other processes are kept apart by SQLite's own
locks; every writing transaction takes the write lock first (BEGIN IMMEDIATE) and therefore never
fails half-way because somebody else wrote.

A file that is not there is made by the first write, not before: until then reading finds an empty
gallery. Not for network file systems: SQLite's journal needs memory that all processes share.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kith.errors import (
    GalleryBusy,
    GalleryError,
    GalleryFull,
    GalleryReadOnly,
    GalleryUnreadable,
    OptionError,
    printable,
)
from kith.gallery import connections, files, migrations, schema
from kith.gallery.sqlite_errors import translated
from kith.gallery.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

PAGE_BYTES = 8192
"""Holds three rows with a 512-number vector; SQLite's default of 4096 would hold one."""

_VACUUM_IN_MEMORY = 512 * 2**20
"""Up to this size of the file; a larger copy goes to the system's temporary folder for a while."""

_lost: list[Any] = []
"""Connections of a parent process: referred to for ever, since collecting would close them."""


class Database:
    """Connections to one gallery file.

    Args:
        path: of the file.
        create: whether the first write may make the file; without it a missing file is an error.
        read_only: never write to the file.
        busy_seconds: how long to wait for another process, or thread, that writes.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        create: bool = False,
        read_only: bool = False,
        busy_seconds: float = 10.0,
    ) -> None:
        if not 0 <= busy_seconds <= 3600:
            raise OptionError(f"busy_seconds is 0 to 3600, not {busy_seconds}")
        self.path = files.checked(path)
        self.read_only = read_only
        self.busy_seconds = busy_seconds
        self._name = f"the gallery {printable(str(self.path))}"
        self._reader: Connection | None = None
        self._writer: Connection | None = None
        self._identity: files.Identity | None = None  # None while there is no gallery yet
        self._blank = False  # the reader is an empty stand-in
        self._immutable = False  # the reader does not see what others write
        self._turns = Turns(self._name, self, busy_seconds)
        try:
            if not self.exists and (read_only or not create):
                raise GalleryError(
                    f"no gallery at {printable(str(self.path))}: enrol somebody first"
                )
        except BaseException:
            self.close()
            raise

    @property
    def exists(self) -> bool:
        """Whether there is a file with a gallery in it yet."""
        with self.look():
            return not self._blank

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """Ask one question, which needs no transaction around it."""
        with self._turns.reading(), translated(self.path):
            yield self._reading()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Ask several questions of one state; keep it short, `scrub` has to wait meanwhile."""
        with self._turns.reading(), translated(self.path):
            connection = self._reading()
            with connections.transaction(connection, "DEFERRED"):
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Change the gallery: on the disk when this ends, or undone."""
        with self._turns.writing(), translated(self.path):
            connection = self._writing()
            with connections.transaction(connection, "IMMEDIATE"):
                before = connections.raw(connection).total_changes
                yield connection
                if connections.raw(connection).total_changes != before:
                    meta = schema.meta
                    connection.execute(meta.update().values(changes=meta.c.changes + 1))

    def scrub(self) -> bool:
        """Wipe what deleted rows left in free pages and in the journal.

        Returns:
            Whether all is wiped: not where another process kept reading for `busy_seconds`, or
            where the disk has no room for a second copy.
        """
        with self._turns.writing(), translated(self.path):
            return self._scrub(self._writing())

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._turns.end()

    def close_connections(self) -> None:
        """See `turns.Holder`."""
        for connection in (self._reader, self._writer):
            if connection is not None:
                connections.close(connection)
        self._reader = self._writer = None

    def lose_connections(self) -> None:
        """See `turns.Holder`."""
        _lost.extend((self._reader, self._writer))
        self._reader = self._writer = None

    def _still_there(self) -> files.Identity | None:
        found = files.identity(self.path)
        if self._identity is not None and not self._identity.same_file(found):
            raise GalleryUnreadable(
                f"{self._name} was moved, replaced or deleted while it was open: open it again"
            )
        return found

    def _reading(self) -> Connection:
        found = self._still_there()
        stale = self._blank or (self._immutable and found != self._identity)
        if self._reader is not None and stale:
            connections.close(self._reader)
            self._reader = None
        if self._reader is None:
            self._reader = self._open_reader(found)
        return self._reader

    def _open_reader(self, found: files.Identity | None) -> Connection:
        self._blank = True
        if found is None:
            return connections.connect_blank()
        connection, self._immutable = connections.connect_for_reading(
            self.path, "ro" if self.read_only else "rw", self.busy_seconds
        )
        try:
            with connections.transaction(connection, "DEFERRED"):  # somebody may just be making it
                version = migrations.version(connection, self.path)
            if 0 < version < migrations.latest():
                self._bring_up_to_date()
        except BaseException:
            connections.close(connection)
            raise
        if version == 0:  # not there yet
            connections.close(connection)
            return connections.connect_blank()
        self._blank = False
        self._identity = found
        return connection

    def _bring_up_to_date(self) -> None:
        places = (self.path, self.path.parent)  # the journal lies beside the file
        if self.read_only or not all(os.access(place, os.W_OK) for place in places):
            raise GalleryReadOnly(
                f"{self._name} has the format of an older kith: open it once where it can be "
                "written, or a copy of it"
            )
        with self._turns.writing():
            self._writing()

    def _writing(self) -> Connection:
        self._still_there()
        if self.read_only:
            raise GalleryReadOnly(f"{self._name} is opened for reading only: open it for writing")
        if self._writer is None:
            files.make(self.path)
            connection = connections.connect(self.path, "rw", self.busy_seconds)
            try:
                self._prepare(connection)
            except BaseException:
                connections.close(connection)
                raise
            self._identity = files.identity(self.path)
            self._writer = connection
        return self._writer

    def _prepare(self, connection: Connection) -> None:
        with connections.transaction(connection, "DEFERRED"):
            migrations.version(connection, self.path)  # never touch another program's file
        connection.exec_driver_sql(f"PRAGMA page_size = {PAGE_BYTES}")
        connections.use_wal(connection, self.busy_seconds)
        connections.drop_unfinished(connection, self.busy_seconds)
        with connections.transaction(connection, "IMMEDIATE"):
            migrations.bring_up_to_date(connection, self.path)
        if connection.execute(schema.meta.select()).one().unscrubbed:
            self._scrub(connection)  # whoever forgot somebody was killed before all was wiped

    def _scrub(self, connection: Connection) -> bool:
        try:
            with translated(self.path):
                found = files.identity(self.path)
                large = found is not None and found.size > _VACUUM_IN_MEMORY
                if large:
                    connection.exec_driver_sql("PRAGMA temp_store = FILE")
                connection.exec_driver_sql("VACUUM")
                busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        except (GalleryBusy, GalleryFull):
            return False
        if busy:
            return False
        with connections.transaction(connection, "IMMEDIATE"):
            connection.execute(schema.meta.update().values(unscrubbed=False))
        return True
