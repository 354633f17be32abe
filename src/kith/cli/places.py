"""Where the pictures that a command makes go."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kith.errors import OptionError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable


class OutputFolder:
    """Gives each photo a place of its own in a folder; sub-folders are kept.

    No photo that was given is ever written over, no picture over that of another photo, and
    nothing at all in a folder around the photos, where others may lie.

    Args:
        folder: made when first written to.
        given: the paths the user gave; a photo below one keeps its path from there.

    Raises:
        OptionError: the folder is a file, or the photos' own.
    """

    def __init__(self, folder: Path, given: Iterable[str]) -> None:
        self._folder = folder
        self._own = _real(folder)
        paths = [_real(path) for path in given]
        self._roots = _named(path for path in paths if os.path.isdir(path))  # noqa: PTH112
        self._files = {path for path in paths if path not in self._roots}
        self._inside = any(self._own.is_relative_to(root) for root in self._roots)
        self._around = any(path.is_relative_to(self._own) for path in paths)
        # Pictures of the folder itself, and of the sub-folder at hand: sub-folders come in turn.
        self._taken: set[str] = set()
        self._taken_below: tuple[Path, set[str]] = (self._own, self._taken)
        if folder.exists() and not folder.is_dir():
            raise OptionError(f"{printable(str(folder))} is a file: name a folder for the pictures")
        if self._own in self._roots:
            raise OptionError(
                f"{printable(str(folder))} is where the photos are: name another folder for the "
                "pictures"
            )

    def holds(self, path: str) -> bool:
        """Tell whether a file among the photos is a picture made before, and no photo."""
        return self._inside and Path(os.path.abspath(path)).is_relative_to(self._own)  # noqa: PTH100

    def places(self, source: str, *endings: str) -> list[Path]:
        """Return where pictures made of a photo go; one call for each photo.

        Args:
            source: the photo's path.
            endings: of the pictures' names, such as "-1.png".

        Raises:
            OptionError: a photo is there already.
        """
        path = self._folder / self._below(_real(source))
        taken = self._taken_in(path.parent)
        name, number = path.stem, 2
        while name.casefold() in taken:  # a.jpg and a.png
            name, number = f"{path.stem}-{number}", number + 1
        taken.add(name.casefold())
        wanted = [path.with_name(name + ending) for ending in endings]
        for one in wanted:
            if self._is_photo(_real(one)):
                raise OptionError(
                    f"{printable(str(one))} is there already: name another folder for the pictures"
                )
        return wanted

    def _taken_in(self, folder: Path) -> set[str]:
        if folder == self._folder:
            return self._taken
        if folder != self._taken_below[0]:
            self._taken_below = (folder, set())
        return self._taken_below[1]

    def _is_photo(self, path: Path) -> bool:
        return path in self._files or (self._around and path.exists())

    def _below(self, source: Path) -> Path:
        for root, name in self._roots.items():
            if source.is_relative_to(root):
                inside = source.relative_to(root)
                return inside if len(self._roots) == 1 else name / inside
        return Path(source.name)


def _real(path: str | Path) -> Path:
    return Path(os.path.realpath(path))  # a ring of links is no error here


def _named(roots: Iterable[Path]) -> dict[Path, Path]:
    """Return the folders, each with a name that no other has."""
    names: dict[Path, Path] = {}
    for root in roots:
        name, number = root.name or "photos", 2
        while Path(name) in names.values():
            name, number = f"{root.name}-{number}", number + 1
        names.setdefault(root, Path(name))
    return names
