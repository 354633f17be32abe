"""One picture of all faces that were found."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kith.cli.output import count, say
from kith.cli.pictures import colour, crops, scores
from kith.errors import OptionError, printable
from kith.media import contact_sheet, save_picture
from kith.media.sheet import Section, Tile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.types import PhotoFaces

MOST = 400
"""Faces on a sheet: so many can still be looked at, and are held in memory."""
SIDE = 168


class FaceSheet:
    """A contact sheet in the making: a section for each photo of several faces, one for the rest.

    Args:
        path: of the picture.
        given: photos and folders that must not be written over.

    Raises:
        OptionError: it is one of the photos, or its name is no picture's.
    """

    def __init__(self, path: Path, given: Sequence[str]) -> None:
        if path.suffix.lower() not in {".png", ".jpg", ".jpeg", ".webp"}:
            raise OptionError(f"{printable(str(path))}: a sheet's name ends in .png, .jpg or .webp")
        if path.is_dir():
            raise OptionError(f"{printable(str(path))} is a folder: name a file for the sheet")
        if any(os.path.realpath(path) == os.path.realpath(one) for one in given):
            raise OptionError(f"{printable(str(path))} is one of the photos: name another file")
        self._path = path
        self._sections: list[Section] = []
        self._alone: list[Tile] = []
        self._shown = self._found = 0

    def add(self, photo: PhotoFaces) -> None:
        """Add the faces of a photo, as far as there is room."""
        self._found += len(photo.faces)
        room = MOST - self._shown
        name = Path(photo.source).name
        alone = len(photo.faces) == 1
        tiles = [
            Tile(square, name if alone else str(number), scores(one), colour(one))
            for number, (one, square) in enumerate(
                zip(photo.faces[:room], crops(photo, SIDE), strict=False), 1
            )
        ]
        self._shown += len(tiles)
        if alone:
            self._alone += tiles
        else:
            self._sections.append(Section(name, tiles))

    def save(self, *, shown: bool) -> None:
        """Write the picture.

        Args:
            shown: say so where faces were left out.

        Raises:
            KithError: it cannot be written.
        """
        title = count(self._found, "face")
        left = self._found - self._shown
        more = f"the first {self._shown:,}" if left else ""
        others = Section("one face each" if self._sections else "", self._alone)
        page = contact_sheet([*self._sections, others], title=title, subtitle=more, tile_size=SIDE)
        save_picture(page, self._path)
        if left and shown:
            say(f"{count(left, 'face')} found room on no sheet: it holds {MOST}")
