from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kith.errors import (
    GalleryBusy,
    GalleryError,
    GalleryFull,
    GalleryReadOnly,
    GalleryUnreadable,
    OptionError,
    UnknownPerson,
)
from kith.gallery import connections, migrations, schema
from kith.gallery.database import Database
from kith.gallery.store import GalleryStore

from .people import CONTRACT, photo, photos_of
from .version1 import version_1

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]


NO_TEXT = pytest.param(
    "bytes \udcff", marks=pytest.mark.skipif(sys.platform != "linux", reason="names are text here")
)


def filled(path: Path, people: int = 3) -> None:
    with GalleryStore.open(path, create=True) as store:
        for number in range(people):
            store.add(f"Person {number}", photos_of(number + 1, 4), CONTRACT)


def one_line(error: BaseException) -> str:
    text = str(error)
    assert text
    assert "\n" not in text
    return text


def test_a_missing_file_is_made_by_the_first_change_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "people.kith"
    with GalleryStore.open(path, create=True) as store:
        assert not store.exists
        assert store.count() == 0
        assert store.contract() is None
        assert list(store.people()) == []
        assert store.known_digests(["00" * 32]) == set()
        assert store.check() == []
        with pytest.raises(UnknownPerson):
            store.forget("Ada")
        assert list(tmp_path.iterdir()) == []
        store.add("Ada", [photo(1)], CONTRACT)
        assert store.exists
        assert [person.name for person in store.people()] == ["Ada"]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        journal = path.with_name("people.kith-wal")
        assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["people.kith"]


@pytest.mark.parametrize("empty", [False, True])
def test_a_missing_or_empty_file_is_no_gallery(path: Path, empty: bool) -> None:
    if empty:
        path.touch()
    for options in ({}, {"read_only": True}, {"read_only": True, "create": True}):
        with pytest.raises(GalleryError, match=r"no gallery at .*: enrol somebody first") as error:
            GalleryStore.open(path, **options)
        assert "people.kith" in one_line(error.value)
    assert path.exists() == empty


def test_an_empty_file_becomes_a_gallery(path: Path) -> None:
    path.touch(mode=0o600)
    filled(path)
    with GalleryStore.open(path) as store:
        assert store.count() == 3


def test_how_sqlite_is_asked_to_work(store: GalleryStore) -> None:
    store.add("Ada", [photo(1)], CONTRACT)
    writer = store.database._writer
    assert writer is not None

    def ask(name: str) -> object:
        return writer.exec_driver_sql(f"PRAGMA {name}").scalar_one()

    assert ask("journal_mode") == "wal"
    assert ask("synchronous") == 2
    assert ask("foreign_keys") == 1
    assert ask("secure_delete") == 1
    assert ask("trusted_schema") == 0
    assert ask("application_id") == migrations.APPLICATION_ID
    assert ask("user_version") == migrations.latest()


def interrupted(store: GalleryStore) -> None:
    with store.database.write() as connection:
        connection.execute(schema.people.delete())
        raise KeyboardInterrupt


def test_an_exception_undoes_the_whole_change(store: GalleryStore) -> None:
    store.add("Ada", [photo(1)], CONTRACT)
    before = store.templates.change_counter()
    with pytest.raises(KeyboardInterrupt):
        interrupted(store)
    assert store.count() == 1
    assert store.templates.change_counter() == before
    assert store.add("Ada", [photo(2)], CONTRACT).added
    assert store.check() == []


def test_only_a_change_moves_the_counter(store: GalleryStore) -> None:
    counters = [store.templates.change_counter()]

    def moved() -> bool:
        counters.append(store.templates.change_counter())
        return counters[-1] > counters[-2]

    store.add("Ada", [photo(1)], CONTRACT)
    assert moved()
    store.add("Ada", [photo(1)], CONTRACT)
    assert not moved()
    store.rename("Ada", "Ada")
    assert not moved()
    store.rename("Ada", "Bo")
    assert moved()
    store.forget("Bo")
    assert moved()


def test_another_connection_sees_a_change(path: Path, store: GalleryStore) -> None:
    with GalleryStore.open(path, create=True) as other:
        assert other.templates.change_counter() == 0
        store.add("Ada", [photo(1)], CONTRACT)
        assert other.templates.change_counter() == 1
        assert [person.name for person in other.people()] == ["Ada"]
        other.add("Bo", [photo(2)], CONTRACT)
        assert store.templates.change_counter() == 2


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database, and longer than a header of one hundred bytes " * 40)


def short_garbage(path: Path) -> None:
    path.write_bytes(b"Ada, Bo")


def broken_header(path: Path) -> None:
    filled(path)
    with path.open("r+b") as file:
        file.write(b"\xff" * 64)


def another_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE people (id INTEGER, name TEXT)")
    connection.close()


