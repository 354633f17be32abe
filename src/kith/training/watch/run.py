"""One run that is watched."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from kith._version import __version__
from kith.errors import OutputError
from kith.media.save import save_files
from kith.training.require import require
from kith.training.watch.board import Board
from kith.training.watch.panels import Steps, panels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kith.training.records import EpochRecord, StepRecord

PICTURE = "progress.png"
PAGE = "progress.html"

_NEEDS = {"jinja2": "Jinja", "matplotlib": "Matplotlib"}
_QUIET = 60.0
"""Seconds after which a long epoch is drawn before it ends."""
_SHARE, _EPOCHS = 50.0, 10.0
"""Between two drawings at least so many times as long as one takes: within an epoch, at its end."""


class Watch:
    """Keeps `progress.png` and `progress.html` in a folder up to date while a network learns.

    Both are renewed at the end of epochs, and now and then within a long one. Each appears
    complete.

    Args:
        work: the folder; made where it is missing.
        title: of the run.
        tensorboard: write events into `work/tensorboard`, too.

    Raises:
        MissingExtra: Jinja or Matplotlib is not installed, or TensorBoard where it is wanted.
    """

    def __init__(self, work: Path, title: str, *, tensorboard: bool) -> None:
        require(_NEEDS)
        self._work, self._title = work, title
        self._board = Board(work) if tensorboard else None
        self._history: tuple[EpochRecord, ...] = ()
        self._step: StepRecord | None = None
        self._steps = Steps()
        self._drawn, self._took = time.monotonic(), 0.0
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
            return
        with suppress(OutputError):  # what stopped the run is what is to be told
            self.close("Stopped")

    def step(self, record: StepRecord) -> None:
        """Take note of a step."""
        self._step = record
        self._steps.add(record.epoch - 1 + record.step / record.steps, record.loss)
        if self._board is not None:
            self._board.step(record)
        if time.monotonic() - self._drawn > max(_QUIET, _SHARE * self._took):
            self._write(None)

    def epoch(self, history: Sequence[EpochRecord]) -> None:
        """Draw everything after an epoch; not each time where epochs are shorter than drawings.

        Args:
            history: of all epochs, also of those before the run was resumed; the last is new.

        Raises:
            OutputError: the disk is full, or it is not permitted.
        """
        self._history = tuple(history)
        if self._board is not None and history:
            self._board.epoch(history[-1])
        if time.monotonic() - self._drawn >= _EPOCHS * self._took:
            self._write(None)

    def close(self, ended: str = "") -> None:
        """Draw for the last time; an open page then stops looking. A second call does nothing.

        Args:
            ended: how, in a word or two, such as "Stopped early"; empty: it ended.

        Raises:
            OutputError: the disk is full, or it is not permitted.
        """
        if not self._open:
            return
        self._open = False
        try:
            if self._history or self._step is not None:
                self._write(ended)
        finally:
            if self._board is not None:
                self._board.close()

    def _write(self, ended: str | None) -> None:
        from kith.training.watch.figures import picture
        from kith.training.watch.page import page

        began = time.monotonic()
        shown = panels(self._history, self._steps.points)
        text = page(self._title, shown, self._history, self._step, ended)
        files = {self._work / PAGE: text.encode("utf-8", "replace")}
        if shown:
            drawn = picture(shown, self._title, f"kith {__version__} learning")
            files = {self._work / PICTURE: drawn, **files}
        save_files(files)
        self._drawn = time.monotonic()
        self._took = self._drawn - began
