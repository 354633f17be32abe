"""A source watched in a window: one thread looks, the main one shows."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from kith.live.watch import Step, Watching
    from kith.live.window import Window

_WAIT = 0.02
"""Seconds after which the window answers its user, at most."""
GREETED = 4.0
"""Seconds that a greeting stands on the picture."""


class WindowLoop:
    """Shows what is watched until it ends, or the window is closed.

    Args:
        watching: the source; it is not closed.
        window: where it is shown.
        on_step: told of each step, in the thread that looks; returns a greeting to be shown, or
            nothing.
    """

    def __init__(
        self, watching: Watching, window: Window, on_step: Callable[[Step], str | None]
    ) -> None:
        self._watching = watching
        self._window = window
        self._on_step = on_step
        self._changed = threading.Condition()
        self._newest: Step | None = None
        self._shown: Step | None = None
        self._state = ""
        self._shown_state = ""
        self._greeting = "", 0.0
        self._error: BaseException | None = None

    def run(self) -> None:
        """Go on until the end.

        Raises:
            InputError: the source cannot be read any further.
        """
        self._window.show_text(f"{self._watching.name} …")
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
                greeting = self._on_step(step)
                with self._changed:
                    if greeting:
                        self._greeting = greeting, time.monotonic()
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
            state, (greeting, since) = self._state, self._greeting
        if step is None and state == self._shown_state:
            return
        stands = step is None  # the source is silent: who stood there may be gone
        self._shown, self._shown_state = step or self._shown, state
        step = self._shown
        if step is None or step.frame is None or step.moment is None:
            self._window.show_text(f"{self._watching.name} · {state}")
            return
        notes = [] if stands else [f"{self._watching.figures.rate:.0f} frames/s"]
        shown = greeting if time.monotonic() - since < GREETED else ""
        seen = () if stands else step.moment.seen
        self._window.show(step.frame, seen, [*notes, *filter(None, [state])], shown)


def _state_words(state: str | None, reason: str | None) -> str:
    if state in (None, "connected"):
        return ""
    return f"{state}: {reason}" if reason else str(state)