def another_application(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA application_id = 252006673")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("CREATE TABLE meta (id INTEGER)")
    connection.close()


def with_trigger(path: Path) -> None:
    filled(path)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TRIGGER back AFTER DELETE ON people BEGIN "
            "INSERT INTO people VALUES (old.id, old.name, old.name_key, old.created); END"
        )
    connection.close()


def without_tables(path: Path) -> None:
    filled(path)
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE templates")
    connection.execute("DROP TABLE contract")
    connection.close()


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def below_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("a file")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (garbage, "is not a kith gallery"),
        (short_garbage, "is not a kith gallery"),
        (broken_header, "is not a kith gallery"),
        (another_database, "another program"),
        (another_application, "another program"),
        (with_trigger, "triggers"),
        (folder, "is a folder: name a file in it"),
        (pipe, "not a regular file"),
    ],
)
@pytest.mark.parametrize("options", [{}, {"create": True}, {"read_only": True}])
def test_what_is_not_a_gallery(
    tmp_path: Path,
    spoil: Callable[[Path], None],
    words: str,
    options: dict[str, bool],
) -> None:
    path = tmp_path / "file.kith"
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(GalleryUnreadable, match=words) as error:
        GalleryStore.open(path, **options)
    assert "file.kith" in one_line(error.value)
    if before:
        assert path.read_bytes() == before  # and it stays as it was


