"""From what a list calls a photo to a file."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING

from kith.errors import ProtocolError, printable
from kith.media import PHOTO_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PREFERRED = (".jpg", ".jpeg", ".png")


def files(root: str, names: Iterable[str]) -> list[str | None]:
    """Return the path of each photo; None where there is no such file.

    Args:
        root: the folder.
        names: paths below it.
    """
    paths = (os.path.join(root, name) for name in names)  # noqa: PTH118
    return [path if os.path.isfile(path) else None for path in paths]  # noqa: PTH113


def files_of_any_kind(root: str, names: Iterable[str]) -> list[str | None]:
    """Return the path of each photo, whatever picture format its file has.

    Args:
        root: the folder.
        names: paths below it without an ending: folder/name. Of several files jpg comes first,
            then jpeg and png, then the other endings in the order of the alphabet.
    """
    listings: dict[str, dict[str, str]] = {}
    found: list[str | None] = []
    for name in names:
        folder, _, stem = name.rpartition("/")
        if folder not in listings:
            listings[folder] = _photos_by_stem(os.path.join(root, folder))  # noqa: PTH118
        found.append(listings[folder].get(stem))
    return found


def missing(
    root: str, names: Sequence[str], paths: Sequence[str | None], hint: str
) -> ProtocolError:
    """Return the error to raise where a list names photos that are not there."""
    gone = [name for name, path in zip(names, paths, strict=True) if path is None]
    if os.sep == "/" and "\\" in gone[0]:
        hint = f"write / for \\ between folders. Else: {hint}"
    return ProtocolError(
        f"{len(gone):,} of {len(names):,} photos are not below {printable(root)}, the first "
        f"{printable(gone[0], 80)}: {hint}"
    )


def _photos_by_stem(folder: str) -> dict[str, str]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.is_file()]
    except OSError:  # whoever looks for its photos will miss them
        return {}
    known = [name for name in names if _suffix(name) in PHOTO_SUFFIXES]
    known.sort(key=_preference, reverse=True)  # the best comes last and stays
    return {PurePath(name).stem: os.path.join(folder, name) for name in known}  # noqa: PTH118


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower()


def _preference(name: str) -> tuple[int, str]:
    suffix = _suffix(name)
    place = _PREFERRED.index(suffix) if suffix in _PREFERRED else len(_PREFERRED)
    return place, name
