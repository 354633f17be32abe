"""Speech engines: programs that say a text aloud, or write it to a file.

Each runs as a process of its own, is handed the text through its stdin, and is killed when it
takes too long: a speech engine that hangs, or a sound device that is busy, stops nothing else.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, TypeAlias

from kith.errors import KithError, OptionError, printable

PACE = 150
"""Words in a minute; a little slower than engines speak by themselves, for a name to be heard."""

_CHECK_LIMIT = 3.0
_STEP = 0.03
_MOST_SAID = 65_536
"""Bytes that an engine may write to stderr."""
_OURS = "KITH_"
"""Secrets in the environment are nothing to a speech engine."""

Stopped: TypeAlias = Callable[[], bool]


class Engine(Protocol):
    """A program that speaks."""

    @property
    def name(self) -> str:
        """What it is called."""

    def command(self, voice: str | None, wav: Path | None) -> list[str]:
        """Return the program with its arguments; the text comes through stdin.

        Args:
            voice: language or voice; None: the engine's own.
            wav: the file to write instead of speaking.
        """

    def voices(self) -> str:
        """Return how its voices are listed, for people."""


@dataclass(frozen=True, slots=True)
class Espeak:
    """eSpeak NG, or the older eSpeak: over a hundred languages, needs no network and no model.

    https://github.com/espeak-ng/espeak-ng
    """

    program: str

    @property
    def name(self) -> str:
        """What it is called."""
        return Path(self.program).stem

    def command(self, voice: str | None, wav: Path | None) -> list[str]:
        """See `Engine`."""
        to = ["-w", str(wav)] if wav else []
        # -b 1: the text is UTF-8, whatever the locale says.
        return [self.program, "-v", voice or "en", "-s", str(PACE), "-b", "1", *to, "--stdin"]

    def voices(self) -> str:
        """See `Engine`."""
        return f"{self.name} --voices"


@dataclass(frozen=True, slots=True)
class Say:
    """The speech of macOS."""

    program: str

    @property
    def name(self) -> str:
        """What it is called."""
        return "say"

    def command(self, voice: str | None, wav: Path | None) -> list[str]:
        """See `Engine`."""
        by = ["-v", voice] if voice else []
        to = ["-o", str(wav), "--file-format=WAVE", "--data-format=LEI16@22050"] if wav else []
        return [self.program, *by, "-r", str(PACE), *to, "-f", "-"]

    def voices(self) -> str:
        """See `Engine`."""
        return "say -v '?'"


@dataclass(frozen=True, slots=True)
class Pyttsx3:
    """The speech of Windows, or whatever else pyttsx3 finds (extra ``speech``)."""

    name: str = "pyttsx3"

    def command(self, voice: str | None, wav: Path | None) -> list[str]:
        """See `Engine`."""
        by = ["--voice", voice] if voice else []
        to = ["--to", str(wav)] if wav else []
        return [sys.executable, "-m", "kith.live.speech_pyttsx3", *by, *to]

    def voices(self) -> str:
        """See `Engine`."""
        return "python -m kith.live.speech_pyttsx3 --voices"


def find_engine() -> Engine | None:
    """Return the speech engine of this machine; None where there is none."""
    if sys.platform == "darwin" and (program := shutil.which("say")):
        return Say(program)
    for name in ("espeak-ng", "espeak"):
        if program := shutil.which(name):
            return Espeak(program)
    return Pyttsx3() if find_spec("pyttsx3") else None


def no_engine() -> str:
    """Return what is said where there is no speech engine."""
    install = {
        "linux": "install espeak-ng (Debian, Ubuntu: apt install espeak-ng)",
        "darwin": "the program say, which comes with macOS, is missing",
    }.get(sys.platform, "pip install 'kith[speech]'")
    return f"no speech engine was found, so nobody is greeted aloud: {install}"


def check_voices(engine: Engine, voices: Iterable[str | None]) -> None:
    """Ask an engine whether it has the voices that are wanted.

    Raises:
        OptionError: it has not.
        KithError: it does not work.
    """
    with tempfile.TemporaryDirectory(prefix="kith-") as folder:
        for voice in dict.fromkeys(one for one in voices if one):
            wav = Path(folder) / "voice.wav"
            done = run(engine.command(voice, wav), "a", _CHECK_LIMIT)
            if done.timed_out:
                raise KithError(f"{engine.name} does not answer, so nobody is greeted aloud")
            if done.code:
                raise OptionError(
                    f"{engine.name} has no voice {printable(voice, 40)!r}: see `{engine.voices()}`"
                )


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
