"""Whom to greet, when, and with which words."""

from __future__ import annotations

import math
import os
import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kith.errors import InvalidName, OptionError, printable
from kith.gallery.names import clean_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kith.live.events import WatchEvent

GREETING = "Welcome {name}, have a nice day!"
COOLDOWN = 300.0
LONGEST = 500
"""Letters of a greeting, at most."""
_LARGEST_FILE = 1_000_000
_NAME = "{name}"
_MARK = re.compile(r"\{[^{}]*\}")
_PLAIN = str.maketrans("[]<>{}|\\", " " * 8)
_JOINERS = "\u200c\u200d"
_VOICE = re.compile(r"[A-Za-z0-9][\w+. /-]{0,63}")


@dataclass(frozen=True, slots=True)
class Greeting:
    """What is said to somebody.

    Attributes:
        name: whom it is said to.
        text: what is said.
        voice: language or voice, as the speech engine names it; None: the usual one.
    """

    name: str
    text: str
    voice: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a greeting, checked.

    Attributes:
        text: with ``{name}`` where the name belongs; empty: nothing is said.
        voice: language or voice; None: the usual one.

    Raises:
        OptionError: other marks in braces, too long, or no name of a voice.
    """

    text: str = GREETING
    voice: str | None = None

    def __post_init__(self) -> None:
        shown = printable(self.text, 60)
        for mark in _MARK.findall(self.text):
            if mark != _NAME:
                raise OptionError(
                    f"a greeting knows {_NAME} and no {printable(mark, 40)}: {shown!r}"
                )
        if len(self.text) > LONGEST:
            raise OptionError(f"a greeting has at most {LONGEST} letters: {shown!r}")
        if self.voice is not None and not _VOICE.fullmatch(self.voice):
            raise OptionError(
                f"{printable(self.voice, 40)!r} is no name of a voice: give one such as de or en-gb"
            )

    def greet(self, name: str) -> Greeting | None:
        """Return what is said to a person; None where nothing is."""
        spoken = " ".join(name.replace("_", " ").split())
        text = " ".join(_spoken(self.text.replace(_NAME, spoken)).split())
        return Greeting(name, text[: LONGEST + len(spoken)], self.voice) if text else None


def read_greetings(path: str | os.PathLike[str], usual: Words) -> dict[str, Words]:
    """Read what is said to whom from a file.

    The file is TOML: a line ``"Ada" = "Good to see you, {name}!"`` for each person, or a table
    ``["Ada"]`` with ``text`` and ``voice``. Who has an empty text is not greeted.

    Args:
        path: of the file.
        usual: whose text and voice count where the file names none.

    Raises:
        OptionError: the file cannot be read, or something in it is not as it has to be.
    """
    shown = printable(os.fspath(path))
    try:
        entries = tomllib.loads(_read(Path(path), shown).decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = printable(" ".join(str(error).split()))
        raise OptionError(
            f'{shown}: it has to be TOML, with lines such as "Ada" = "Hello Ada!": {reason}'
        ) from error
    except RecursionError as error:
        raise OptionError(f"{shown}: its brackets are nested too deeply") from error
    return {
        _name(shown, name): _words(shown, name, entry, usual) for name, entry in entries.items()
    }


def _read(path: Path, shown: str) -> bytes:
    try:
        status = path.stat()
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            raise OptionError(f"{shown}: is a pipe, socket or device; name a file")
        if status.st_size > _LARGEST_FILE:
            raise OptionError(f"{shown}: no file of greetings is as large as this")
        return path.read_bytes()
    except OSError as error:
        raise OptionError(f"{shown}: {error.strerror or error}") from error


def _name(file: str, name: str) -> str:
    """Return a name as the gallery spells it: accents may be letters of their own here."""
    try:
        return clean_name(name)
    except InvalidName as error:
        raise OptionError(f"{file}: {error}") from error


def _words(file: str, name: str, entry: Any, usual: Words) -> Words:
    given = {"text": entry} if isinstance(entry, str) else entry
    who = f"{file}: {printable(name, 60)}"
    if not isinstance(given, dict):
        raise OptionError(f"{who}: a text is needed, or a table with text and voice")
    strange = given.keys() - {"text", "voice"}
    if strange:
        raise OptionError(f"{who}: only text and voice are known, not {printable(min(strange))}")
    if not all(isinstance(value, str) for value in given.values()):
        raise OptionError(f"{who}: text and voice have to be written in quotes")
    try:
        return Words(given.get("text", usual.text), given.get("voice", usual.voice))
    except OptionError as error:
        raise OptionError(f"{who}: {error}") from error


def _spoken(text: str) -> str:
    """Return a text without characters that an engine could take for anything but text."""
    return "".join(c if c.isprintable() or c in _JOINERS else " " for c in text.translate(_PLAIN))


class Greeter:
    """Decides who is greeted: once per visit, and not again before a while has passed.

    A visit lasts as long as a person is seen, however often the face is lost and found again.

    Args:
        usual: the words for everybody.
        special: the words for some people, by name.
        cooldown: seconds for which a person must not have been seen to be greeted again.

    Raises:
        OptionError: the cooldown is no number of seconds.
    """

    def __init__(
        self,
        usual: Words | None = None,
        special: Mapping[str, Words] | None = None,
        cooldown: float = COOLDOWN,
    ) -> None:
        if not 0 <= cooldown < math.inf:
            raise OptionError(f"the cooldown is a number of seconds, 0 or more, not {cooldown:g}")
        self._usual = usual or Words()
        self._special = dict(special or {})
        self._cooldown = cooldown
        self._here: dict[int, str] = {}
        self._gone: dict[str, float] = {}

    def of(self, event: WatchEvent) -> Greeting | None:
        """Return what is to be said upon an event; None for nothing."""
        if event.track is None:
            return None
        if event.event == "recognised" and event.name is not None:
            return self._recognised(event.track, event.name, event.time)
        if event.event in ("left", "unknown"):
            name = self._here.pop(event.track, None)
            if name is not None:
                self._gone[name] = event.time
        return None

    def _recognised(self, track: int, name: str, time: float) -> Greeting | None:
        before = self._here.pop(track, None)
        if before is not None and before != name:
            self._gone[before] = time
        visiting = name in self._here.values() or before == name
        self._here[track] = name
        gone = self._gone.pop(name, None)
        if visiting or (gone is not None and time - gone < self._cooldown):
            return None
        return self._special.get(name, self._usual).greet(name)
