"""What commands print: tables for people, JSON lines for programs."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self, TypeAlias

from kith.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console
    from rich.text import Text

ROWS_PER_TABLE = 200
WIDE = 100
"""Letters in a line from which a screen has room for what is not needed every time."""
UNLIMITED = 10_000

Cell: TypeAlias = "str | tuple[str, str]"
"""Text, or text and a style."""


def emit(*objects: dict[str, Any]) -> None:
    """Write objects as JSON, one per line, on stdout; at once, for whoever reads along."""
    for thing in objects:
        line = json.dumps(thing, ensure_ascii=False)
        try:
            line.encode(sys.stdout.encoding or "utf-8")
        except UnicodeEncodeError:  # a file name that is no text, or a narrow terminal
            line = json.dumps(thing)
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say(text: str, *, error: bool = False) -> None:
    """Write a line for people; on stderr as far as that is possible."""
    if not error:
        sys.stdout.write(text + "\n")
        return
    with suppress(OSError):
        sys.stderr.write(text + "\n")


def console(*, error: bool = False) -> Console:
    """Return a console that shows text as it is, without reading marks in it.

    What goes to a file or to another program is not broken into lines.
    """
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else UNLIMITED
    return Console(stderr=error, markup=False, highlight=False, emoji=False, width=width)


@contextmanager
def spinner(what: str, *, shown: bool) -> Iterator[None]:
    """Show that something is being done that has no steps to count."""
    if not (shown and sys.stderr.isatty()):
        yield
        return
    with console(error=True).status(what):
        yield


class Column(NamedTuple):
    """A column of a table: text, broken where it is too long, unless its kind says otherwise."""

    name: str
    kind: Literal["text", "name", "path", "number"] = "text"
    extra: bool = False  # only where there is room
    spare: bool = False  # only where something stands in it


class Table:
    """A table that may be long: printed in pages, so that memory does not grow with it.

    Use it in a `with`, at whose end the last page is printed, whatever happened.

    Args:
        columns: their names, or more about them.
        shown: False for a table that nobody wants to see.
    """

    def __init__(self, *columns: str | Column, shown: bool = True) -> None:
        self._columns = [Column(one) if isinstance(one, str) else one for one in columns]
        self._rows: list[tuple[Cell, ...]] = []
        self._shown = shown

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.flush()

    def add(self, *cells: Cell) -> None:
        """Add a row."""
        if not self._shown:
            return
        self._rows.append(cells)
        if len(self._rows) >= ROWS_PER_TABLE:
            self.flush()

    def flush(self) -> None:
        """Print the rows that were not printed yet."""
        if not self._rows:
            return
        from rich.box import SIMPLE_HEAD
        from rich.table import Table as RichTable

        screen = console()
        columns = [
            one
            for one, *cells in zip(self._columns, *self._rows, strict=True)
            if (screen.width >= WIDE or not one.extra) and (any(cells) or not one.spare)
        ]
        table = RichTable(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        for column in columns:
            table.add_column(
                column.name,
                justify="right" if column.kind == "number" else "left",
                no_wrap=column.kind != "text",
            )
        for row in self._rows:
            cells = zip(self._columns, row, strict=True)
            table.add_row(*(_text(*pair, screen.width) for pair in cells if pair[0] in columns))
        self._rows.clear()
        screen.print(table)


def shortened(path: str, room: int) -> str:
    """Return a path of at most so many letters: the file's name and the beginning stay."""
    if len(path) <= room:
        return path
    name = max(path.rfind("/"), path.rfind(os.sep), 0)
    if len(path) - name + 3 > room:  # the name alone is too long
        name = len(path) - room // 2
    return f"{path[: room - 1 - (len(path) - name)]}…{path[name:]}"


def count(number: int, word: str) -> str:
    """Return a number with its word: "1 photo", "2 photos"."""
    plural = {"person": "people"}.get(word, f"{word}s")
    return f"{number:,} {word if number == 1 else plural}"


def joined(parts: Sequence[str]) -> str:
    """Return the parts that are not empty, with commas between."""
    return ", ".join(part for part in parts if part)


def _text(column: Column, cell: Cell, width: int) -> Text:
    from rich.text import Text

    text, style = (cell, "") if isinstance(cell, str) else cell
    if column.kind == "path":
        text = shortened(printable(text, UNLIMITED), max(20, width * 35 // 100))
    return Text(text, style)
