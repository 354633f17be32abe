"""Changing files so that a reader never sees half of one, and two writers never meet."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from kith.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

# A pull is bounded by its own time limits; this is for a machine that was put to sleep meanwhile.
_WAIT_SECONDS = 900.0
_LEFT_SECONDS = 24 * 3600.0


@contextlib.contextmanager
def locked(folder: Path, key: str) -> Iterator[None]:
    """Hold the lock of this name under the folder; the operating system frees it if we die.

    Raises:
        ModelUnavailable: another process holds it for too long.
    """
    # Here, because it is slow to load and only needed where something is written.
    from filelock import FileLock, Timeout

    locks = folder / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(locks / f"{slug(key)}.lock")
    try:
        lock.acquire(timeout=_WAIT_SECONDS)
    except Timeout as error:
        raise ModelUnavailable(
            f"another process has been fetching {key} for {_WAIT_SECONDS / 60:.0f} minutes; "
            "wait for it or end it"
        ) from error
    try:
        yield
    finally:
        lock.release()


def slug(key: str) -> str:
    """Return a short file name that stands for this key and no other."""
    readable = re.sub(r"[^A-Za-z0-9.]+", "-", key)[-40:].strip("-.")
    return f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


@contextlib.contextmanager
def temporary_file(folder: Path) -> Iterator[Path]:
    """Give the path of an empty file in the folder; removed if it is still there afterwards."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what a killed process left in the folder a day ago or longer."""
    for path in (*folder.glob(".new-*"), *folder.glob("*.part")):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _LEFT_SECONDS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def place(path: Path, target: Path) -> None:
    """Put a finished file where it belongs, in one step, its bytes on the disk first."""
    # mkstemp makes files for their owner only; weights and photos may be shared by a machine.
    path.chmod(0o644)
    # "r+b", because Windows syncs only files that are open for writing.
    with path.open("r+b") as file:
        os.fsync(file.fileno())
    path.replace(target)


def write(target: Path, content: bytes) -> None:
    """Write a small file so that a reader sees the old one or the new one."""
    with temporary_file(target.parent) as path:
        path.write_bytes(content)
        place(path, target)
