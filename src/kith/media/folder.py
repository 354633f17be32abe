"""Finding the photos in folders: as a stream, in the same order everywhere, each folder once."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import TypeAlias

from kith.errors import NoPhotos, PhotoError, printable
from kith.media.read import photo_error, status_of

PHOTO_SUFFIXES: frozenset[str] = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".bmp", ".dib", ".tif", ".tiff"}
    | {".gif", ".heic", ".heif", ".hif", ".avif"}
)
"""What a photo's name ends in, in lower case, for it to be found in a folder."""

OnError: TypeAlias = Callable[[str, str], None]
"""Called with a path and, in one line, why there is nothing to be had from it."""


def find_photos(
    paths: Iterable[str | os.PathLike[str]],
    *,
    recursive: bool = True,
    on_error: OnError | None = None,
) -> Iterator[str]:
    """Yield the photos at these paths, while the folders are being walked.

    A file is yielded as it was given, whatever its suffix. A folder yields its own photos first
    and then those of its sub-folders, both by name in the order of Unicode code points, which is
    the same on every platform. Names with a leading dot are left out. A folder that can be reached
    in several ways (through a link, or given twice) is walked once. Two things are in memory,
    however many photos there are: the listing of one folder, and the sub-folders still to come.

    Args:
        paths: files and folders; also a single one.
        recursive: whether sub-folders are walked.
        on_error: told of everything that is passed over: a path that does not exist, a folder
            without permission, a given folder without photos where others have some. Without it
            a given path that cannot be read raises, and what lies deeper is passed over.

    Raises:
        PhotoNotFound: a given path does not exist, and there is no `on_error`.
        PhotoUnreadable: a given folder may not be listed, and there is no `on_error`.
        NoPhotos: there was not one photo in all of it; raised at the end.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    walk = _Walk(recursive, on_error)
    first, others = "", -1
    for path in map(os.fsdecode, given):
        first, others = first or path, others + 1
        yield from walk.photos_at(path)
    if not walk.found:
        raise NoPhotos(_no_photos(first, others))
    for path in walk.empty:
        walk.tell(path, "holds no photo")


def count_photos(paths: Iterable[str | os.PathLike[str]], *, recursive: bool = True) -> int:
    """Count what `find_photos` would yield, without opening a photo; 0 where it would raise."""
    try:
        return sum(1 for _ in find_photos(paths, recursive=recursive, on_error=_say_nothing))
    except NoPhotos:
        return 0


def _say_nothing(path: str, reason: str) -> None:
    """The `on_error` of those who do not want to know."""


class _Walk:
    """One call's way through the folders: where it has been, and what it found."""

    def __init__(self, recursive: bool, on_error: OnError | None) -> None:
        self.found = 0
        self.empty: list[str] = []
        self.tell = on_error or _say_nothing
        self._raises = on_error is None
        self._recursive = recursive
        self._visited: set[tuple[int, int]] = set()

    def photos_at(self, path: str) -> Iterator[str]:
        """Yield the photos at one given path."""
        before = self.found, len(self._visited)
        try:
            if not stat.S_ISDIR(status_of(path).st_mode):
                self.found += 1
                yield path
                return
            for photo in self._photos_in(path):
                self.found += 1
                yield photo
        except PhotoError as error:
            if self._raises:
                raise
            self.tell(error.source, error.reason)
        else:
            if self.found == before[0] and len(self._visited) > before[1]:
                self.empty.append(path)

    def _photos_in(self, top: str) -> Iterator[str]:
        pending = [top]
        while pending:
            folder = pending.pop()
            try:
                listed = self._list_once(folder)
            except PhotoError as error:
                if folder == top:
                    raise
                self.tell(error.source, error.reason)
                continue
            folders = [entry.path for entry in listed if _is_folder(entry)]
            yield from (entry.path for entry in listed if _is_photo(entry))
            if self._recursive:
                pending.extend(reversed(folders))

    def _list_once(self, folder: str) -> list[os.DirEntry[str]]:
        """List a folder by name; nothing the second time, so that rings of links end."""
        status = status_of(folder)
        identity = status.st_dev, status.st_ino
        if identity in self._visited:
            return []
        self._visited.add(identity)
        try:
            with os.scandir(folder) as entries:
                shown = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            raise photo_error(folder, error) from error
        return sorted(shown, key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself; reading it says so
        return False


def _is_photo(entry: os.DirEntry[str]) -> bool:
    return PurePath(entry.name).suffix.lower() in PHOTO_SUFFIXES and not _is_folder(entry)


def _no_photos(first: str, others: int) -> str:
    if others < 0:
        return "no photo was named; name photos or folders of photos"
    where = printable(first) + (f" and {others} more" if others else "")
    suffixes = "jpg, png, webp, bmp, tif, gif, heic, avif"
    return f"there is no photo in {where}; its files would end in one of: {suffixes}"
