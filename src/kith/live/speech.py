"""Speech engines: programs that say a text aloud, or write it to a file."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kith.errors import KithError, OptionError, printable
from kith.live.speech_run import run

if TYPE_CHECKING:
    from collections.abc import Iterable

PACE = 150
"""Words in a minute; a little slower than engines speak by themselves, for a name to be heard."""

_CHECK_LIMIT = 3.0


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
