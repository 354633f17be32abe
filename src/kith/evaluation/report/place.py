"""Where a report goes: its own folder, in which nothing of anybody else is ever touched."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kith._version import __version__
from kith.errors import OptionError, printable
from kith.media.save import save_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PAGE = "index.html"
NUMBERS = "report.json"
MARK = f"kith {__version__} evaluation report"
"""Stands near the beginning of every file of a report, by which it is known as one."""

_KNOWN = b" evaluation report"
_HEAD = 2048
_FIGURES = ("det*.png", "roc.png", "scores*.png", "fnir.png", "cmc.png")
_USUAL = (PAGE, NUMBERS, *(name.replace("*", "") for name in _FIGURES))


def check_folder(folder: Path, photos: Iterable[str] = (), *, walked: bool = False) -> None:
    """Raise unless a report may be written into a folder.

    Args:
        folder: made when it is written to.
        photos: that are evaluated; their own folders are not the report's.
        walked: they were found by walking a folder, which would find the report's pictures, too.

    Raises:
        OptionError: it is a file or below one, holds other files under the report's names or
            photos, or cannot be written to.
    """
    shown = printable(str(folder))
    if folder.exists() and not folder.is_dir():
        raise OptionError(f"{shown} is a file: name a folder for the report")
    _check_permitted(folder)
    own = Path(os.path.realpath(folder))
    # Where a photo is a link, the folder that was walked is the link's.
    theirs = {Path(os.path.abspath(one)).parent for one in photos}  # noqa: PTH100
    real = {Path(os.path.realpath(one)) for one in theirs}
    root = Path(os.path.realpath(os.path.commonpath(theirs))) if walked and theirs else None
    if own in real or (root is not None and own.is_relative_to(root)):
        raise OptionError(f"{shown} is where photos are: name another folder for the report")
    _check(folder, _USUAL)


def _check_permitted(folder: Path) -> None:
    """Raise where nothing can be made in a folder, or in what it would be made in."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    shown = printable(str(there))
    if not there.is_dir():
        raise OptionError(f"{shown} is a file: name another folder for the report")
    if not os.access(there, os.W_OK | os.X_OK):
        raise OptionError(f"{shown} cannot be written to: name another folder for the report")


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write a report's files, the page last, in place of an earlier report.

    Returns:
        The page.

    Raises:
        OptionError: other files stand under the report's names.
        KithError: the disk is full, or it is not permitted.
    """
    _check(folder, files)
    old = [path for path in _drawn(folder) if path.name not in files and _is_ours(path)]
    save_files({folder / name: files[name] for name in sorted(files, key=PAGE.__eq__)})
    for path in old:  # of an earlier report on other systems
        path.unlink(missing_ok=True)
    return folder / PAGE


def _drawn(folder: Path) -> list[Path]:
    return [path for name in _FIGURES for path in folder.glob(name)]


def _check(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        path = folder / name
        if os.path.lexists(path) and not _is_ours(path):
            raise OptionError(
                f"{printable(str(path))} is there and is no report of kith: name another folder"
            )


def _is_ours(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    return b"kith " in head and _KNOWN in head
