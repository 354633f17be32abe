"""A source watched in a window: one thread looks, the main one shows."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kith.live.watch import Step, Watching
    from kith.live.window import Window

_WAIT = 0.02
"""Seconds after which the window answers its user, at most."""
GREETED, GREETINGS = 4.0, 3
"""Seconds that a greeting stands on the picture, and how many do at once."""


class WindowLoop:
    """Shows what is watched until it ends, or the window is closed.

    Args:
        watching: the source; it is not closed.
        window: where it is shown.
        on_step: told of each step, in the thread that looks; returns greetings to be shown.
    """

    def __init__(
        self, watching: Watching, window: Window, on_step: Callable[[Step], Sequence[str]]
    ) -> None:
        self._watching = watching
        self._window = window
        self._on_step = on_step
        self._changed = threading.Condition()
        self._newest: Step | None = None
        self._shown: Step | None = None
        self._state = ""
        self._shown_state = ""
        self._greetings: deque[tuple[str, float]] = deque(maxlen=GREETINGS)
        self._error: BaseException | None = None

    def run(self) -> None:
        """Go on until the end.

        Raises:
            InputError: the source cannot be read any further.
        """
        self._window.show_state(f"{self._watching.name} …")
        looking = threading.Thread(target=self._look, name="kith-look", daemon=True)
        looking.start()
        while looking.is_alive() and not self._watching.stopped:
            self._show()
            self._window.poll()
            if self._window.closed:
                break
        self._watching.stop()
        looking.join(2.0)
        if self._error is not None:
            raise self._error

    def _look(self) -> None:
        try:
            for step in self._watching.steps():
                greetings = self._on_step(step)
                with self._changed:
                    self._greetings.extend((one, time.monotonic()) for one in greetings)
                    for event in step.events:
                        if event.event == "state":
                            self._state = _state_words(event.state, event.reason)
                    if step.frame is not None:
                        self._newest = step
                    self._changed.notify()
        except BaseException as error:  # noqa: BLE001 it is raised again by `run`
            self._error = error

    def _show(self) -> None:
        with self._changed:
            if self._newest is None:
                self._changed.wait(_WAIT)
            step, self._newest = self._newest, None
            state, said = self._state, list(self._greetings)
        if step is None and state == self._shown_state:
            return
        self._shown, self._shown_state = step or self._shown, state
        if step is None:  # the source is silent, or is there again and has nothing to show yet
            self._window.show_state(state or "…", self._shown.frame if self._shown else None)
        elif step.frame is not None and step.moment is not None:
            now = time.monotonic()
            greetings = [words for words, since in said if now - since < GREETED]
            rate = f"{self._watching.figures.rate:.0f} frames/s"
            self._window.show(step.frame, step.moment.seen, rate, greetings)


def _state_words(state: str | None, reason: str | None) -> str:
    if state in (None, "connected"):
        return ""
    return f"{state}: {reason}" if reason else str(state)
