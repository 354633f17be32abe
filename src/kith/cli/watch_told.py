"""What ``kith watch`` says of what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kith.cli.output import emit, joined, say
from kith.cli.reasons import MASK
from kith.errors import printable

if TYPE_CHECKING:
    from kith.cli.watch_greet import Greets
    from kith.live.events import WatchEvent
    from kith.live.greeting import Greeting
    from kith.live.watch import Step, Watching
    from kith.live.webhook import Webhook


class Told:
    """Tells each event to everybody who wants to know.

    Args:
        as_json: write it as JSON lines.
        shown: write it for people.
        live: times are those of the clock, not of a film.
        greets: greets people.
        webhook: is sent the events.
    """

    def __init__(
        self,
        *,
        as_json: bool,
        shown: bool,
        live: bool,
        greets: Greets | None,
        webhook: Webhook | None,
    ) -> None:
        self._json = as_json
        self._shown = shown
        self._live = live
        self._greets = greets
        self._webhook = webhook
        self._names: set[str] = set()
        self._entered = 0
        self._greeted = 0

    def step(self, step: Step) -> list[str]:
        """Tell what is new; return greetings to be shown."""
        said = []
        for event in step.events:
            self._tell(event)
            greeting = None if self._greets is None else self._greets.of(event)
            if greeting is not None:
                self._tell_greeting(event, greeting)
                said.append(greeting.text)
        return said

    def summary(self, watching: Watching) -> None:
        """Tell how it went."""
        figures = watching.figures.as_json()
        if self._json:
            emit(self._shape(watching, figures))
        elif self._shown:
            dropped = f"{watching.dropped:,} dropped" if watching.dropped else ""
            frames = f"{figures['frames']:,} frames in {figures['seconds']:.1f} s"
            rate = f"{figures['rate']:.1f} frames/s"
            delay = ""
            if figures["p50_ms"] is not None:
                delay = (
                    f"answered in {figures['p50_ms']:.0f} ms, 95 % in {figures['p95_ms']:.0f} ms"
                )
            say(joined([frames, rate, delay, dropped]))

    def _shape(self, watching: Watching, figures: dict[str, Any]) -> dict[str, Any]:
        shape = {"event": "summary", "source": watching.name, "live": watching.live}
        shape |= figures | {"dropped": watching.dropped, "skipped": watching.skipped}
        shape |= {"entered": self._entered, "people": sorted(self._names)}
        if self._greets is not None:
            shape["greeted"] = self._greeted
        if self._webhook is not None:
            shape |= {"sent": self._webhook.sent, "lost": self._webhook.lost}
        return shape | {"problem": watching.problem}

    def _tell(self, event: WatchEvent) -> None:
        self._entered += event.event == "entered"
        if event.event == "recognised" and event.name is not None:
            self._names.add(event.name)
        if self._webhook is not None:
            self._webhook.send(event.as_json())
        if self._json:
            emit(event.as_json())
        elif self._shown:
            say(f"{self._when(event)}  {_sentence(event)}")

    def _tell_greeting(self, event: WatchEvent, greeting: Greeting) -> None:
        self._greeted += 1
        if self._json:
            shape = event.as_json() | {"event": "greeted", "text": greeting.text}
            emit({key: shape[key] for key in _GREETED})

    def _when(self, event: WatchEvent) -> str:
        if self._live:
            return event.at.astimezone().strftime("%H:%M:%S")
        minutes, seconds = divmod(event.time, 60)
        return f"{minutes:3.0f}:{seconds:04.1f}"


_GREETED = ("event", "time", "at", "source", "track", "person", "name", "text")


def _sentence(event: WatchEvent) -> str:
    """Return an event in a few words."""
    if event.event == "state":
        reason = f": {event.reason}" if event.reason else ""
        return printable(f"{event.source}: {event.state}{reason}")
    who = printable(event.name) if event.name else "somebody unknown"
    if event.event == "recognised":
        return f"{who} ({event.similarity:.2f})" if event.similarity is not None else who
    if event.event == "unknown":
        return _unknown(event.reason, who)
    if event.event == "left":
        stayed = event.time - (event.since or 0.0)
        named = who if event.name or event.verdict == "unknown" else "somebody"
        return f"{named} left after {stayed:.1f} s"
    return "somebody entered"


def _unknown(reason: str | None, who: str) -> str:
    if reason == MASK:
        return "somebody behind a mask, which this gallery refuses"
    return f"{who}: {reason}" if reason else who
