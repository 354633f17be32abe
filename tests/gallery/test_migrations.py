from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from kith._version import __version__
from kith.errors import GalleryReadOnly, GalleryTooNew
from kith.gallery import migrations
from kith.gallery.records import ThumbnailReport
from kith.gallery.store import GalleryStore

from .people import CONTRACT, digest, lookalikes, photos_of
from .version1 import KITH, THEN, version_1
from .version2 import version_2
from .version3 import version_3

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection


LATEST = 4
NEXT = LATEST + 1


@pytest.fixture
def first(path: Path) -> Path:
    """A gallery of the first version with somebody in it."""
    version_1(path)
    return path


@pytest.fixture
def old(path: Path) -> Path:
    """A gallery of today with somebody in it."""
    with GalleryStore.open(path, create=True) as store:
        store.add("Ada", photos_of(1, 3), CONTRACT)
    return path


def another(connection: Connection) -> None:
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


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return what each table's columns are."""
    connection = sqlite3.connect(path)
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    found = {
        name: connection.execute(f"PRAGMA table_info({name})").fetchall()
        for (name,) in names
        if not name.startswith("sqlite_")
    }
    connection.close()
    return found


def indexes(path: Path) -> set[tuple[str, str]]:
    """Return which columns of which table each index is of."""
    connection = sqlite3.connect(path)
    found = connection.execute(
        "SELECT tbl_name, substr(sql, instr(sql, '(')) FROM sqlite_schema WHERE type = 'index' "
        "AND sql IS NOT NULL"
    ).fetchall()
    connection.close()
    return {(table, columns) for table, columns in found}


def test_a_new_file_is_of_the_latest_version(old: Path) -> None:
    assert versions(old) == (LATEST, LATEST, __version__)
    assert migrations.latest() == LATEST
    assert old.read_bytes()[68:72] == b"kith"


def test_the_first_version_is_brought_up_to_todays_tables(first: Path, tmp_path: Path) -> None:
    assert versions(first) == (1, 1, KITH)
    with GalleryStore.open(first) as store:
        assert versions(first) == (LATEST, LATEST, __version__)
        assert store.show("Ada").summary.photos == 3
        assert store.check() == []
    new = tmp_path / "new.kith"
    with GalleryStore.open(new, create=True) as store:
        store.add("Ada", photos_of(1, 3), CONTRACT)
    assert tables(first) == tables(new)


def test_the_second_version_is_brought_up_to_todays_tables(path: Path, tmp_path: Path) -> None:
    version_2(path)
    assert versions(path) == (2, 2, KITH)
    with GalleryStore.open(path) as store:
        assert store.thumbnail("Ada") is None
        assert versions(path) == (LATEST, LATEST, __version__)
        assert store.thumbnail_report() == ThumbnailReport(kept=True, people=0)
        assert store.check() == []
        store.add("Ada", photos_of(2, 1), CONTRACT)
        store.forget("Ada")
    new = tmp_path / "new.kith"
    with GalleryStore.open(new, create=True) as store:
        store.add("Ada", photos_of(1, 3), CONTRACT)
    assert tables(path) == tables(new)


def test_the_third_version_is_brought_up_to_todays_tables(path: Path, tmp_path: Path) -> None:
    version_3(path)
    assert versions(path) == (3, 3, KITH)
    with GalleryStore.open(path) as store:
        assert versions(path) == (LATEST, LATEST, __version__)
        assert not store.no_mask()
        faces = [face for photo in store.show("Ada").photos for face in photo.faces]
        assert [face.mask for face in faces] == [None] * 3  # nobody looked
        assert store.check() == []
        store.add("Ada", photos_of(2, 1), CONTRACT)
        store.set_no_mask(True)
        assert store.no_mask()
    new = tmp_path / "new.kith"
    with GalleryStore.open(new, create=True) as store:
        store.add("Ada", photos_of(1, 3), CONTRACT)
    assert tables(path) == tables(new)
    assert indexes(path) == indexes(new)


@pytest.mark.parametrize("before", [version_1, version_2, version_3])
def test_todays_constraints_hold_in_an_old_file(path: Path, before: Callable[[Path], None]) -> None:
    before(path)
    with GalleryStore.open(path) as store, store.database.write() as connection:
        for statement in (
            "UPDATE meta SET portraits = 2",
            "INSERT INTO thumbnails VALUES (1, 99, x'00')",
            "INSERT INTO thumbnails VALUES (99, 1, x'00')",
            "UPDATE meta SET no_mask = 2",
            "UPDATE faces SET mask = 'scarf'",
            "UPDATE templates SET masked = NULL",
        ):
            with pytest.raises(IntegrityError):
                connection.exec_driver_sql(statement)


