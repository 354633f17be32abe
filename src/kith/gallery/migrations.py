"""From an older file to today's tables.

A new file gets today's tables at once. An older one is brought up step by step, all steps in one
transaction: a kill leaves the old file as it was. To change the schema: change `schema`, raise
`LATEST` by adding the step to `STEPS`, and keep a file of the old version for the tests.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kith._version import __version__
from kith.errors import GalleryTooNew, GalleryUnreadable, printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

APPLICATION_ID = 0x6B697468
"""``kith`` in ASCII, in the header of every gallery, where ``file`` and SQLite look for it."""


def _calibrations_in_detail(connection: Connection) -> None:
    """Version 1 had the table, but nothing that wrote to it."""
    connection.exec_driver_sql(
        "ALTER TABLE calibrations ADD COLUMN detail TEXT DEFAULT '{}' NOT NULL"
    )


def _thumbnails(connection: Connection) -> None:
    """Version 2 knew nobody by sight, and counted each face of a photo like a photo."""
    connection.exec_driver_sql(
        "ALTER TABLE meta ADD COLUMN portraits BOOLEAN DEFAULT 1 NOT NULL "
        "CHECK (portraits IN (0, 1))"
    )
    connection.exec_driver_sql(
        "CREATE TABLE thumbnails (person_id INTEGER NOT NULL, face_id INTEGER NOT NULL, "
        "jpeg BLOB NOT NULL, PRIMARY KEY (person_id), "
        "FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE, "
        "FOREIGN KEY(face_id) REFERENCES faces (id) ON DELETE CASCADE)"
    )
    connection.exec_driver_sql("CREATE INDEX ix_thumbnails_face_id ON thumbnails (face_id)")


def _masks(connection: Connection) -> None:
    """Version 3 did not look whether anybody wears a mask: of its faces that is not known."""
    connection.exec_driver_sql(
        "ALTER TABLE meta ADD COLUMN no_mask BOOLEAN DEFAULT 0 NOT NULL CHECK (no_mask IN (0, 1))"
    )
    connection.exec_driver_sql(
        "ALTER TABLE faces ADD COLUMN mask TEXT CHECK (mask IN ('none', 'worn', 'wrong'))"
    )
    connection.exec_driver_sql("ALTER TABLE templates ADD COLUMN masked INTEGER DEFAULT 0 NOT NULL")
    connection.exec_driver_sql(
        "CREATE INDEX templates_all_masked ON templates (person_id) WHERE masked = members"
    )


def _renew_templates(connection: Connection) -> None:
    """Make those templates anew to which a photo gave several faces.

    That is for files before version 3, but it needs today's tables.
    """
    from kith.gallery.reading import contract
    from kith.gallery.writing import renew_template

    pinned = contract(connection)
    several = connection.exec_driver_sql(
        "SELECT DISTINCT person_id FROM photos "
        "JOIN faces ON faces.photo_id = photos.id GROUP BY photos.id HAVING count(*) > 1"
    )
    for person in several.scalars().all():
        if pinned is not None:
            renew_template(connection, person, pinned.dimension)


STEPS: dict[int, Callable[[Connection], None]] = {
    2: _calibrations_in_detail,
    3: _thumbnails,
    4: _masks,
}
"""The step that turns version n − 1 into n, under n; the first possible n is 2."""


def latest() -> int:
    """Return the schema version that this kith writes."""
    return 1 + len(STEPS)


def version(connection: Connection, path: Path) -> int:
    """Return the schema version of an open file; 0 for one that is still blank.

    Raises:
        GalleryUnreadable: a SQLite file that is not a gallery.
        GalleryTooNew: written by a newer kith.
    """
    shown = printable(str(path))
    application = _pragma(connection, "PRAGMA application_id")
    found = _pragma(connection, "PRAGMA user_version")
    kinds = set(connection.exec_driver_sql("SELECT type FROM sqlite_schema").scalars())
    if application == 0 and found == 0 and not kinds:
        return 0
    if application != APPLICATION_ID or found < 1:
        raise GalleryUnreadable(f"{shown} is a database of another program: name a kith gallery")
    if kinds & {"trigger", "view"}:
        # Nothing that kith made: a trigger could bring a forgotten person back.
        raise GalleryUnreadable(f"{shown} holds triggers or views that kith did not make")
    if found > latest():
        raise GalleryTooNew(
            f"{shown} has format {found}, this kith {__version__} reads up to {latest()}: "
            "update kith"
        )
    return found


def create(connection: Connection) -> None:
    """Make today's tables in a blank file, inside the caller's transaction."""
    from kith.gallery import schema

    schema.metadata.create_all(connection, checkfirst=False)
    connection.execute(
        schema.meta.insert().values(
            id=1,
            schema_version=latest(),
            created=now(),
            kith_version=__version__,
            changes=0,
            unscrubbed=False,
        )
    )
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {latest()}")


def bring_up_to_date(connection: Connection, path: Path) -> None:
    """Give the file today's tables, inside the caller's transaction.

    Raises:
        GalleryUnreadable: a SQLite file that is not a gallery.
        GalleryTooNew: written by a newer kith.
    """
    from kith.gallery import schema

    have = version(connection, path)
    if have == 0:
        create(connection)
        return
    for number in range(have + 1, latest() + 1):
        STEPS[number](connection)
    if have < 3:
        _renew_templates(connection)
    if have < latest():
        connection.execute(
            schema.meta.update().values(
                schema_version=latest(), kith_version=__version__, changes=schema.meta.c.changes + 1
            )
        )
        connection.exec_driver_sql(f"PRAGMA user_version = {latest()}")


def now() -> str:
    """Return the time, UTC, in ISO 8601 to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pragma(connection: Connection, statement: str) -> int:
    return int(connection.exec_driver_sql(statement).scalar_one())
