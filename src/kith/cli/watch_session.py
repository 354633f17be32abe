"""A run of ``kith watch`` from its options to its end."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Self

import typer

from kith.cli import streams
from kith.cli.output import say, spinner
from kith.cli.watch_told import Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kith.cli.watch_greet import Greets, Wish
    from kith.live.watch import Watching
    from kith.live.webhook import Webhook
    from kith.recognizer import Recognizer

FAILED = 2
LAST_EVENTS = 10.0
"""Seconds to let a receiver take the last events, at the end of a film."""
AT_ONCE = 0.5
"""The same, where the user has ended it."""


class Session:
    """What watches, shows, tells, greets and sends.

    Args:
        headless: without a window.
        full: the window fills the screen.
        as_json: events are written as JSON lines.
        quiet: nothing is written for people.
    """

    def __init__(self, *, headless: bool, full: bool, as_json: bool, quiet: bool) -> None:
        self._headless = headless
        self._full = full
        self._json = as_json
        self._shown = not (as_json or quiet)
        self._greets: Greets | None = None
        self._webhook: Webhook | None = None
        self._watching: Watching | None = None
        self._asked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._greets is not None:
            self._greets.close(lambda: True)
        if self._webhook is not None:
            self._webhook.close()
        if kind is KeyboardInterrupt:  # before there was anything to watch
            raise typer.Exit(0) from None

    def prepare(self, wish: Wish, on_event: str | None) -> None:
        """Look at the options that need no network.

        Raises:
            OptionError: one of them is not as it has to be.
            KithError: there is no screen for a window.
        """
        if not self._headless:
            from kith.live.window import check_screen

            check_screen()
        self._greets = wish.prepare()
        if on_event is not None:
            from kith.live.webhook import SECRET, Webhook

            self._webhook = Webhook(on_event, on_problem=_complain)
            if not self._webhook.signed:
                _complain(f"events are sent without a signature: {SECRET} is not set")

    def run(
        self,
        source: str,
        gallery: Path | None,
        recognizer: Recognizer,
        threshold: float | None,
        *,
        every: int,
        timeout: float,
    ) -> None:
        """Watch until the end.

        Raises:
            typer.Exit: with 2: the source ended before its time.
            KithError: it cannot be opened or shown.
        """
        from kith.cli.calibrated import warn_detector
        from kith.gallery.gallery import Gallery
        from kith.live.watch import Watching as Opened

        with ExitStack() as opened:
            people = opened.enter_context(Gallery(gallery, recognizer=recognizer))
            warn_detector(people.calibration, recognizer, given=threshold)
            with spinner("connecting", shown=self._shown):
                watching = Opened(
                    source,
                    people,
                    threshold=threshold,
                    every=every,
                    timeout=timeout,
                    paced=not self._headless,
                )
            self._watching = opened.enter_context(watching)
            opened.enter_context(_ended_by_signals(self._stop))
            self._watch(watching)
            self._finish(watching)
        if watching.problem and not self._asked:
            streams.complain(f"{watching.name}: {watching.problem}")
            raise typer.Exit(FAILED)

    def _watch(self, watching: Watching) -> None:
        told = self._told = Told(
            as_json=self._json,
            shown=self._shown,
            live=watching.live,
            greets=self._greets,
            webhook=self._webhook,
        )
        if self._greets is not None:
            self._greets.start(live=watching.live)
        if self._headless:
            for step in watching.steps():
                told.step(step)
            return
        from kith.live.window import Window
        from kith.live.window_loop import WindowLoop

        with Window(f"kith: {watching.name}", full=self._full) as window:
            WindowLoop(watching, window, told.step).run()
            self._asked = self._asked or window.closed

    def _finish(self, watching: Watching) -> None:
        """Let the last words be spoken and the last events be taken; then say how it went."""
        if self._greets is not None:
            self._greets.close(lambda: self._asked)
        if self._webhook is not None:
            self._webhook.close(AT_ONCE if self._asked else LAST_EVENTS, lambda: False)
            if self._webhook.lost:
                _complain(f"{self._webhook.lost:,} events were not delivered")
        self._told.summary(watching)

    def _stop(self) -> None:
        self._asked = True
        if self._watching is not None:
            self._watching.stop()


@contextmanager
def _ended_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call a function on Ctrl-C and SIGTERM; who asks for it twice does not want to wait."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def asked(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop()

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _complain(problem: str) -> None:
    say(f"kith: {problem}", error=True)
