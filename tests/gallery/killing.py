"""Kill processes that enrol and forget, many times; run by test_killed.py.

One process that has loaded everything forks a child per round. The child works and says through a
pipe what it has done, after each call that returned. It is killed at a random moment, and then
the gallery has to hold exactly what was said, or one change more.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kith.gallery.store import GalleryStore
from kith.types import MaskState

from .people import CONTRACT, digest, photo, raw_bytes
from .pictures import picture

if TYPE_CHECKING:
    from collections.abc import Callable

CHANGES = 10
"""A child lives for as long as so many changes take, at most."""
NAMES = 7
FORGOTTEN = "Zaphod Quentulus"
PICTURE = picture(1)
MASKS = (None, *MaskState)
NEXT = 2_000_000_000
"""A photo of somebody else, which no child ever comes to."""


def main() -> None:
    folder, rounds, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    longest = CHANGES * warm_up(folder / "warm.kith")
    told = {"kills": 0, "acknowledged": 0, "forgotten": 0, "created": 0}
    for number in range(rounds):
        path = folder / f"{number // 25}.kith"  # every 25th round kills the making of a gallery
        work = forget if number % 4 == 3 else enrol
        told["created"] += not path.exists()
        lines, killed = kill(work, path, number, chance, longest)
        told["kills"] += killed
        if work is enrol:
            told["acknowledged"] += len(lines)
            look_enrolled(path, lines)
        else:
            told["forgotten"] += len(lines)
            look_forgotten(path, lines)
    sys.stdout.write(json.dumps(told))


def warm_up(path: Path) -> float:
    """Load what is loaded late; return the seconds a change takes here."""
    with GalleryStore.open(path, create=True) as store:
        store.add("Ada", [photo(0)], CONTRACT)
        start = time.monotonic()
        for number in range(1, 11):
            store.add("Ada", [photo(number)], CONTRACT)
        seconds = (time.monotonic() - start) / 10
        store.forget("Ada")
        assert store.check() == []
    return seconds


def kill(
    work: Callable[[Path, int, int], None],
    path: Path,
    number: int,
    chance: random.Random,
    longest: float,
) -> tuple[list[str], bool]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(path, number, writing)
        finally:
            os._exit(1)
    os.close(writing)
    # Half of them as it likes from the start, half from the first word on.
    if chance.random() < 0.5:
        select.select([reading], [], [], 10)
    time.sleep(chance.uniform(0, longest))
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    with os.fdopen(reading) as pipe:
        lines = pipe.read().split()
    return lines, os.WIFSIGNALED(status)


def enrol(path: Path, number: int, writing: int) -> None:
    with GalleryStore.open(path, create=True) as store:
        for index in range(100_000 * (number + 1), 100_000 * (number + 2)):
            known = photo(index, mask=MASKS[index % len(MASKS)])
            store.add(f"Person {index % NAMES}", [known], CONTRACT)
            os.write(writing, f"{index}\n".encode())


def forget(path: Path, number: int, writing: int) -> None:
    with GalleryStore.open(path, create=True) as store:
        for index in range(1_000_000_000):
            known = photo(index, source="private.jpg")
            store.add(FORGOTTEN, [replace(known, portraits=(PICTURE,))], CONTRACT)
            store.forget(FORGOTTEN)
            os.write(writing, f"{index}\n".encode())


def look_enrolled(path: Path, lines: list[str]) -> None:
    with GalleryStore.open(path, create=True) as store:
        said = {digest(line) for line in lines}
        assert store.known_digests(said) == said, "an acknowledged photo is lost"
        if lines:
            beyond = [digest(int(lines[-1]) + step) for step in (1, 2)]
            assert len(store.known_digests(beyond)) <= 1, "more is there than was done"
        assert store.check() == [], store.check()


def look_forgotten(path: Path, lines: list[str]) -> None:
    with GalleryStore.open(path, create=True) as store:
        if FORGOTTEN in {person.name for person in store.people()}:
            store.forget(FORGOTTEN)  # added, and not yet forgotten when it was killed
        elif store.exists:
            store.add("Next", [photo(NEXT)], CONTRACT)  # any change wipes what the killed one left
        assert store.check() == [], store.check()
        left = raw_bytes(path) if path.exists() else b""
        assert FORGOTTEN.encode() not in left, "a forgotten name is left"
        assert b"private.jpg" not in left, "a forgotten source is left"
        assert PICTURE[-80:-20] not in left, "a forgotten picture is left"


if __name__ == "__main__":
    main()
