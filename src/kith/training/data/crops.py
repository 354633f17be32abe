"""Squares of faces in one flat file, read one by one: memory does not grow with their number."""

from __future__ import annotations

import os
import threading
import weakref
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import PhotoUnreadable

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from kith.types import Pixels

BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
"""Of files opened by number: on Windows they would open as text."""


class StoredCrops:
    """Squares that lie in a file; see `kith.training.records.Crops`. Safe in several threads.

    They are read, not mapped into memory: pages of a mapped file count as the process's own, and
    a disk that fails ends it. What was read before, the system keeps as long as it has room.

    Args:
        path: of the file.
        places: int64: which square of the file each row is.
        side: of the network's own square, in pixels.
        rim: pixels around it on each side.

    Raises:
        PhotoUnreadable: the file is not there.
    """

    def __init__(self, path: Path, places: npt.NDArray[np.int64], side: int, rim: int) -> None:
        self._path = path
        self._places = places
        self.side = side
        self.rim = rim
        try:
            self._file = os.open(path, os.O_RDONLY | BINARY)
        except OSError as error:
            raise _trouble(path, error.strerror or str(error)) from error
        self._close = weakref.finalize(self, os.close, self._file)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file; safe to call twice. Otherwise that happens when nobody needs it."""
        self._close()

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, row: int) -> Pixels:
        """Return one of them, RGB, uint8, (side + 2·rim) × (side + 2·rim) × 3; not to be changed.

        Raises:
            IndexError: there is no such row.
            PhotoUnreadable: the file was changed, or the disk fails.
        """
        length = self.side + 2 * self.rim
        size = length * length * 3
        try:
            data = read_at(self._file, size, int(self._places[row]) * size, self._lock)
        except OSError as error:
            raise _trouble(self._path, error.strerror or str(error)) from error
        if len(data) != size:
            raise _trouble(self._path, "it is shorter than it was")
        return np.frombuffer(data, dtype=np.uint8).reshape(length, length, 3)


def read_at(file: int, size: int, place: int, lock: threading.Lock) -> bytes:
    """Read a part of an open file; the lock is for systems that cannot do that in one step."""
    if hasattr(os, "pread"):
        return os.pread(file, size, place)
    with lock:
        os.lseek(file, place, os.SEEK_SET)
        return os.read(file, size)


def _trouble(path: Path, reason: str) -> PhotoUnreadable:
    return PhotoUnreadable(
        os.fspath(path), f"faces gathered earlier cannot be read ({reason}); gather them again"
    )
