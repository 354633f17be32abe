"""A gallery as the second version of the file had it, made without the code of today."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from .version1 import version_1

if TYPE_CHECKING:
    from pathlib import Path


def version_2(path: Path) -> None:
    """Write a gallery with Ada, of whom there are three photos."""
    version_1(path)
    file = sqlite3.connect(path)
    file.execute("ALTER TABLE calibrations ADD COLUMN detail TEXT DEFAULT '{}' NOT NULL")
    file.execute("UPDATE meta SET schema_version = 2")
    file.execute("PRAGMA user_version = 2")
    file.commit()
    file.close()
