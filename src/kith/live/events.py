"""What happens before a camera: somebody enters, is recognised, leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.tracking import Moment, Seen, Track
    from kith.types import Box, Identification

Happening: TypeAlias = Literal["entered", "recognised", "unknown", "left", "state"]

STRANGER_AFTER = 1.0
"""Seconds that a face has to be nobody's before that is told: first looks may be poor."""


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """Something that happened before a camera, in a stream or in a film.

    Attributes:
        event: ``entered``: a face is there. ``recognised``: it has a name, by the votes of several
            looks; again where the name changes. ``unknown``: it is nobody the gallery knows, and
            has been for a while; or its name turned out to be wrong. ``left``: it is gone.
            ``state``: the source itself changed.
        time: seconds in the source at which it happened; for ``left``, when the face was last
            seen, which is known a moment later.
        at: the same in the world's time, UTC; of a film, when it was looked at.
        source: printable name of the source, without passwords.
        track: number of the face while it was followed without a break; None for ``state``.
        person: a number that all tracks of one person in this source share; None where that is
            not known yet.
        verdict: what is said of the face; None while nothing can be said, and for ``state``.
        name: whom it shows, with the verdict `match`.
        similarity: to the most similar person; None where nothing was compared.
        threshold: the similarity a match needs.
        box: where the face is, or was last, in pixels of the frame.
        since: seconds in the source at which the face was first seen.
        state: ``connecting``, ``connected``, ``lost`` or ``ended``; None for faces.
        reason: why, in a few words.
    """

    event: Happening
    time: float
    at: datetime
    source: str = ""
    track: int | None = None
    person: int | None = None
    verdict: Verdict | None = None
    name: str | None = None
    similarity: float | None = None
    threshold: float | None = None
    box: Box | None = None
    since: float | None = None
    state: str | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it; the keys are a contract and only grow."""
        head = {
            "event": self.event,
            "time": round(self.time, 3),
            "at": self.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "source": self.source,
        }
        if self.event == "state":
            return head | {"state": self.state, "reason": self.reason}
        return head | {
            "track": self.track,
            "person": self.person,
            "verdict": None if self.verdict is None else self.verdict.value,
            "name": self.name,
            "similarity": _rounded(self.similarity, 6),
            "threshold": _rounded(self.threshold, 6),
            "box": None if self.box is None else [round(value, 2) for value in self.box],
            "since": _rounded(self.since, 3),
            "reason": self.reason,
        }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)


@dataclass(slots=True)
class _Visit:
    """What was told of a track."""

    track: int
    since: float
    box: Box
    name: str | None = None
    stranger: bool = False
    stranger_from: float | None = None


class Visits:
    """Turns what is seen on each frame into what happens.

    Args:
        source: printable name of the source.
        live: whether its seconds are the world's.
        stranger_after: seconds that a face has to be nobody's before that is told.
    """

    def __init__(
        self, source: str = "", *, live: bool = True, stranger_after: float = STRANGER_AFTER
    ) -> None:
        self._source = source
        self._live = live
        self._stranger_after = stranger_after
        self._visits: dict[int, _Visit] = {}

    def of(self, moment: Moment, now: datetime) -> list[WatchEvent]:
        """Return what happened with a frame, in order of time as far as it is known.

        Args:
            moment: of the next frame.
            now: when that frame was taken.
        """
        told = self.gone(moment.left, moment.time, now)
        for seen in moment.seen:
            visit = self._visits.get(seen.track)
            if visit is None:
                visit = self._visits[seen.track] = _Visit(seen.track, seen.since, seen.face.box)
                told.append(self._tell("entered", moment.time, now, visit, seen))
            visit.box = seen.face.box
            happening = self._news(visit, seen, moment.time)
            if happening is not None:
                told.append(self._tell(happening, moment.time, now, visit, seen))
        return told

    def gone(self, tracks: Iterable[Track], time: float, now: datetime) -> list[WatchEvent]:
        """Return that faces have left which had entered.

        Args:
            tracks: that ended.
            time: seconds in the source, now.
            now: the same in the world's time.
        """
        told = []
        for track in sorted(tracks, key=lambda one: (one.last, one.id)):
            visit = self._visits.pop(track.id, None)
            if visit is not None:
                ago = max(0.0, time - track.last) if self._live else 0.0
                last = now - timedelta(seconds=ago)
                told.append(self._tell("left", track.last, last, visit, track))
        return told

    def state(self, state: str, reason: str | None, time: float, now: datetime) -> WatchEvent:
        """Return that the source itself changed."""
        return WatchEvent("state", time, now, self._source, state=state, reason=reason or None)

    def _news(self, visit: _Visit, seen: Seen, time: float) -> Happening | None:
        """Return what is new about a face, and remember that it was told."""
        answer = seen.answer
        if answer is None:
            return None
        if answer.verdict is Verdict.MATCH:
            known, visit.name = visit.name, answer.name
            visit.stranger, visit.stranger_from = False, None
            return "recognised" if answer.name != known else None
        if visit.name is not None:
            visit.name, visit.stranger = None, True
            return "unknown"
        return "unknown" if self._stranger(visit, answer, time) else None

    def _stranger(self, visit: _Visit, answer: Identification, time: float) -> bool:
        """Tell whether it is to be said now that a face is nobody's."""
        if answer.verdict is not Verdict.UNKNOWN:
            visit.stranger_from = None
            return False
        if visit.stranger_from is None:
            visit.stranger_from = time
        if visit.stranger or time - visit.stranger_from < self._stranger_after:
            return False
        visit.stranger = True
        return True

    def _tell(
        self,
        happening: Happening,
        time: float,
        at: datetime,
        visit: _Visit,
        face: Seen | Track,
    ) -> WatchEvent:
        event = WatchEvent(
            happening,
            time,
            at,
            self._source,
            track=visit.track,
            person=face.person or None,
            box=visit.box,
            since=visit.since,
        )
        answer = face.answer
        if answer is None:
            return event
        return replace(
            event,
            verdict=answer.verdict,
            name=answer.name,
            similarity=answer.similarity,
            threshold=answer.threshold,
            reason=answer.reason,
        )
