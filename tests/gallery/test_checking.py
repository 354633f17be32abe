from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.gallery.store import GalleryStore

from .people import CONTRACT, photo, photos_of

if TYPE_CHECKING:
    from pathlib import Path

HALF = np.full(32, 0.5, "<f4").tobytes()
UNIT = np.eye(32, dtype="<f4")[0].tobytes()


@pytest.fixture
def good(path: Path) -> Path:
    with GalleryStore.open(path, create=True) as store:
        store.add("Ada", [*photos_of(1, 5), photo(9)], CONTRACT)
        store.add("Bo", photos_of(2, 3), CONTRACT)
    return path


def problems(path: Path, *statements: tuple[str, tuple[object, ...]]) -> list[str]:
    connection = sqlite3.connect(path)
    for statement, values in statements:
        connection.execute(statement, values)
    connection.commit()
    connection.close()
    with GalleryStore.open(path) as store:
        return store.check()


def test_a_good_gallery(good: Path) -> None:
    assert problems(good) == []


@pytest.mark.parametrize(
    ("statement", "values", "found"),
    [
        ("UPDATE faces SET embedding = ? WHERE id = 2", (HALF,), "Ada: an embedding is not a unit"),
        ("UPDATE faces SET embedding = ? WHERE id = 2", (HALF[:-4],), "Ada: .* 32 numbers long"),
        ("UPDATE faces SET embedding = ? WHERE id = 2", ("text",), "Ada: .* 32 numbers long"),
        ("UPDATE faces SET embedding = ? WHERE id = 2", (UNIT,), "Ada: "),
        ("UPDATE templates SET vector = ? WHERE person_id = 2", (UNIT,), "Bo: .* not the mean"),
        ("UPDATE templates SET vector = ? WHERE person_id = 2", (b"",), "Bo: .* is damaged"),
        ("UPDATE templates SET members = 9 WHERE person_id = 2", (), "Bo: outliers"),
        ("UPDATE faces SET member = 0 WHERE id = 1", (), "Ada: outliers"),
        ("DELETE FROM templates WHERE person_id = 2", (), "2 people but 1 templates"),
        ("DELETE FROM faces WHERE photo_id = 1", (), "1 photos have no face"),
        ("DELETE FROM photos WHERE person_id = 2", (), "belongs to nothing in photos"),
        ("DELETE FROM people WHERE id = 2", (), "belongs to nothing in people"),
        ("DELETE FROM contract", (), "no embedding contract"),
        ("UPDATE people SET name = ' Ada' WHERE id = 1", (), "not kept in its normal form"),
        ("UPDATE people SET name_key = 'x' WHERE id = 1", (), "not kept in its normal form"),
        ("UPDATE people SET name = ? WHERE id = 1", ("A\nda",), "control character"),
        ("UPDATE meta SET unscrubbed = 1", (), "free pages"),
    ],
)
def test_what_is_wrong_is_said(
    good: Path, statement: str, values: tuple[object, ...], found: str
) -> None:
    import re

    lines = problems(good, (statement, values))
    assert any(re.search(found, line) for line in lines), lines
    assert all(line.isprintable() for line in lines)


def test_a_damaged_index_is_found(good: Path) -> None:
    lines = problems(
        good,
        ("PRAGMA writable_schema = ON", ()),
        ("UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema "
         "WHERE name = 'people_by_key') WHERE name = 'photos_by_digest'", ()),
    )  # fmt: skip
    assert lines
