"""What commands print: tables and bars for people, JSON lines for programs."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.console import Console

    from kith.models.progress import Progress as FetchProgress

ROWS_PER_TABLE = 200


def emit(*objects: dict[str, Any]) -> None:
    """Write objects as JSON, one per line, on stdout."""
    for thing in objects:
        try:
            sys.stdout.write(json.dumps(thing, ensure_ascii=False) + "\n")
        except UnicodeEncodeError:  # a file name that is no text, or a narrow terminal
            sys.stdout.write(json.dumps(thing) + "\n")


def say(text: str, *, error: bool = False) -> None:
    """Write a line for people."""
    typer.echo(text, err=error)


def console(*, error: bool = False) -> Console:
    """Return a console that shows text as it is, without reading marks in it."""
    from rich.console import Console

    return Console(stderr=error, markup=False, highlight=False, emoji=False)


class Table:
    """A table that may be long: printed in pages, so that memory does not grow with it."""

    def __init__(self, *columns: str) -> None:
        self._columns = columns
        self._rows: list[tuple[str | tuple[str, str], ...]] = []

    def add(self, *cells: str | tuple[str, str]) -> None:
        """Add a row; a cell is text, or text and a style."""
        self._rows.append(cells)
        if len(self._rows) >= ROWS_PER_TABLE:
            self.flush()

    def flush(self) -> None:
        """Print the rows that were not printed yet."""
        if not self._rows:
            return
        from rich.box import SIMPLE_HEAD
        from rich.table import Table as RichTable
        from rich.text import Text

        table = RichTable(*self._columns, box=SIMPLE_HEAD, pad_edge=False)
        for row in self._rows:
            table.add_row(*(Text(*cell) if isinstance(cell, tuple) else Text(cell) for cell in row))
        console().print(table)
        self._rows.clear()


@contextmanager
def photo_progress(what: str, total: int | None, *, shown: bool) -> Iterator[Callable[[], None]]:
    """Give a callback that advances a bar on stderr by one photo, where somebody can see it."""
    if not (shown and sys.stderr.isatty()):
        yield lambda: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(error=True), transient=True) as bars:
        task = bars.add_task(what, total=total, rate="")

        def advance() -> None:
            bars.advance(task)
            speed = bars.tasks[0].speed
            bars.update(task, rate=f"{speed:.0f} photos/s" if speed else "")

        yield advance


@contextmanager
def fetch_progress(*, shown: bool = True) -> Iterator[FetchProgress | None]:
    """Give a callback that draws bars of what is fetched on stderr, where somebody can see it."""
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(error=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield report


def pull_with_progress(model_ids: Iterable[str], *, shown: bool = True) -> None:
    """Fetch the models that are not here, with a bar."""
    from kith.models.catalogue import card
    from kith.models.store import ModelStore

    store = ModelStore()
    missing = [one for one in map(card, model_ids) if not store.location(one).exists()]
    if missing:
        with fetch_progress(shown=shown) as progress:
            store.pull(missing, progress)


def count(number: int, word: str) -> str:
    """Return a number with its word: "1 photo", "2 photos"."""
    plural = {"person": "people"}.get(word, f"{word}s")
    return f"{number:,} {word if number == 1 else plural}"


def joined(parts: Sequence[str]) -> str:
    """Return the parts that are not empty, with commas between."""
    return ", ".join(part for part in parts if part)
