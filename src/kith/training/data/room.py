"""The folder where gathered faces lie: for one process at a time, with room enough."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kith.errors import OutputError, printable
from kith.media.save import cannot_write
from kith.models.files import sweep

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.training.data.keeping import KeptCrops

SPARE = 64 * 2**20
"""Bytes of the disk that are left free."""


@contextmanager
def alone_in(work: Path) -> Iterator[None]:
    """Make the folder and hold its lock; the operating system frees it if we die.

    Raises:
        OutputError: it cannot be made, or another process holds the lock.
    """
    from filelock import FileLock, Timeout  # slow to load

    lock = FileLock(work / "gather.lock")
    try:
        work.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise OutputError(
            f"{printable(str(work))}: another process gathers faces there; wait for it or end it"
        ) from error
    except OSError as error:
        raise cannot_write(work, error) from error
    try:
        sweep(work)
        yield
    finally:
        lock.release()


def check_room(work: Path, photos: int, plain: KeptCrops, masked: KeptCrops | None) -> None:
    """Refuse at the start what could not be kept.

    Raises:
        OutputError: the disk has not enough room.
    """
    files = [one for one in (plain, masked) if one is not None]
    needed = sum(max(photos - one.photos, 0) * one.size for one in files)
    try:
        free = shutil.disk_usage(work).free
    except OSError as error:
        raise cannot_write(work, error) from error
    if needed and needed + SPARE > free:
        raise OutputError(
            f"{printable(str(work))}: the faces of {photos:,} photos need "
            f"{_size(needed + SPARE)}, and the disk has {_size(free)} free: free some, or name a "
            "folder on another disk"
        )


def _size(count: int) -> str:
    return f"{count / 2**30:,.1f} GiB" if count >= 2**30 else f"{count / 2**20:,.0f} MiB"
