"""Pairs in a table: a header, then photo, photo, and whether both show one person."""

from __future__ import annotations

import csv
import os
from pathlib import PurePath
from typing import TYPE_CHECKING

from kith.errors import ProtocolError, printable
from kith.evaluation.protocols import lfw
from kith.evaluation.protocols.lines import wrong
from kith.evaluation.protocols.listing import Listing
from kith.media import PHOTO_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_SAME = frozenset({"yes", "y", "true", "t", "1", "same", "genuine", "match"})
_DIFFERENT = frozenset({"no", "n", "false", "f", "0", "different", "impostor", "mismatch"})
_NO_HEADING = frozenset({"yes", "no", "true", "false", "1", "0"})
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}


def read(file: Path, header: str, lines: Iterable[str], root: str) -> Listing:
    """Read the lines behind the header; photos are called by their path below the root.

    Args:
        file: for messages.
        header: the first line; its three names may be any.
        lines: those after it.
        root: absolute; where the paths begin.

    Raises:
        ProtocolError: a line that is no pair, a path that leaves the root.
    """
    separator = _separator(file, header)
    # A name in quotes may run over lines, whose ends are then part of it.
    whole = (f"{line}\n" for line in lines)
    rows = csv.reader(whole, delimiter=separator, strict=True, skipinitialspace=True)
    listing = Listing()
    below: dict[str, str] = {}  # a path is looked at once, however many pairs it stands in
    try:
        for row in rows:
            if any(map(str.strip, row)):
                number = rows.line_num + 1
                a, b, label = _three(file, number, row, separator)
                same = _label(file, number, label)
                for path in (a, b):
                    if path not in below:
                        below[path] = _inside(file, number, path, root)
                listing.add(below[a], below[b], same)
    except csv.Error as error:
        raise wrong(file, rows.line_num + 1, f"this is no line of a table ({error})") from error
    if not len(listing):
        raise ProtocolError(f"{printable(str(file))} holds no pair")
    return listing


def _separator(file: Path, header: str) -> str:
    if lfw.is_pair(header):
        raise wrong(
            file, 1, "this is a pair in LFW's form already: its first line says how many follow"
        )
    for separator in _SEPARATORS:
        names = next(csv.reader([header], delimiter=separator), [])
        if len(names) == 3:
            if names[2].strip().casefold() in _NO_HEADING or any(map(_is_photo, names[:2])):
                raise wrong(file, 1, "this is a pair already: begin with a header such as a,b,same")
            return separator
    raise wrong(
        file,
        1,
        "a table of pairs begins with a header of three columns (photo, photo, same) with comma, "
        "semicolon or tab between; LFW's form begins with the number of folds and of pairs",
    )


def _is_photo(name: str) -> bool:
    return PurePath(name.strip()).suffix.lower() in PHOTO_SUFFIXES


def _three(file: Path, number: int, row: list[str], separator: str) -> tuple[str, str, str]:
    if len(row) != 3:
        word = _SEPARATORS[separator]
        raise wrong(
            file, number, f"{len(row)} columns with a {word} between, where the header has 3"
        )
    a, b, label = (cell.strip() for cell in row)
    if not (a and b):
        raise wrong(file, number, "a photo is missing")
    return a, b, label


def _label(file: Path, number: int, label: str) -> bool:
    word = label.casefold()
    if word in _SAME:
        return True
    if word in _DIFFERENT:
        return False
    raise wrong(
        file,
        number,
        f"'{printable(label, 40)}' is neither yes nor no (nor true, false, 1, 0, same, different)",
    )


def _inside(file: Path, number: int, path: str, root: str) -> str:
    whole = os.path.normpath(os.path.join(root, path))  # noqa: PTH118
    below = os.path.join(root, "")  # noqa: PTH118
    if not whole.startswith(below):
        raise wrong(
            file,
            number,
            f"{printable(path, 80)} leads out of {printable(root)}: name another --root",
        )
    return whole.removeprefix(below)
