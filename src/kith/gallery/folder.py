"""A folder of people: whose photo is which."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from kith.errors import InvalidName, NoPhotos, PhotoUnreadable, printable
from kith.gallery.names import clean_name
from kith.media import find_media, find_photos
from kith.media.read import status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_COPY = re.compile(r"\s*\(\d+\)$")


def photos_of_folder(
    root: str | os.PathLike[str],
    on_error: Callable[[str, str], None] | None = None,
    *,
    films: bool = False,
) -> Iterator[tuple[str, str]]:
    """Yield (name, path) for a folder of people, each person's photos in a row.

    A sub-folder is a person, with every photo in it and below it; a photo that lies in the folder
    itself is a person named after the file: "Ada.jpg" and "Ada (2).jpg" are both Ada, and so is
    what lies in a sub-folder Ada. Names are as `clean_name` makes them (a file system may hand out
    accents in another form than the one they were typed in), or as they are where it refuses.

    Args:
        root: the folder.
        on_error: told of a sub-folder that cannot be read, and why.
        films: yield films too.

    Raises:
        PhotoNotFound: there is no such folder.
        PhotoUnreadable: it cannot be listed.
        NoPhotos: it is a file, or holds no photo.
    """
    top = os.fspath(root)
    status_of(top)
    if not Path(top).is_dir():
        raise NoPhotos(f"{printable(top)} is a file: name the folder that holds the people")

    def tell(path: str, reason: str) -> None:
        if path == top:
            raise PhotoUnreadable(path, reason)
        if on_error is not None:
            on_error(path, reason)

    loose: dict[str, list[str]] = {}  # the folder's own photos come before its sub-folders
    find = find_media if films else find_photos
    for path in find([top], on_error=tell):
        first, *deeper = Path(path).relative_to(top).parts
        if deeper:
            name = _name(first)
            yield from ((name, other) for other in loose.pop(name, ()))
            yield name, path
        else:
            loose.setdefault(_name(_COPY.sub("", Path(path).stem)), []).append(path)
    for name, paths in loose.items():
        yield from ((name, path) for path in paths)


def _name(text: str) -> str:
    try:
        return clean_name(text)
    except InvalidName:
        return text
