"""Faces followed from frame to frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kith.tracking.records import Look, Moment, Seen, Track
from kith.tracking.settings import Settings
from kith.tracking.votes import vote
from kith.types import Box, Face, Identification, Verdict, overlap

if TYPE_CHECKING:
    from kith.media.films import Frame
    from kith.recognizer import Recognizer

Ask: TypeAlias = Callable[[Sequence[Face]], tuple[Identification, ...]]
"""From faces with embeddings to an answer for each."""


@dataclass(slots=True, eq=False)
class _Followed:
    id: int
    face: Face
    first: float
    last: float
    looks: list[Look] = field(default_factory=list)
    next_look: float = 0.0
    answer: Identification | None = None
    said: Identification | None = None


class Follower:
    """Follows the faces of a film or a camera. For one source, and one thread at a time.

    Args:
        recognizer: finds and describes faces.
        ask: who a face is, as `Gallery.identify_faces` says.
        settings: how closely faces are followed.
    """

    def __init__(self, recognizer: Recognizer, ask: Ask, settings: Settings | None = None) -> None:
        self._recognizer = recognizer
        self._ask = ask
        self._settings = settings or Settings()
        self._tracks: list[_Followed] = []
        self._made = 0

    def step(self, frame: Frame) -> Moment:
        """Take the next frame; times must rise."""
        found = self._glance(frame)
        seen = self._match(found, frame.time)
        self._look_closely(frame, seen)
        left = [t for t in self._tracks if frame.time - t.last > self._settings.patience]
        self._tracks = [track for track in self._tracks if track not in left]
        return Moment(
            frame.index,
            frame.time,
            tuple(
                Seen(t.id, t.face, t.first, t.said or t.answer, t not in seen, t.id)
                for t in self._tracks
            ),
            tuple(map(_finished, left)),
        )

    def finish(self) -> tuple[Track, ...]:
        """End all tracks, as the film has."""
        left, self._tracks = self._tracks, []
        return tuple(map(_finished, left))

    def correct(self, track: int, name: str | None) -> bool:
        """Take a person's word for who a face is: it holds for this track, whatever looks say.

        Args:
            track: its number.
            name: who it is; None: nobody of the gallery.

        Returns:
            False where there is no such track any more.
        """
        found = next((one for one in self._tracks if one.id == track), None)
        if found is None:
            return False
        threshold = found.answer.threshold if found.answer else self._recognizer.threshold
        verdict = Verdict.UNKNOWN if name is None else Verdict.MATCH
        reason = "a person said so" if name is None else None
        found.said = Identification(verdict, name, None, threshold, (), reason, found.face)
        return True

    def looks(self, track: int) -> tuple[Look, ...]:
        """Return the best looks at a track that is being followed, best quality first."""
        return next((tuple(one.looks) for one in self._tracks if one.id == track), ())

    def _glance(self, frame: Frame) -> list[Face]:
        small = frame.reduced(self._settings.side)
        factor = frame.width / small.shape[1]
        return [
            replace(
                face,
                box=Box(*(value * factor for value in face.box)),
                landmarks=(face.landmarks * np.float32(factor)),
            )
            for face in self._recognizer.glance(small)
        ]

    def _match(self, found: list[Face], time: float) -> list[_Followed]:
        pairs = sorted(
            (
                (overlap(track.face.box, face.box), track, face)
                for track in self._tracks
                for face in found
            ),
            key=lambda pair: -pair[0],
        )
        taken: dict[int, Face] = {}
        for similar, track, face in pairs:
            if similar < 0.2 or track.id in taken or any(face is one for one in taken.values()):
                continue
            taken[track.id] = face
            track.face, track.last = face, time
        for face in found:
            if not any(face is one for one in taken.values()):
                self._made += 1
                self._tracks.append(_Followed(self._made, face, time, time))
                taken[self._made] = face
        return [track for track in self._tracks if track.id in taken]

    def _look_closely(self, frame: Frame, seen: list[_Followed]) -> None:
        due = sorted((t for t in seen if t.next_look <= frame.time), key=lambda t: t.next_look)
        for track in due[: self._settings.looks_per_frame]:
            enough = len(track.looks) >= self._settings.votes
            track.next_look = frame.time + (2.0 if enough else 0.2)
            face = self._recognizer.close_up(frame.pixels, track.face.box)
            if face is None:
                continue
            side = self._settings.portraits
            portrait = self._recognizer.crop(frame.pixels, face, side) if side else None
            [answer] = self._ask([face])
            track.looks.append(Look(face, frame.time, answer, portrait))
            track.looks.sort(
                key=lambda look: -(look.face.quality.score if look.face.quality else 0)
            )
            del track.looks[self._settings.looks :]
            track.answer = vote(track.looks, self._settings.votes)


def _finished(track: _Followed) -> Track:
    return Track(
        track.id, track.first, track.last, tuple(track.looks), track.said or track.answer, track.id
    )
