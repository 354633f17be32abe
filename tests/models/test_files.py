from __future__ import annotations

import os
import stat
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from kith.errors import ModelUnavailable
from kith.models import files
from kith.models.files import locked, place, slug, sweep, temporary_file

if TYPE_CHECKING:
    import pytest


def test_a_key_has_one_file_name_of_its_own() -> None:
    keys = ["a b", "a-b", "a/b", "../../etc/passwd", "x" * 400, "Ünïcode"]
    names = [slug(key) for key in keys]
    assert len(set(names)) == len(keys)
    assert all(name == Path(name).name and len(name) < 60 for name in names)


def test_one_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []

    def work() -> None:
        with locked(tmp_path, "key"):
            inside.append(1)
            assert sum(inside) == 1
            time.sleep(0.02)
            inside.append(-1)

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(inside) == 10


def test_waiting_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_WAIT_SECONDS", 0.05)
    blocked: list[Exception] = []

    def work() -> None:
        try:
            with locked(tmp_path, "key"):
                pass
        except ModelUnavailable as error:
            blocked.append(error)

    with locked(tmp_path, "key"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert "another process has been fetching key" in str(blocked[0])


def test_a_temporary_file_goes_away_or_takes_its_place(tmp_path: Path) -> None:
    with temporary_file(tmp_path) as path:
        path.write_bytes(b"dropped")
    assert not list(tmp_path.iterdir())
    target = tmp_path / "target"
    target.write_bytes(b"old")
    with temporary_file(tmp_path) as path:
        path.write_bytes(b"new")
        place(path, target)
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]
    if sys.platform != "win32":
        assert stat.S_IMODE(target.stat().st_mode) == 0o644


def test_leftovers_of_the_dead_go_and_those_of_the_living_stay(tmp_path: Path) -> None:
    (tmp_path / ".new-folder").mkdir()
    for name in (".new-folder/x", ".new-old", "old.part", ".hidden.part", "kept.onnx"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1, 1))
    os.utime(tmp_path / ".new-folder", (1, 1))
    (tmp_path / ".new-now").touch()
    (tmp_path / "now.part").touch()
    sweep(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {".new-now", "now.part", "kept.onnx"}
