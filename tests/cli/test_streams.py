"""Pipes, closed streams, full disks and odd encodings, each in a process of its own."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Spawn

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110


def test_json_is_all_there_is_on_stdout(spawn: Spawn) -> None:
    done = spawn("detect", ".", "nowhere.jpg", "--json")
    assert done.code == 0
    assert len(done.objects) == 6
    assert done.err.splitlines() == [
        "kith: nowhere.jpg: there is no such file or folder",
        "kith: 1 photo of 6 could not be used",
    ]


@pytest.mark.parametrize("command", ["detect . --json | head -n 1", "detect . | head -n 1"])
def test_a_reader_that_has_seen_enough(spawn: Spawn, command: str) -> None:
    done = spawn.shell(f"kith {command}")
    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == 1


def test_a_reader_that_reads_nothing(spawn: Spawn) -> None:
    assert spawn.shell("kith models list --json | true").err == ""


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("kith verify obama.jpg obama2.jpg >&-", 0),
        ("kith verify obama.jpg biden.jpg >&- 2>&- <&-", 1),
        ("kith detect . --json >&-", 0),
        ("kith detect nowhere.jpg 2>&-", 2),
        ("kith --help >&-", 0),
    ],
)
def test_closed_streams(spawn: Spawn, line: str, code: int) -> None:
    done = spawn.shell(line)
    assert (done.code, done.out, done.err) == (code, "", "")


def test_nothing_to_answer_with(spawn: Spawn) -> None:
    done = spawn.shell("kith models accept arcface-mbf --quiet <&-", KITH_HOME=str(spawn.folder))
    assert done.code == 2
    assert done.err.splitlines()[-1].endswith("needs your word: pass --yes")


@full
@pytest.mark.parametrize("command", ["detect . --json", "detect .", "models list", "--help"])
def test_a_full_disk_behind_stdout(spawn: Spawn, command: str) -> None:
    done = spawn.shell(f"kith {command} >/dev/full")
    assert done.code == 2
    assert done.complaint == "the output cannot be written: No space left on device"


@full
def test_a_full_disk_behind_stderr(spawn: Spawn) -> None:
    assert spawn.shell("kith detect nowhere.jpg 2>/dev/full").code == 2
    done = spawn.shell("kith detect nowhere.jpg obama.jpg --json 2>/dev/full")
    assert (done.code, len(done.objects)) == (0, 2)


@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C.UTF-8"},
    ],
    ids=lambda variables: "-".join(variables.values()),
)
def test_names_that_the_terminal_cannot_write(spawn: Spawn, variables: dict[str, str]) -> None:
    names = ["😀.jpg".encode(), b"caf\xe9\xff.jpg"]
    for name in names:
        path = os.path.join(os.fsencode(spawn.folder), name)  # noqa: PTH118
        try:
            with open(path, "wb") as file:  # noqa: PTH123
                file.write((spawn.folder / "obama.jpg").read_bytes())
        except OSError:
            pytest.skip("this file system takes no such name")
    done = spawn.shell("kith detect *.jpg --json", **variables)
    assert (done.code, done.err) == (0, "")
    sources = [json.loads(line)["source"] for line in done.out.splitlines()]
    utf8 = "PYTHONUTF8" not in variables
    encoded = [source.encode("utf-8" if utf8 else "ascii", "surrogateescape") for source in sources]
    assert set(names) <= set(encoded)  # a program gets back the very bytes
    table = spawn.shell("kith detect *.jpg", **variables)
    assert (table.code, table.err) == (0, "")
    assert r"caf\udce9\udcff.jpg" in table.out


def test_a_folder_that_was_deleted_meanwhile(spawn: Spawn) -> None:
    (spawn.folder / "gone").mkdir()
    done = spawn.shell('cd gone && rmdir "$PWD" && kith gallery list --gallery people.kith')
    assert done.code == 2
    assert done.complaint == "the current folder does not exist any more: change to another"
