"""How a network learns, while it does: a bar and a line for each epoch."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from kith.cli.output import WIDE, console, emit, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress

    from kith.training.records import EpochRecord, StepRecord


class TrainingProgress(Protocol):
    """What is told while a network learns."""

    def step(self, record: StepRecord) -> None:
        """Take note of a step."""

    def epoch(self, record: EpochRecord) -> None:
        """Take note of an epoch."""

    def say(self, text: str) -> None:
        """Write a line for people."""


@contextmanager
def training_progress(epochs: int, *, shown: bool, as_json: bool) -> Iterator[TrainingProgress]:
    """Give what steps and epochs are told to.

    On a terminal there is a bar with a line above it for each epoch; elsewhere the lines alone.
    All of it is on stderr, but for JSON: one object for each epoch on stdout.

    Args:
        epochs: passes at most.
        shown: whether people want to see anything.
        as_json: programs read along, and people see nothing.
    """
    if as_json:
        yield _Objects()
    elif not shown:
        yield _Silent()
    elif not sys.stderr.isatty():
        yield _Lines(lambda text: say(text, error=True))
    else:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[now]}"),
            TimeRemainingColumn(),
            console=console(error=True),
            transient=True,
            expand=True,
            redirect_stdout=sys.stdout.isatty(),
        )
        with bars:
            yield _Bar(bars, epochs)


def epoch_shape(record: EpochRecord) -> dict[str, Any]:
    """Return what programs are told of an epoch; the keys are a contract and only grow."""
    from dataclasses import asdict

    from kith.evaluation.shapes import number

    held = record.held_out
    return {
        "epoch": record.epoch,
        "loss": number(record.loss),
        "active": number(record.active),
        "rate": number(record.rate),
        "images_per_second": number(round(record.images_per_second, 2)),
        "held_out": None
        if held is None
        else {
            key: one if isinstance(one, int) else number(one) for key, one in asdict(held).items()
        },
        "best": record.best,
    }


def _numbers(values: dict[str, Any]) -> dict[str, Any]:
    from kith.evaluation.shapes import number

    return {key: one if isinstance(one, int) else number(one) for key, one in values.items()}


class _Silent:
    def step(self, record: StepRecord) -> None:
        pass

    def epoch(self, record: EpochRecord) -> None:
        pass

    def say(self, text: str) -> None:
        pass


class _Objects(_Silent):
    def epoch(self, record: EpochRecord) -> None:
        emit(epoch_shape(record))


class _Lines(_Silent):
    """A line for each epoch, below each other like a table's.

    Args:
        write: puts a line where people see it.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._headed = False

    def epoch(self, record: EpochRecord) -> None:
        if not self._headed:
            self._headed = True
            self._write(_head(record))
        self._write(_row(record))

    def say(self, text: str) -> None:
        self._write(text)


class _Bar(_Lines):
    def __init__(self, bars: Progress, epochs: int) -> None:
        super().__init__(lambda text: bars.console.print(text, soft_wrap=True))
        self._bars = bars
        self._epochs = epochs
        self._held = ""
        self._begun = False
        self._task = bars.add_task("epoch 1", total=None, now="")

    def step(self, record: StepRecord) -> None:
        wide = self._bars.console.width >= WIDE
        now = [
            f"step {record.step:,}/{record.steps:,}" if wide else "",
            f"loss {record.loss:.4g}",
            f"active {100 * record.active:.0f} %" if wide else "",
            self._held,
            f"{record.images_per_second:.0f} images/s",
        ]
        total = self._epochs * record.steps
        done = (record.epoch - 1) * record.steps + record.step
        if not self._begun:  # what an earlier run did says nothing of the time that is left
            self._begun = True
            self._bars.reset(self._task, total=total, completed=done)
        self._bars.update(
            self._task,
            description=f"epoch {record.epoch}/{self._epochs}",
            total=total,
            completed=done,
            now=", ".join(filter(None, now)),
        )

    def epoch(self, record: EpochRecord) -> None:
        super().epoch(record)
        if record.held_out is not None:
            self._held = f"held out {100 * record.held_out.accuracy:.1f} %"


_WIDTHS = (5, 8, 7, 9, 8, 7, 8, 8)


def _head(record: EpochRecord) -> str:
    held = record.held_out
    fmr = f"TAR@{held.fmr:.0e}".replace("e-0", "e-") if held is not None and held.fmr < 1 else "TAR"
    names = ("epoch", "loss", "active", "accuracy", fmr, "AUC", "rate", "images/s")
    return _aligned(names)


def _row(record: EpochRecord) -> str:
    held, learned = record.held_out, record.loss is not None
    cells = (
        str(record.epoch),
        "–" if record.loss is None else f"{record.loss:.4g}",
        "–" if record.active is None else f"{100 * record.active:.1f} %",
        "–" if held is None else f"{100 * held.accuracy:.2f} %",
        "–" if held is None or held.fmr >= 1 else f"{100 * held.tar:.1f} %",
        "–" if held is None else f"{held.auc:.4f}",
        f"{record.rate:.2g}" if learned else "–",
        f"{record.images_per_second:.0f}" if learned else "–",
    )
    before = "" if learned else "  before learning"
    return _aligned(cells) + (before or ("  best" if record.best else ""))


def _aligned(cells: tuple[str, ...]) -> str:
    return "  ".join(cell.rjust(width) for cell, width in zip(cells, _WIDTHS, strict=True))
