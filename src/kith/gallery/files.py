"""The file below a gallery: is it one, is it still the same one, and making it."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import NamedTuple

from kith.errors import GalleryFull, GalleryReadOnly, GalleryUnreadable, printable


class Identity(NamedTuple):
    """Which file stands under a path, and when it was last written."""

    device: int
    inode: int
    size: int
    modified: int

    def same_file(self, other: Identity | None) -> bool:
        """Whether both are the same file, in whatever state."""
        return other is not None and self[:2] == other[:2]


def checked(path: str | os.PathLike[str]) -> Path:
    """Return the absolute path, so that a later change of folder does not matter.

    Raises:
        GalleryUnreadable: a path that cannot be a gallery's.
    """
    try:
        absolute = Path(os.path.abspath(os.fspath(path)))  # noqa: PTH100 (resolve follows links)
        identity(absolute)
    except ValueError as error:
        raise GalleryUnreadable(f"{printable(str(path))} cannot be a path: {error}") from error
    return absolute


def identity(path: Path) -> Identity | None:
    """Return what stands under the path now; None where there is nothing, or an empty file.

    Raises:
        GalleryUnreadable: not permitted, or not a regular file.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise GalleryUnreadable(
            f"{printable(str(path))} cannot be opened: {error.strerror}"
        ) from error
    if stat.S_ISDIR(found.st_mode):
        raise GalleryUnreadable(
            f"{printable(str(path))} is a folder: name a file in it, such as people.kith"
        )
    if not stat.S_ISREG(found.st_mode):
        raise GalleryUnreadable(f"{printable(str(path))} is not a regular file: name another")
    if found.st_size == 0:
        return None
    return Identity(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def make(path: Path) -> None:
    """Make an empty file that only its owner may open, and the folders it lies in.

    SQLite gives the journal beside it the same permissions. A file that is there is left alone.
    """
    shown = printable(str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        if not path.is_file():
            raise GalleryUnreadable(f"{shown} cannot be made: its folder is a file") from error
    except NotADirectoryError as error:
        raise GalleryUnreadable(f"{shown} cannot be made: its folder is a file") from error
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        kind = GalleryFull if full else GalleryReadOnly
        raise kind(f"{shown} cannot be made: {error.strerror}") from error
