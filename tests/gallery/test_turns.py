from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BOTH_GO_ON = """
import os, sys
from kith.gallery.store import GalleryStore
from tests.gallery.people import CONTRACT, photo

with GalleryStore.open(sys.argv[1], create=True) as store:
    store.add("Ada", [photo(0)], CONTRACT)
    assert store.count() == 1
    children = []
    for number in range(1, 6):
        child = os.fork()
        if child == 0:
            for index in range(10):
                store.add(f"Child {number}", [photo(100 * number + index)], CONTRACT)
            assert store.find(f"Child {number}").photos == 10
            store.close()
            os._exit(0)
        children.append(child)
        store.add("Ada", [photo(number)], CONTRACT)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    assert [p.photos for p in store.people()] == [6, 10, 10, 10, 10, 10]
    assert store.check() == []
"""

BORN_AMID_A_CHANGE = """
import os, sys, threading
from kith.errors import GalleryError
from kith.gallery.store import GalleryStore
from tests.gallery.people import CONTRACT, photo

with GalleryStore.open(sys.argv[1], create=True, busy_seconds=0.2) as store:
    store.add("Ada", [photo(0)], CONTRACT)
    inside, leave = threading.Event(), threading.Event()
    def long_change():
        with store.database.write():
            inside.set()
            leave.wait(20)
    thread = threading.Thread(target=long_change)
    thread.start()
    inside.wait(20)
    child = os.fork()
    if child == 0:
        try:
            store.count()
        except GalleryError as error:
            assert "closed: open it again" in str(error), error
            store.close()
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    leave.set()
    thread.join()
    store.add("Ada", [photo(1)], CONTRACT)
    assert store.check() == []
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.parametrize("script", [BOTH_GO_ON, BORN_AMID_A_CHANGE])
def test_forks(path: Path, script: str) -> None:
    # Python warns of forking beside threads, numpy's own among them.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
