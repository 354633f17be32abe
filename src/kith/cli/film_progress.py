"""Bars for photos and films: how many of them, and how far through the film at hand."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kith.cli.output import Column, Table, console
from kith.errors import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID

    OnProgress = Callable[[float, float | None], None]

_EVERY = 0.1
"""Seconds between two movements of a bar."""


class MediaProgress:
    """A bar for the files, and one for each film while it lasts.

    Args:
        bars: that they are drawn by; None where nobody looks.
        files: the bar of the files; None where there is but one.
    """

    def __init__(self, bars: Progress | None, files: TaskID | None) -> None:
        self._bars = bars
        self._files = files

    def advance(self) -> None:
        """Move on by one file."""
        if self._bars is not None and self._files is not None:
            self._bars.advance(self._files)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the bars away while something is printed."""
        if self._bars is None:
            yield
            return
        self._bars.stop()
        try:
            yield
        finally:
            self._bars.start()

    @contextmanager
    def film(self, what: str, source: str) -> Iterator[OnProgress | None]:
        """Give a callback that moves a bar to so many seconds, of so many, of a film."""
        bars = self._bars
        if bars is None:
            yield None
            return
        name = source.replace("\\", "/").rpartition("/")[2]
        task = bars.add_task(f"{what} {printable(name, 40)}", total=None, rate="")
        began = moved = time.monotonic()

        def move(seconds: float, of: float | None) -> None:
            nonlocal moved
            now = time.monotonic()
            if now - moved >= _EVERY:
                moved = now
                rate = f"{seconds / (now - began):.1f}× real time"
                bars.update(task, completed=seconds, total=of, rate=rate)

        try:
            yield move
        finally:
            bars.remove_task(task)


class TableAmidBars(Table):
    """A table that is printed while bars are shown: they step aside.

    Args:
        bars: that are shown.
        columns: as for `Table`.
        shown: as for `Table`.
    """

    def __init__(self, bars: MediaProgress, *columns: str | Column, shown: bool = True) -> None:
        super().__init__(*columns, shown=shown)
        self._bars = bars

    def flush(self) -> None:
        """Print the rows that were not printed yet."""
        if self._rows:
            with self._bars.aside():
                super().flush()


@contextmanager
def media_progress(what: str, total: int | None, *, shown: bool) -> Iterator[MediaProgress]:
    """Show bars on stderr where somebody can see them."""
    if not (shown and sys.stderr.isatty()):
        yield MediaProgress(None, None)
        return
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console(error=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    )
    with bars:
        files = None if total == 1 else bars.add_task(what, total=total, rate="")
        yield MediaProgress(bars, files)
