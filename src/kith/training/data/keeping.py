"""Squares of faces by the photo they come from, kept on the disk while they are gathered.

Two files: ``<key>.crops`` holds the squares, one behind the other, and is only ever added to;
``<key>.npz`` says which photo's each is, and is replaced in one step, after the squares it speaks
of are on the disk. What lies behind the last that it speaks of, a kill has left there, and is
written over. Photos are known by the sha256 of their bytes, never by name or path.
"""

from __future__ import annotations

import io
import logging
import os
import threading
import time
import zipfile
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from kith.errors import printable
from kith.media.save import cannot_write
from kith.models.files import temporary_file
from kith.training.data.crops import BINARY, StoredCrops, read_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from kith.types import Pixels

SECONDS = 5.0
"""Of work that a kill loses at most, or twenty times what it takes to keep them."""
NONE = -1
"""The place of a photo that gives no square."""
_log = logging.getLogger("kith.training")


class Kept(NamedTuple):
    """What is known of a photo.

    Attributes:
        place: of its square in the file; `NONE`: there is none.
        sum: crc32 of the square.
        reason: why there is none, or what else is to be said of it; empty: nothing.
    """

    place: int
    sum: int
    reason: str


class KeptCrops:
    """Squares by photo. Written by one thread; `find` may be called from any.

    Use it in a `with`, at whose end everything is on the disk.

    Args:
        folder: that it lies in.
        key: of the files' names: stands for everything but the photo that decides on a square.
        side: of the network's own square, in pixels.
        rim: pixels around it on each side.
        anew: forget what lies there.

    Raises:
        OutputError: a file cannot be written.
    """

    def __init__(self, folder: Path, key: str, side: int, rim: int, *, anew: bool = False) -> None:
        self.path = folder / f"{key}.crops"
        self._index = folder / f"{key}.npz"
        self.side, self.rim = side, rim
        self.size = (side + 2 * rim) ** 2 * 3
        self._lock = threading.Lock()
        try:
            if anew:  # not emptied: somebody may still be reading the old file
                for old in (self._index, self.path):
                    old.unlink(missing_ok=True)
            flags = os.O_RDWR | os.O_CREAT | BINARY
            self._file = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        self._kept = self._read()
        self._end = 1 + max((one.place for one in self._kept.values()), default=NONE)
        self._saved, self._wait, self._changed = time.monotonic(), SECONDS, False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self.save()
            else:
                with suppress(Exception):  # of two errors the first is the one to be told
                    self.save()
        finally:
            os.close(self._file)

    @property
    def photos(self) -> int:
        """How many are known."""
        return len(self._kept)

    def find(self, digest: str) -> Kept | None:
        """Return what is known of a photo; None: nothing, or its square is damaged."""
        known = self._kept.get(digest)
        if known is None or known.place == NONE:
            return known
        data = read_at(self._file, self.size, known.place * self.size, self._lock)
        return known if len(data) == self.size and zlib.crc32(data) == known.sum else None

    def keep(self, digest: str, square: Pixels | None, reason: str = "") -> None:
        """Remember a photo's square, or that it gives none; now and then all is saved.

        Raises:
            OutputError: the disk is full or fails.
        """
        place, total = NONE, 0
        if square is not None:
            data = np.ascontiguousarray(square).tobytes()
            assert len(data) == self.size
            place, total = self._end, zlib.crc32(data)
            self._write(data, place * self.size)
            self._end += 1
        self._kept[digest] = Kept(place, total, reason)
        self._changed = True
        if time.monotonic() - self._saved > self._wait:
            self.save()

    def save(self) -> None:
        """Bring everything to the disk.

        Raises:
            OutputError: the disk is full or fails.
        """
        if not self._changed:
            return
        began = time.monotonic()
        try:
            os.fsync(self._file)
            with temporary_file(self._index.parent) as path:
                with path.open("wb") as file:
                    file.write(_packed(self._kept))
                    file.flush()
                    os.fsync(file.fileno())
                path.replace(self._index)
        except OSError as error:
            raise cannot_write(self._index, error) from error
        self._saved, self._changed = time.monotonic(), False
        self._wait = max(SECONDS, 20 * (self._saved - began))

    def crops(self, digests: Sequence[str]) -> StoredCrops:
        """Return the squares of photos that have one; `save` before."""
        places = np.array([self._kept[one].place for one in digests], dtype=np.int64)
        return StoredCrops(self.path, places, self.side, self.rim)

    def _write(self, data: bytes, place: int) -> None:
        rest = memoryview(data)
        try:
            with self._lock:
                os.lseek(self._file, place, os.SEEK_SET)
                while rest:
                    rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise cannot_write(self.path, error) from error

    def _read(self) -> dict[str, Kept]:
        try:
            return _unpacked(self._index.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            shown = printable(str(self._index))
            _log.warning("%s is damaged: the faces are gathered again", shown)
            return {}


def _packed(kept: dict[str, Kept]) -> bytes:
    reasons = sorted({one.reason for one in kept.values()})
    number = {reason: index for index, reason in enumerate(reasons)}
    file = io.BytesIO()
    np.savez(
        file,
        digest=np.frombuffer(bytes.fromhex("".join(kept)), dtype=np.uint8).reshape(-1, 32),
        place=np.array([one.place for one in kept.values()], dtype="<i8"),
        sum=np.array([one.sum for one in kept.values()], dtype="<u4"),
        reason=np.array([number[one.reason] for one in kept.values()], dtype="<i4"),
        reasons=np.array(reasons or [""]),
    )
    return file.getvalue()


def _unpacked(data: bytes) -> dict[str, Kept]:
    """Read what `_packed` made.

    Raises:
        ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile: it was not.
    """
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        digest: npt.NDArray[np.uint8] = arrays["digest"]
        places, sums, numbers = (arrays[name].tolist() for name in ("place", "sum", "reason"))
        reasons = arrays["reasons"].tolist()
    if digest.dtype != np.uint8 or digest.shape != (len(places), 32):
        raise ValueError("other digests than ours")
    if min(places, default=0) < NONE or min(numbers, default=0) < 0:
        raise ValueError("places that are none")
    rows = zip(digest, places, sums, numbers, strict=True)
    try:
        return {
            one.tobytes().hex(): Kept(int(place), int(total), str(reasons[number]))
            for one, place, total, number in rows
        }
    except IndexError as error:
        raise ValueError("a reason that is none") from error
