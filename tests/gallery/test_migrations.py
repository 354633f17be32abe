from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from kith._version import __version__
from kith.errors import GalleryReadOnly, GalleryTooNew
from kith.gallery import migrations
from kith.gallery.store import GalleryStore

from .people import CONTRACT, photos_of

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection


@pytest.fixture
def old(path: Path) -> Path:
    """A gallery of version 1 with somebody in it."""
    with GalleryStore.open(path, create=True) as store:
        store.add("Ada", photos_of(1, 3), CONTRACT)
    return path


def second(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE people ADD COLUMN note TEXT NOT NULL DEFAULT ''")
    connection.exec_driver_sql("UPDATE people SET note = 'brought along'")


def failing(connection: Connection) -> None:
    connection.exec_driver_sql("DELETE FROM people")
    raise KeyboardInterrupt


def versions(path: Path) -> tuple[int, int, str]:
    connection = sqlite3.connect(path)
    (user,) = connection.execute("PRAGMA user_version").fetchone()
    version, kith = connection.execute("SELECT schema_version, kith_version FROM meta").fetchone()
    connection.close()
    return user, version, kith


def test_a_new_file_is_of_the_latest_version(old: Path) -> None:
    assert versions(old) == (1, 1, __version__)
    assert migrations.latest() == 1
    assert old.read_bytes()[68:72] == b"kith"


def test_an_older_file_is_brought_up(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "STEPS", {2: second})
    with GalleryStore.open(old) as store:
        assert versions(old) == (2, 2, __version__)
        with store.database.read() as connection:
            notes = connection.exec_driver_sql("SELECT note FROM people").scalars().all()
        assert notes == ["brought along"]
        assert store.show("Ada").summary.photos == 3
        assert store.check() == []
        assert store.templates.change_counter() == 2
    with GalleryStore.open(old):
        assert versions(old) == (2, 2, __version__)


def test_an_interrupted_step_leaves_the_old_file(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "STEPS", {2: second, 3: failing})
    with pytest.raises(KeyboardInterrupt):
        GalleryStore.open(old)
    assert versions(old) == (1, 1, __version__)
    monkeypatch.setattr(migrations, "STEPS", {2: second, 3: lambda connection: None})
    with GalleryStore.open(old) as store:
        assert versions(old) == (3, 3, __version__)
        assert store.check() == []


def test_an_older_file_for_reading_only(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "STEPS", {2: second})
    with pytest.raises(GalleryReadOnly, match="older format: open it for writing once"):
        GalleryStore.open(old, read_only=True)
    assert versions(old) == (1, 1, __version__)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_file_is_refused(
    old: Path, monkeypatch: pytest.MonkeyPatch, read_only: bool
) -> None:
    monkeypatch.setattr(migrations, "STEPS", {2: second})
    GalleryStore.open(old).close()
    monkeypatch.undo()
    before = old.read_bytes()
    with pytest.raises(GalleryTooNew, match=r"has format 2, .* reads up to 1: update kith"):
        GalleryStore.open(old, read_only=read_only)
    assert old.read_bytes() == before
