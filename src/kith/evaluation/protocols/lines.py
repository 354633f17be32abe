"""A text file that somebody else made, line by line: not too long, and in an encoding we know."""

from __future__ import annotations

import codecs
import stat
from typing import TYPE_CHECKING

from kith.errors import ProtocolError, printable
from kith.media.read import photo_error, status_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST = 20_000
"""Bytes in a line; two paths of the longest kind, and some."""

_WIDE = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_lines(file: Path) -> Iterator[str]:
    """Yield the lines of a file, without their ends and without a mark of its encoding.

    Raises:
        PhotoNotFound: there is no such file.
        ProtocolError: a folder, empty, not UTF-8, or with lines that no list has.
    """
    if not stat.S_ISREG(status_of(str(file)).st_mode):
        raise ProtocolError(f"{printable(str(file))} is no file: name the file with the list")
    number = 0
    try:
        with file.open("rb") as source:
            while line := source.readline(LONGEST + 1):
                number += 1
                yield _decoded(file, number, line)
    except OSError as error:
        raise photo_error(str(file), error) from error
    if number == 0:
        raise ProtocolError(f"{printable(str(file))} is empty")


def wrong(file: Path, line: int, what: str) -> ProtocolError:
    """Return the error to raise for a line."""
    return ProtocolError(f"{printable(str(file))}, line {line:,}: {what}")


def _decoded(file: Path, number: int, line: bytes) -> str:
    if number == 1:
        if line.startswith(_WIDE):
            raise wrong(file, 1, "it is in UTF-16 or UTF-32: save it as UTF-8")
        line = line.removeprefix(codecs.BOM_UTF8)
    if len(line) > LONGEST or b"\0" in line:
        raise wrong(file, number, "this is no text: name the file with the list")
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise wrong(file, number, "it is not in UTF-8: save it as UTF-8") from None
