"""A gallery as the third version of the file had it, made without the code of today."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from .version2 import version_2

if TYPE_CHECKING:
    from pathlib import Path

TABLES = """
ALTER TABLE meta ADD COLUMN portraits BOOLEAN DEFAULT 1 NOT NULL CHECK (portraits IN (0, 1));
CREATE TABLE thumbnails (
    person_id INTEGER NOT NULL, face_id INTEGER NOT NULL, jpeg BLOB NOT NULL,
    PRIMARY KEY (person_id),
    FOREIGN KEY(person_id) REFERENCES people (id) ON DELETE CASCADE,
    FOREIGN KEY(face_id) REFERENCES faces (id) ON DELETE CASCADE);
CREATE INDEX ix_thumbnails_face_id ON thumbnails (face_id);
UPDATE meta SET schema_version = 3;
PRAGMA user_version = 3;
"""


def version_3(path: Path) -> None:
    """Write a gallery with Ada, of whom there are three photos."""
    version_2(path)
    file = sqlite3.connect(path)
    file.executescript(TABLES)
    file.close()