def test_the_first_version_killed_on_its_way_is_the_first_version(
    first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "STEPS", {**migrations.STEPS, NEXT: failing})
    with pytest.raises(KeyboardInterrupt):
        GalleryStore.open(first)
    assert versions(first) == (1, 1, KITH)
    assert len(tables(first)["calibrations"]) == 6
    monkeypatch.undo()
    with GalleryStore.open(first) as store:
        assert versions(first) == (LATEST, LATEST, __version__)
        assert store.show("Ada").summary.photos == 3


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_the_third_version_killed_on_its_way_is_the_third_version(path: Path) -> None:
    """By a signal that lets nothing be tidied up, with the new columns there already."""
    version_3(path)
    program = (
        "import os, signal, sys\n"
        "from kith.gallery import migrations\n"
        "from kith.gallery.store import GalleryStore\n"
        "step = migrations.STEPS[4]\n"
        "def killed(connection):\n"
        "    step(connection)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "migrations.STEPS[4] = killed\n"
        "GalleryStore.open(sys.argv[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert versions(path) == (3, 3, KITH)
    assert "mask" not in {column[1] for column in tables(path)["faces"]}
    with GalleryStore.open(path) as store:
        assert versions(path) == (LATEST, LATEST, __version__)
        assert store.check() == []


def test_the_first_version_for_reading_only(first: Path) -> None:
    with pytest.raises(GalleryReadOnly, match="format of an older kith: open it once"):
        GalleryStore.open(first, read_only=True)
    assert versions(first) == (1, 1, KITH)


def test_a_kith_of_the_first_version_refuses_todays_file(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "STEPS", {})
    with pytest.raises(GalleryTooNew, match=r"has format 4, .* reads up to 1: update kith"):
        GalleryStore.open(old)


def test_an_older_file_is_brought_up(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "STEPS", {**migrations.STEPS, NEXT: another})
    with GalleryStore.open(old) as store:
        assert versions(old) == (NEXT, NEXT, __version__)
        with store.database.read() as connection:
            notes = connection.exec_driver_sql("SELECT note FROM people").scalars().all()
        assert notes == ["brought along"]
        assert store.show("Ada").summary.photos == 3
        assert store.check() == []
        assert store.templates.change_counter() == 2
    with GalleryStore.open(old):
        assert versions(old) == (NEXT, NEXT, __version__)


def test_an_interrupted_step_leaves_the_old_file(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = {**migrations.STEPS, NEXT: another}
    monkeypatch.setattr(migrations, "STEPS", {**steps, NEXT + 1: failing})
    with pytest.raises(KeyboardInterrupt):
        GalleryStore.open(old)
    assert versions(old) == (LATEST, LATEST, __version__)
    monkeypatch.setattr(migrations, "STEPS", {**steps, NEXT + 1: lambda _: None})
    with GalleryStore.open(old) as store:
        assert versions(old) == (NEXT + 1, NEXT + 1, __version__)
        assert store.check() == []


def test_an_older_file_for_reading_only(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "STEPS", {**migrations.STEPS, NEXT: another})
    with pytest.raises(GalleryReadOnly, match="format of an older kith: open it once"):
        GalleryStore.open(old, read_only=True)
    assert versions(old) == (LATEST, LATEST, __version__)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_file_is_refused(
    old: Path, monkeypatch: pytest.MonkeyPatch, read_only: bool
) -> None:
    monkeypatch.setattr(migrations, "STEPS", {**migrations.STEPS, NEXT: another})
    GalleryStore.open(old).close()
    monkeypatch.undo()
    before = old.read_bytes()
    told = rf"has format {NEXT}, .* reads up to {LATEST}: update kith"
    with pytest.raises(GalleryTooNew, match=told):
        GalleryStore.open(old, read_only=read_only)
    assert old.read_bytes() == before


def test_a_film_of_an_old_file_counts_like_one_photo_from_now_on(path: Path) -> None:
    """The second version let each of its frames weigh as much as a photo."""
    version_2(path)
    frames = lookalikes(7, 9, 0.95)
    file = sqlite3.connect(path)
    [(points,)] = file.execute("SELECT landmarks FROM faces WHERE id = 1").fetchall()
    file.execute("INSERT INTO photos VALUES (9, 1, ?, 'film.mp4', ?)", (digest(9), THEN))
    for vector in frames:
        blob = vector.astype("<f4").tobytes()
        file.execute(
            "INSERT INTO faces VALUES (NULL, 9, 1, 2, 80, 96, ?, 0.9, 60, 0.4, 0, 0.8, 1, ?)",
            (points, blob),
        )
    file.execute("UPDATE templates SET members = 12")
    file.commit()
    file.close()
    with GalleryStore.open(path) as store:
        assert store.check() == []
        centre = store.templates.by_id([1], 32)[1][0]
        photos = lookalikes(1, 3, 0.6)
        assert float(photos.mean(axis=0) @ centre) > float(frames.mean(axis=0) @ centre)
