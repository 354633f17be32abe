"""The greetings of ``kith watch``: what the options ask for, and whether it can be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kith.cli.output import say
from kith.errors import KithError, OptionError

if TYPE_CHECKING:
    from kith.live.events import WatchEvent
    from kith.live.greeting import Greeter, Greeting
    from kith.live.speech import Engine
    from kith.live.speech_speaker import Speaker
    from kith.live.speech_wav import GreetingFile

FINISH = 60.0
"""Seconds to let the last greetings be spoken, at the end of a film."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the options say about greetings.

    Attributes:
        aloud: people are greeted aloud.
        file: where greetings are written to; None: nowhere.
        text: what is said to everybody; None: the usual.
        texts: the file of what is said to some.
        voice: language or voice; None: the usual one.
        cooldown: seconds before somebody is greeted again.
    """

    aloud: bool
    file: Path | None
    text: str | None
    texts: Path | None
    voice: str | None
    cooldown: float

    def prepare(self) -> Greets | None:
        """Return what greets; None where nobody is to be greeted.

        Without a speech engine that is told, and greetings are only shown.

        Raises:
            OptionError: a text, a file, a voice or a number is not as it has to be.
        """
        if not (self.aloud or self.file):
            self._refuse_useless()
            return None
        from kith.live.greeting import GREETING, Greeter, Words, read_greetings
        from kith.live.speech_wav import GreetingFile

        usual = Words(GREETING if self.text is None else self.text, self.voice)
        special = read_greetings(self.texts, usual) if self.texts else {}
        greeter = Greeter(usual, special, self.cooldown)
        file = GreetingFile(self.file) if self.file else None
        voices = [usual.voice, *(words.voice for words in special.values())]
        return Greets(greeter, _engine(voices), file, aloud=self.aloud)

    def _refuse_useless(self) -> None:
        given = {"--greeting": self.text, "--greetings": self.texts, "--voice": self.voice}
        for option, value in given.items():
            if value is not None:
                raise OptionError(f"{option} says how to greet: add --greet or --greet-to FILE.wav")


class Greets:
    """Says who is greeted now, and has it spoken.

    Args:
        greeter: decides.
        engine: speaks; None: nothing does.
        file: that greetings are written to.
        aloud: whether they are heard.
    """

    def __init__(
        self, greeter: Greeter, engine: Engine | None, file: GreetingFile | None, *, aloud: bool
    ) -> None:
        self._greeter = greeter
        self._engine = engine
        self._file = file
        self._aloud = aloud
        self._speaker: Speaker | None = None

    def start(self, *, live: bool) -> None:
        """Begin to speak; before a camera, only what is not too late."""
        if self._engine is None:
            return
        from kith.live.speech_speaker import STALE, Speaker

        self._speaker = Speaker(
            self._engine,
            aloud=self._aloud,
            file=self._file,
            stale=STALE if live else None,
            on_problem=_complain,
        )

    def of(self, event: WatchEvent) -> Greeting | None:
        """Return how somebody is greeted upon an event, and have it spoken."""
        greeting = self._greeter.of(event)
        if greeting is not None and self._speaker is not None:
            self._speaker.say(greeting)
        return greeting

    def close(self, stopped: Callable[[], bool]) -> None:
        """Let the last greetings be spoken, unless somebody stops that."""
        if self._speaker is not None:
            self._speaker.close(FINISH, stopped)


def _engine(voices: list[str | None]) -> Engine | None:
    from kith.live.speech import check_voices, find_engine, no_engine

    engine = find_engine()
    if engine is None:
        _complain(no_engine())
        return None
    try:
        check_voices(engine, voices)
    except OptionError:
        raise
    except KithError as error:
        _complain(str(error))
        return None
    return engine


def _complain(problem: str) -> None:
    say(f"kith: {problem}", error=True)
