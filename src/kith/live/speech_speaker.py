"""Greetings spoken one after the other, by a thread that nothing waits for."""

from __future__ import annotations

import queue
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from kith.errors import KithError
from kith.live.speech_run import run

if TYPE_CHECKING:
    from collections.abc import Callable

    from kith.live.greeting import Greeting
    from kith.live.speech import Engine
    from kith.live.speech_wav import GreetingFile

WAITING = 8
"""Greetings that wait for their turn, at most."""
LIMIT, LIMIT_PER_LETTER = 6.0, 0.15
"""Seconds that a greeting may take, and more for each letter: twice what is spoken slowly."""
COMPLAINTS = 10
"""Different things that may go wrong before nothing more is said of them."""
STALE = 10.0
"""Seconds after which it is too late to greet somebody who came in."""


class Speaker:
    """Speaks greetings aloud, or writes them to a file, or both.

    `say` never waits. What goes wrong is told once, and the next greeting is tried again.

    Args:
        engine: that speaks.
        aloud: whether it is heard.
        file: that greetings are written to.
        stale: seconds after which a greeting is not spoken any more; None: never too late.
        on_problem: told in one line, from the speaker's thread, that a greeting was not spoken.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        aloud: bool = True,
        file: GreetingFile | None = None,
        stale: float | None = STALE,
        on_problem: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._engine = engine
        self._aloud = aloud
        self._file = file
        self._stale = stale
        self._on_problem = on_problem
        self._told: set[str] = set()
        self._queue: queue.Queue[tuple[Greeting, float] | None] = queue.Queue(WAITING)
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="kith-speech", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def say(self, greeting: Greeting) -> None:
        """Speak a greeting when the ones before it are through."""
        try:
            self._queue.put_nowait((greeting, time.monotonic()))
        except queue.Full:
            self._tell("too many people at once: not everybody is greeted")

    def close(self, wait: float = 0.0, stopped: Callable[[], bool] = lambda: False) -> None:
        """End the speaker; safe to call twice.

        Args:
            wait: seconds to let it finish what it was given.
            stopped: asked again and again; True ends the waiting.
        """
        deadline = time.monotonic() + wait
        while self._queue.unfinished_tasks and time.monotonic() < deadline and not stopped():
            time.sleep(0.02)
        self._stopped = True
        while self._thread.is_alive():
            try:
                self._queue.put_nowait(None)
            except queue.Full:  # nobody speaks any more: the thread empties it at once
                time.sleep(0.01)
                continue
            self._thread.join(2.0)
            return

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            greeting, asked = item
            try:
                late = self._stale is not None and time.monotonic() - asked > self._stale
                if not (self._stopped or late):
                    self._speak(greeting)
            except KithError as error:
                self._tell(str(error))
            finally:
                self._queue.task_done()
        self._queue.task_done()

    def _speak(self, greeting: Greeting) -> None:
        if self._file is not None:
            with tempfile.TemporaryDirectory(prefix="kith-") as folder:
                wav = Path(folder) / "greeting.wav"
                if self._run(greeting, wav):
                    self._file.add(wav)
        if self._aloud:
            self._run(greeting, None)

    def _run(self, greeting: Greeting, wav: Path | None) -> bool:
        """Run the engine; return whether it went well."""
        limit = LIMIT + LIMIT_PER_LETTER * len(greeting.text)
        command = self._engine.command(greeting.voice, wav)
        done = run(command, greeting.text, limit, lambda: self._stopped)
        if self._stopped:
            return False
        if done.problem is not None:
            self._tell(f"{self._engine.name}: {done.problem}")
        return done.problem is None

    def _tell(self, problem: str) -> None:
        if problem not in self._told and len(self._told) < COMPLAINTS:
            self._told.add(problem)
            self._on_problem(f"nobody was greeted aloud: {problem}")