def test_below_a_file_there_is_no_gallery(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    store = GalleryStore.open(tmp_path / "file" / "people.kith", create=True)
    with store, pytest.raises(GalleryUnreadable, match="its folder is a file"):
        store.add("Ada", [photo(1)], CONTRACT)


@pytest.mark.parametrize("path", ["nul\0.kith", "x" * 5000])
def test_paths_that_cannot_be(path: str) -> None:
    with pytest.raises(GalleryUnreadable) as error:
        GalleryStore.open(path, create=True)
    one_line(error.value)


@pytest.mark.parametrize(
    "name", ["a?mode=memory", "a#b", "a%20b", "Ünïcode 人", "a b'\"c", ":memory:", NO_TEXT]
)
def test_file_names_are_taken_as_they_are(tmp_path: Path, name: str) -> None:
    filled(tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    with GalleryStore.open(tmp_path / name, read_only=True) as store:
        assert store.count() == 3


@pytest.mark.parametrize("seconds", [-1, float("nan"), 1e9])
def test_patience_is_a_sane_number(path: Path, seconds: float) -> None:
    with pytest.raises(OptionError, match="busy_seconds"):
        GalleryStore.open(path, create=True, busy_seconds=seconds)


def test_damage_in_the_middle_is_told(path: Path) -> None:
    filled(path, people=40)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192 * 2)
        file.write(os.urandom(size - 8192 * 3))
    with GalleryStore.open(path) as store:
        assert store.check()
        with pytest.raises(GalleryUnreadable, match=r"damaged|laid out"):
            [store.show(person.name) for person in store.people()]


def test_a_truncated_file_is_told(path: Path) -> None:
    filled(path, people=40)
    with path.open("r+b") as file:
        file.truncate(8192 * 4)
    try:
        with GalleryStore.open(path) as store:
            assert store.check()
    except GalleryUnreadable as error:
        one_line(error)


def test_lost_tables_are_told(path: Path) -> None:
    without_tables(path)
    with GalleryStore.open(path) as store:
        with pytest.raises(GalleryUnreadable, match="not laid out"):
            store.count()
        assert store.check()


def test_a_locked_gallery_is_busy_and_soon_says_so(path: Path) -> None:
    filled(path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with GalleryStore.open(path, busy_seconds=0.2) as store:
            assert store.count() == 3  # reading goes on
            start = time.monotonic()
            with pytest.raises(GalleryBusy, match="another process: try again") as error:
                store.add("Ada", [photo(1)], CONTRACT)
            assert time.monotonic() - start < 2
            one_line(error.value)
            holder.execute("ROLLBACK")
            assert store.add("Ada", [photo(1)], CONTRACT).added
    finally:
        holder.close()


def test_another_threads_long_change_is_busy_too(path: Path) -> None:
    with GalleryStore.open(path, create=True, busy_seconds=0.1) as store:
        store.add("Ada", [photo(1)], CONTRACT)
        inside, leave = threading.Event(), threading.Event()

        def long_change() -> None:
            with store.database.write():
                inside.set()
                leave.wait(10)

        thread = threading.Thread(target=long_change)
        thread.start()
        inside.wait(10)
        try:
            assert store.count() == 1
            with pytest.raises(GalleryBusy, match="another thread"):
                store.add("Bo", [photo(2)], CONTRACT)
        finally:
            leave.set()
            thread.join()


def test_threads_share_a_store(store: GalleryStore) -> None:
    failures: list[BaseException] = []

    def enrol(number: int) -> None:
        try:
            for index in range(10):
                store.add(f"Person {number}", [photo(100 * number + index)], CONTRACT)
                assert store.find(f"Person {number}").photos == index + 1
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=enrol, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [person.photos for person in store.people()] == [10] * 4
    assert store.check() == []


def test_read_only_is_read_only(path: Path) -> None:
    filled(path)
    before = path.read_bytes()
    with GalleryStore.open(path, read_only=True) as store:
        assert store.count() == 3
        assert store.check() == []
        for change in (
            lambda: store.add("Ada", [photo(1)], CONTRACT),
            lambda: store.forget("Person 1"),
            lambda: store.rename("Person 1", "Ada"),
            store.scrub,
        ):
            with pytest.raises(GalleryReadOnly, match="reading only") as error:
                change()
            one_line(error.value)
    assert path.read_bytes() == before


AS_SOMEBODY = """
import os, sys, tempfile
from kith.errors import KithError
from kith.gallery.store import GalleryStore
from tests.gallery.people import CONTRACT, photo
with tempfile.TemporaryDirectory() as folder:  # imports what is imported late
    with GalleryStore.open(folder + "/people.kith", create=True) as store:
        store.add("Ada", [photo(1)], CONTRACT)
if os.geteuid() == 0:
    os.setuid(65534)  # permissions do not apply to root
try:
    with GalleryStore.open(sys.argv[1], create=True) as store:
        print("people", store.count(), len(store.check()), flush=True)
        store.add("Ada", [photo(1)], CONTRACT)
        print("added")
except KithError as error:
    print(type(error).__name__, error)
"""


def as_somebody(path: Path) -> list[str]:
    """Use a gallery as a user whom permissions apply to."""
    for place in (Path(sys.prefix), ROOT):
        if os.geteuid() == 0 and not all(p.stat().st_mode & 0o001 for p in (place, *place.parents)):
            pytest.skip(f"other users cannot reach {place}, and so not import from it")
    done = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY, str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.fixture
def open_folder() -> object:
    """Give a folder that every user may reach, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "reads", "error"),
    [
        (0o444, 0o555, True, "GalleryReadOnly"),
        (0o444, 0o777, True, "GalleryReadOnly"),
        (0o666, 0o555, True, "GalleryReadOnly"),
        (0o000, 0o777, False, "GalleryUnreadable"),
    ],
)
def test_permissions(
    open_folder: Path, file_mode: int, folder_mode: int, reads: bool, error: str
) -> None:
    path = open_folder / "people.kith"
    filled(path)
    path.chmod(file_mode)
    open_folder.chmod(folder_mode)
    try:
        lines = as_somebody(path)
    finally:
        open_folder.chmod(0o755)
    assert (lines[0] == "people 3 0") == reads
    assert lines[-1].startswith(error)
    assert "permissions" in lines[-1] or "Permission" in lines[-1]
    assert len(lines) == 2 if reads else 1


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o777), (0o666, 0o555)])
def test_an_older_format_that_cannot_be_brought_up_to_date(
    open_folder: Path, file_mode: int, folder_mode: int
) -> None:
    path = open_folder / "people.kith"
    version_1(path)
    path.chmod(file_mode)
    open_folder.chmod(folder_mode)
    try:
        [line] = as_somebody(path)
    finally:
        open_folder.chmod(0o755)
    assert line.startswith("GalleryReadOnly")
    assert line.endswith("older kith: open it once where it can be written, or a copy of it")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_folder_that_may_not_be_written_gets_no_gallery(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    lines = as_somebody(open_folder / "people.kith")
    open_folder.chmod(0o755)
    assert lines[0] == "people 0 0"
    assert lines[1].startswith("GalleryReadOnly")


def test_an_immutable_look_notices_that_the_file_was_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(path)
    real = connections.connect

    def no_journal(file: Path, mode: str, busy: float, *, immutable: bool = False) -> object:
        if not immutable:
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error
        return real(file, "ro", busy, immutable=True)

    monkeypatch.setattr(connections, "connect", no_journal)
    with GalleryStore.open(path, read_only=True) as store:
        assert store.count() == 3
        monkeypatch.undo()
        with GalleryStore.open(path) as other:
            other.forget("Person 1")
        monkeypatch.setattr(connections, "connect", no_journal)
        assert store.count() == 2


def test_a_full_disk_undoes_the_change(store: GalleryStore) -> None:
    store.add("Ada", photos_of(1, 4), CONTRACT)
    writer = store.database._writer
    assert writer is not None
    pages = writer.exec_driver_sql("PRAGMA page_count").scalar_one()
    writer.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    many = [photo(number) for number in range(10_000, 12_000)]
    with pytest.raises(GalleryFull, match="free some space; nothing was changed") as error:
        store.add("Bo", many, CONTRACT)
    one_line(error.value)
    assert store.count() == 1
    assert store.check() == []
    writer.exec_driver_sql("PRAGMA max_page_count = 1073741823")
    assert len(store.add("Bo", many, CONTRACT).added) == 2000


@pytest.mark.skipif(
    not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("mount")),
    reason="mounting needs root",
)
def test_a_really_full_disk(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("mounting is not permitted here")
    try:
        path = small / "people.kith"
        with GalleryStore.open(path, create=True) as store:
            store.add("Ada", photos_of(1, 4), CONTRACT)
            with pytest.raises((GalleryFull, GalleryUnreadable), match="space"):
                [store.add(f"Person {n}", photos_of(n, 500), CONTRACT) for n in range(2, 100)]
            kept = store.count()
            assert kept >= 1
        with GalleryStore.open(path) as store:
            assert store.count() == kept
            assert store.check() == []
        nothing_left = small / "other.kith"
        (small / "filler").write_bytes(b"\0" * (os.statvfs(small).f_bavail * 4096))
        with (
            GalleryStore.open(nothing_left, create=True) as store,
            pytest.raises((GalleryFull, GalleryUnreadable), match="space"),
        ):
            store.add("Ada", [photo(1)], CONTRACT)
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_closed_is_closed(path: Path) -> None:
    filled(path)
    store = GalleryStore.open(path)
    store.close()
    store.close()
    with pytest.raises(GalleryError, match="is closed: open it again"):
        store.count()
    with pytest.raises(GalleryError, match="is closed: open it again"):
        store.add("Ada", [photo(1)], CONTRACT)


@pytest.mark.parametrize("instead", [False, True])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps open files")
def test_a_file_that_is_gone_or_replaced_is_told(path: Path, instead: bool) -> None:
    filled(path)
    with GalleryStore.open(path) as store:
        assert store.count() == 3
        path.rename(path.with_name("away"))
        if instead:
            filled(path, people=1)
        with pytest.raises(GalleryUnreadable, match="moved, replaced or deleted"):
            store.count()
        with pytest.raises(GalleryUnreadable, match="moved, replaced or deleted"):
            store.add("Ada", [photo(1)], CONTRACT)


def test_the_path_is_fixed_when_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with GalleryStore.open("people.kith", create=True) as store:
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        store.add("Ada", [photo(1)], CONTRACT)
        assert store.path == tmp_path / "people.kith"
    assert (tmp_path / "people.kith").exists()


def test_turning_the_journal_on_is_waited_for(path: Path) -> None:
    """It needs the file for itself, for which SQLite does not wait on its own."""
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("PRAGMA page_size = 8192")
    holder.execute("VACUUM")  # a file without tables
    holder.execute("BEGIN IMMEDIATE")
    database = Database(path, create=True, busy_seconds=0.1)
    with pytest.raises(GalleryBusy), database.write():
        pass
    database.close()
    release = threading.Timer(0.3, lambda: holder.execute("ROLLBACK"))
    release.start()
    with GalleryStore.open(path, create=True, busy_seconds=10) as store:
        store.add("Ada", [photo(1)], CONTRACT)
        assert store.count() == 1
    release.join()
    holder.close()


def test_what_a_killed_process_had_not_committed_leaves_the_log(tmp_path: Path) -> None:
    path = tmp_path / "people.kith"
    filled(path)
    secret = b"Whoever Was Never Kept"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA cache_size = 1")  # so that pages reach the log before any commit
    writer.execute("BEGIN IMMEDIATE")
    row = "INSERT INTO people (name, name_key, created) VALUES (?, ?, '')"
    writer.executemany(row, [(f"{secret.decode()} {n}", "x" * 300) for n in range(500)])
    killed = tmp_path / "killed"
    killed.mkdir()
    for file in (path, path.with_name(f"{path.name}-wal")):
        shutil.copy(file, killed / file.name)
    writer.execute("ROLLBACK")
    writer.close()
    log = killed / f"{path.name}-wal"
    assert secret in log.read_bytes()
    with GalleryStore.open(killed / path.name) as store:
        store.rename("Person 0", "Ada")
        assert secret not in log.read_bytes()
        assert {person.name for person in store.people()} == {"Ada", "Person 1", "Person 2"}


@pytest.mark.parametrize("read_only", [True, False])
def test_a_schema_that_is_no_text_is_damage(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "people.kith"
    filled(path)
    content = bytearray(path.read_bytes())
    place = content.index(b"CREATE TABLE people")
    content[place + 7 : place + 12] = b"\xff" * 5
    path.write_bytes(content)
    with (
        pytest.raises(GalleryUnreadable) as refused,
        GalleryStore.open(path, read_only=read_only) as store,
    ):
        list(store.people())
    assert "is damaged: restore a copy" in one_line(refused.value)
