"""Ctrl-C and kill -9 amid an enrolment; running it again completes it."""

from __future__ import annotations

import json
import random
import select
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from kith.gallery.store import GalleryStore

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from .conftest import Kith, Spawn

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

KILLS = 10


@pytest.fixture
def people(tmp_path: Path, celebrities: Path) -> Path:
    """Each training photo of the celebrities as a person of its own, and two as one."""
    root = tmp_path / "people"
    root.mkdir()
    for photo in sorted((celebrities / "train").rglob("*.jpg")):
        shutil.copy(photo, root / f"{photo.parent.name} {photo.stem}.jpg")
    (root / "mindy_kaling").mkdir()
    for name in ("mindy_kaling 01.jpg", "mindy_kaling 02.jpg"):
        (root / name).rename(root / "mindy_kaling" / name)
    return root


def acknowledged(lines: list[str]) -> dict[str, int]:
    """Return how many photos of whom the command said are kept; a torn last line says nothing."""
    reports = [json.loads(line) for line in lines if line.endswith("\n")]
    return {one["name"]: one["added"] + one["already"] for one in reports if "name" in one}


def kept(gallery: Path) -> dict[str, int]:
    if not gallery.exists():
        return {}
    with GalleryStore.open(gallery, create=True) as store:
        assert store.check() == []
        return {person.name: person.photos for person in store.people()}


def stop(process: subprocess.Popen[str], how: int, seconds: float) -> list[str]:
    """Send a signal so long after the first word, and return what was said until the end."""
    assert process.stdout is not None
    select.select([process.stdout], [], [], 60)
    time.sleep(seconds)
    process.send_signal(how)
    return process.stdout.readlines()


def whole(spawn: Spawn, people: Path) -> list[dict[str, Any]]:
    done = spawn("enroll", "--folder", people, "--json")
    assert done.code == 0
    return [one for one in done.objects if "name" in one]


def test_killed_again_and_again(spawn: Spawn, people: Path, gallery: Path) -> None:
    chance = random.Random(7)
    said: dict[str, int] = {}
    killed = 0
    for _ in range(KILLS):
        process = spawn.start("enroll", "--folder", people, "--json")
        lines: list[str] = []
        if chance.random() < 0.5:  # amid loading
            time.sleep(chance.uniform(0.1, 0.5))
        else:  # amid photos
            lines = stop(process, signal.SIGKILL, chance.uniform(0, 0.2))
        process.kill()
        out, _ = process.communicate(timeout=60)
        killed += process.returncode == -signal.SIGKILL
        said |= acknowledged([*lines, *out.splitlines(keepends=True)])
        there = kept(gallery)
        assert said.items() <= there.items()
    assert killed >= KILLS // 3
    reports = whole(spawn, people)
    assert len(reports) == 92
    for one in reports:
        assert one["added"] + one["already"] == (2 if one["name"] == "mindy_kaling" else 1)
    complete = kept(gallery)
    assert sum(complete.values()) == 93
    assert said.items() <= complete.items()
    again = whole(spawn, people)
    assert sum(one["added"] for one in again) == 0
    assert kept(gallery) == complete


def test_ctrl_c_keeps_what_was_said(spawn: Spawn, people: Path, gallery: Path, kith: Kith) -> None:
    process = spawn.start("enroll", "--folder", people, "--json")
    lines = stop(process, signal.SIGINT, 0)
    assert process.stderr is not None
    err = process.stderr.read()
    assert process.wait(60) == 130
    assert err == "kith: stopped; what was done is kept; run again for the rest\n"
    process.communicate()
    said = acknowledged(lines)
    there = kept(gallery)
    assert said
    assert said.items() <= there.items()
    assert len(there) < 92
    reports = whole(spawn, people)
    assert sum(one["already"] for one in reports) == sum(there.values())
    assert sum(kept(gallery).values()) == 93
    assert kith.fine("gallery", "check", "--quiet").out == ""


@pytest.mark.parametrize("moment", [0.35, 0.5, 0.7, 0.9])
def test_ctrl_c_at_any_moment(spawn: Spawn, moment: float) -> None:
    process = spawn.start("detect", ".", "--json")
    time.sleep(moment)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in {0, 130, -signal.SIGINT}  # the last after its end has begun
    assert "Traceback" not in err


def test_ctrl_c_twice_ends_it_on_the_spot(spawn: Spawn, people: Path) -> None:
    process = spawn.start("enroll", "--folder", people, "--json")
    assert process.stdout is not None
    select.select([process.stdout], [], [], 60)
    began = time.monotonic()
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.002)
    _, err = process.communicate(timeout=60)
    assert process.returncode in {130, -signal.SIGINT}
    assert time.monotonic() - began < 5
    assert "Traceback" not in err
    assert "terminate" not in err
