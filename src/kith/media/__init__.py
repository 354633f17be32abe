"""Photos on their way in and pictures on their way out.

In: `find_photos` and `find_media` walk folders, `load_photo` makes RGB pixels of a path, bytes, a
PIL image or an array; films and cameras are in `kith.media.films`. Every file is taken for hostile:
its size in bytes and the size in pixels that its header claims are checked before anything is
decoded, its content decides the format, and whatever goes wrong becomes one `PhotoError` of one
line. The EXIF turn is applied; a very large photo is decoded smaller, and `Photo.scale` leads back
to full size.

Out: `draw_faces` puts boxes and names on a picture, `contact_sheet` makes a page of many, and
`save_picture` writes a file whole or not at all.
It is loaded when it is first used: recognising needs none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from kith.media.folder import (
    FILM_SUFFIXES,
    PHOTO_SUFFIXES,
    count_photos,
    find_media,
    find_photos,
    is_film,
)
from kith.media.limits import Limits
from kith.media.photo import Photo, load_photo

if TYPE_CHECKING:
    from kith.media.draw import AMBIGUOUS, COLOURS, LOW, MATCH, UNKNOWN, Label, draw_faces
    from kith.media.save import save_picture
    from kith.media.sheet import Section, Tile, contact_sheet

_DRAW = ("AMBIGUOUS", "COLOURS", "LOW", "MATCH", "UNKNOWN", "Label", "draw_faces")
_SHEET = ("Section", "Tile", "contact_sheet")
_LATE = dict.fromkeys(_DRAW, "draw") | dict.fromkeys(_SHEET, "sheet") | {"save_picture": "save"}

__all__ = [
    "AMBIGUOUS",
    "COLOURS",
    "FILM_SUFFIXES",
    "LOW",
    "MATCH",
    "PHOTO_SUFFIXES",
    "UNKNOWN",
    "Label",
    "Limits",
    "Photo",
    "Section",
    "Tile",
    "contact_sheet",
    "count_photos",
    "draw_faces",
    "find_media",
    "find_photos",
    "is_film",
    "load_photo",
    "save_picture",
]


def __getattr__(name: str) -> object:
    if name not in _LATE:
        raise AttributeError(f"module 'kith.media' has no attribute {name!r}")
    return getattr(import_module(f"kith.media.{_LATE[name]}"), name)
