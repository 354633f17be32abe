"""Bars on stderr, where somebody can see them."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kith.cli.output import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.progress import Progress, ProgressColumn

    from kith.models.progress import Progress as FetchProgress


@contextmanager
def photo_progress(what: str, total: int | None, *, shown: bool) -> Iterator[Callable[[], None]]:
    """Give a callback that advances a bar by one photo."""
    if not (shown and sys.stderr.isatty()):
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with _bars(columns, transient=True) as bars:
        task = bars.add_task(what, total=total, rate="")

        def advance() -> None:
            bars.advance(task)
            speed = bars.tasks[0].speed
            bars.update(task, rate=f"{speed:.{0 if speed >= 10 else 1}f} photos/s" if speed else "")

        yield advance


@contextmanager
def fetch_progress(*, shown: bool = True) -> Iterator[FetchProgress | None]:
    """Give a callback that draws a bar for each thing that is fetched."""
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    from rich.progress import (
        BarColumn,
        DownloadColumn,
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
    with _bars(columns) as bars:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield report


def pull_with_progress(model_ids: Iterable[str], *, shown: bool = True) -> None:
    """Fetch the models that are not here, with a bar."""
    from kith.models.catalogue import card
    from kith.models.graphs import is_here
    from kith.models.store import ModelStore

    store = ModelStore()
    missing = [one for one in map(card, model_ids) if not is_here(one, store)]
    if missing:
        with fetch_progress(shown=shown) as progress:
            store.pull(missing, progress)


def _bars(columns: Iterable[ProgressColumn], *, transient: bool = False) -> Progress:
    from rich.progress import Progress

    # Tables and bars on one screen have to take turns; a table on its way to a file does not pass
    # through here, or it would end up on the screen.
    shared = sys.stdout.isatty()
    return Progress(
        *columns, console=console(error=True), transient=transient, redirect_stdout=shared
    )
