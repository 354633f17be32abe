"""Finding the photos and films in folders: streaming, in one order everywhere, each folder once."""

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

FILM_SUFFIXES: frozenset[str] = frozenset(
    {".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".mkv", ".webm", ".avi", ".mpg", ".mpeg"}
    | {".ts", ".mts", ".m2ts", ".vob", ".flv", ".f4v", ".wmv", ".asf", ".ogv", ".mxf", ".ivf"}
    | {".mjpeg", ".mjpg", ".y4m"}
)
"""What a film's name ends in, in lower case, for it to be found in a folder."""

OnError: TypeAlias = Callable[[str, str], None]
"""Called with a path and, in one line, why there is nothing to be had from it."""


def is_film(path: str | os.PathLike[str]) -> bool:
    """Whether a name ends as a film's does; the file itself is not looked at."""
    return PurePath(os.fsdecode(path)).suffix.lower() in FILM_SUFFIXES


def find_photos(
    paths: Iterable[str | os.PathLike[str]],
    *,
    recursive: bool = True,
    on_error: OnError | None = None,
    suffixes: frozenset[str] = PHOTO_SUFFIXES,
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
        suffixes: what the names of files in folders end in, in lower case.

    Raises:
        PhotoNotFound: a given path does not exist, and there is no `on_error`.
        PhotoUnreadable: a given folder may not be listed, and there is no `on_error`.
        NoPhotos: there was not one photo in all of it; raised at the end.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    walk = _Walk(recursive, on_error, suffixes)
    first, others = "", -1
    for path in map(os.fsdecode, given):
        first, others = first or path, others + 1
        yield from walk.photos_at(path)
    if not walk.found:
        raise NoPhotos(_none_found(first, others, suffixes))
    for path in walk.empty:
        walk.tell(path, f"holds {_none_of(suffixes)}")


def find_media(
    paths: Iterable[str | os.PathLike[str]],
    *,
    recursive: bool = True,
    on_error: OnError | None = None,
    suffixes: frozenset[str] = PHOTO_SUFFIXES | FILM_SUFFIXES,
) -> Iterator[str]:
    """Yield the photos and films at these paths; all else is as `find_photos` says."""
    return find_photos(paths, recursive=recursive, on_error=on_error, suffixes=suffixes)


def count_photos(
    paths: Iterable[str | os.PathLike[str]],
    *,
    recursive: bool = True,
    suffixes: frozenset[str] = PHOTO_SUFFIXES,
) -> int:
    """Count what `find_photos` would yield, without opening a file; 0 where it would raise."""
    walk = find_photos(paths, recursive=recursive, on_error=_say_nothing, suffixes=suffixes)
    try:
        return sum(1 for _ in walk)
    except NoPhotos:
        return 0


def _say_nothing(path: str, reason: str) -> None:
    """The `on_error` of those who do not want to know."""


class _Walk:
    """One call's way through the folders: where it has been, and what it found."""

    def __init__(self, recursive: bool, on_error: OnError | None, suffixes: frozenset[str]) -> None:
        self.found = 0
        self.empty: list[str] = []
        self.tell = on_error or _say_nothing
        self._raises = on_error is None
        self._recursive = recursive
        self._suffixes = suffixes
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
            yield from (entry.path for entry in listed if self._is_wanted(entry))
            if self._recursive:
                pending.extend(reversed(folders))

    def _is_wanted(self, entry: os.DirEntry[str]) -> bool:
        return PurePath(entry.name).suffix.lower() in self._suffixes and not _is_folder(entry)

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


def _none_found(first: str, others: int, suffixes: frozenset[str]) -> str:
    nothing = _none_of(suffixes)
    if others < 0:
        return f"{nothing} was named; name photos or folders of photos"
    where = printable(first) + (f" and {others} more" if others else "")
    endings = "jpg, png, webp, bmp, tif, gif, heic, avif" if suffixes & PHOTO_SUFFIXES else ""
    if suffixes & FILM_SUFFIXES:
        endings += (", " if endings else "") + "mp4, mov, mkv, webm, avi, mpg, ts"
    return f"there is {nothing} in {where}; its files would end in one of: {endings}"


def _none_of(suffixes: frozenset[str]) -> str:
    kinds = [(PHOTO_SUFFIXES, "photo"), (FILM_SUFFIXES, "film")]
    return " and ".join(f"no {word}" for known, word in kinds if suffixes & known) or "no file"
