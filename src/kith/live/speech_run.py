"""A speech engine run as a process of its own.

It is handed the text through its stdin, and killed when it takes too long: an engine that hangs,
or a sound device that is busy, stops nothing else.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from kith.errors import printable

_STEP = 0.03
_MOST_SAID = 65_536
"""Bytes that an engine may write to stderr."""
_OURS = "KITH_"
"""Secrets in the environment are nothing to a speech engine."""

Stopped: TypeAlias = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What became of a text.

    Attributes:
        code: the program's exit code; None where it was killed or could not be started.
        timed_out: it took too long and was killed.
        said: what it wrote to stderr.
    """

    code: int | None
    timed_out: bool
    said: str

    @property
    def problem(self) -> str | None:
        """Why the text may not have been heard, in a few words; None where all is well."""
        if self.timed_out:
            return "it did not end in time and was stopped"
        if self.code is None:
            return self.said or None
        lines = [line.strip() for line in self.said.splitlines() if line.strip()]
        # Without a sound device espeak-ng complains and ends with 0.
        bad = [one for one in lines if one.lower().startswith("error") or one.endswith("not found")]
        if any(line.startswith("ALSA lib") for line in lines) and bad:
            return "the sound device cannot be opened; is there one, and is it free?"
        if self.code or bad:
            return printable((bad or lines or [f"it ended with exit code {self.code}"])[-1])
        return None


def run(command: list[str], text: str, limit: float, stopped: Stopped = lambda: False) -> Spoken:
    """Run an engine and wait for its end.

    Args:
        command: program and arguments.
        text: for its stdin.
        limit: seconds after which it is killed, with all that it has started.
        stopped: asked again and again; True kills it at once.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
    with tempfile.TemporaryFile() as words, tempfile.TemporaryFile() as said:
        words.write(text.encode())
        words.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=words,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            return Spoken(None, False, f"it cannot be started: {error.strerror or error}")
        try:
            timed_out = _wait(process, limit, lambda: stopped() or _chatters(said.fileno()))
        finally:
            _kill(process)
        said.seek(0)
        return Spoken(
            None if timed_out else process.returncode,
            timed_out,
            said.read(_MOST_SAID).decode("utf-8", "replace"),
        )


def _chatters(file: int) -> bool:
    return os.fstat(file).st_size > _MOST_SAID


def _wait(process: subprocess.Popen[bytes], limit: float, stopped: Stopped) -> bool:
    """Wait for a process to end; return whether it has not."""
    deadline = time.monotonic() + limit
    while process.poll() is None:
        if stopped():
            return False
        if time.monotonic() >= deadline:
            return True
        time.sleep(_STEP)
    return False


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children, where they have not ended by themselves."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)  # it leads a session of its own
        process.wait()
