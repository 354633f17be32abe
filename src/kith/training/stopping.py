"""Being asked to stop: the step under way is finished and kept first."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASKING = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Whether somebody asked to stop.

    Attributes:
        asked: a signal has come.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Any] = {}
        self._signal: tuple[int, Any] | None = None

    def obey(self) -> None:
        """Do what the signal would have done at once."""
        if self._signal is None:
            return
        number, frame = self._signal
        before = self._before.get(number)
        if callable(before):
            before(number, frame)
        raise KeyboardInterrupt

    def _note(self, number: int, frame: Any) -> None:
        self.asked, self._signal = True, (number, frame)
        # Who asks twice does not want to wait for the step.
        signal.signal(number, self._before[number])


@contextmanager
def stopping() -> Iterator[Stopping]:
    """Take notes of Ctrl-C and of requests to end, instead of stopping in the midst of a step.

    Outside the main thread signals do not arrive, and nothing is changed.
    """
    noted = Stopping()
    if threading.current_thread() is not threading.main_thread():
        yield noted
        return
    for number in _ASKING:
        before = signal.getsignal(number)
        if before is not signal.SIG_IGN:  # who began this without Ctrl-C goes on without it
            noted._before[number] = before  # noqa: SLF001
            signal.signal(number, noted._note)  # noqa: SLF001
    try:
        yield noted
    finally:
        for asking, before in noted._before.items():  # noqa: SLF001
            signal.signal(asking, before)
