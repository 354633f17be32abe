"""All the faces being followed: who comes, who stays, who is gone."""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING

from kith.tracking.album import Album
from kith.tracking.followed import Followed
from kith.tracking.joining import Sight, join
from kith.tracking.motion import Motion
from kith.tracking.votes import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.masks import MaskedSpace
    from kith.tracking.settings import Settings
    from kith.types import Box

TRIES = 2
"""A face that is not confirmed is given up after so many searches without it, one before that."""

PART = 0.5
"""A box that shares so much of itself with another is of a part of the same face, where nothing
else speaks for it."""

DOUBLE = 1000
"""Searches without it, as far as a track of a part of a face is concerned: it ends."""

CLOSER = 0.05
"""A detector's score is so much higher at a close look."""

BESIDE = 256
"""Tracks remembered as seen beside another."""


class Crowd:
    """The tracks of one source.

    Args:
        settings: how closely faces are followed.
        same: similarity from which two looks show the same person.
        sure: mean score from which a face that no close look has shown is believed to be one.
        space: where looks with a mask are compared with others; None: as all others.
    """

    def __init__(
        self, settings: Settings, same: float, sure: float, space: MaskedSpace | None = None
    ) -> None:
        self.space = space
        self._sure = sure
        self.tracks: list[Followed] = []
        self._settings = settings
        self._same = same
        self._made = 0

    def take_in(self, sights: Sequence[Sight], time: float) -> None:
        """Take in what a search found."""
        joined = join(self.tracks, sights, time)
        met = {id(track) for track, _ in joined.met}
        for track, sight in joined.met:
            track.meet(sight.face, sight.patch, time)
        for track in self.tracks:
            if id(track) not in met:
                track.miss()
        self.tracks += [self._start(sight, time) for sight in joined.new]
        for track in self.tracks:
            if not track.id and self._is_believed(track):
                self.confirm(track)
        self._drop_doubles()
        self._note_neighbours()

    def rest(self, time: float) -> None:
        """Take in that nothing moves: who was here is still here."""
        for track in self.tracks:
            track.rest(time)

    def confirm(self, track: Followed) -> None:
        """Give a track its number."""
        if not track.id:
            self._made += 1
            track.id = self._made

    def vouch(self, track: Followed, score: float) -> None:
        """Take in that a close look showed a usable face: one so sure is no mistake."""
        track.hits += self._settings.confirm - 1
        if score >= self._sure + CLOSER:
            self.confirm(track)

    def split(self, track: Followed) -> Followed:
        """Start a track where another was followed by mistake, with that one's strange looks."""
        new = self._blank(track, track.strange[0].time)
        new.hits, new.last = track.hits, track.last
        new.take_place(track)
        for look in track.strange:
            new.album.add(look)
        new.attempts = len(track.strange)
        self.confirm(new)
        self.tracks.append(new)
        lose(track)
        return new

    def resume(self, old: Followed, new: Followed) -> None:
        """Let a track that was lost go on where a newer one, not confirmed, was found to be it."""
        old.take_place(new)
        for look in new.album:
            old.album.add(look)
        self.tracks.remove(new)

    def gone(self, time: float) -> list[Followed]:
        """Take out the tracks that nobody waits for any more; return those that were confirmed."""
        patience = self._settings.patience
        left = [
            track
            for track in self.tracks
            if track.missed >= TRIES
            and (not track.id or time - track.last > patience or track.missed >= DOUBLE)
        ]
        return self._take_out(left)

    def end(self) -> list[Followed]:
        """Take out all tracks; return those that were confirmed."""
        return self._take_out(list(self.tracks))

    def _is_believed(self, track: Followed) -> bool:
        """Whether a track has been found often, and with a score that mistakes rarely have."""
        often = track.hits >= self._settings.confirm
        return often and track.sureness >= self._sure * track.finds

    def _drop_doubles(self) -> None:
        """Take out tracks of parts of a face that another track follows."""
        here = [track for track in self.tracks if track.found]
        for one, other in itertools.permutations(here, 2):
            lesser = not one.id or (not one.album.told and other.album.told)
            if lesser and other.found and other.id and _covers(other.face.box, one.face.box):
                one.found, one.missed = False, DOUBLE

    def _take_out(self, left: list[Followed]) -> list[Followed]:
        for track in left:
            self.tracks.remove(track)
        return [track for track in left if track.id]

    def _start(self, sight: Sight, time: float) -> Followed:
        settings = self._settings
        return Followed(
            0,
            sight.face,
            Motion(sight.face.box, time),
            sight.patch,
            Album(settings.looks, 2 * settings.votes, settings.quality, self._same, self.space),
            Standing(settings.votes),
            time,
            time,
            next_look=time,
            sureness=sight.face.score,
            finds=1,
        )

    def _blank(self, track: Followed, time: float) -> Followed:
        return self._start(Sight(track.face, track.patch), time)

    def _note_neighbours(self) -> None:
        here = {track.id for track in self.tracks if track.id and track.found}
        for track in self.tracks:
            if track.id in here:
                track.beside |= here - {track.id}
                if len(track.beside) > BESIDE:
                    track.beside = set(sorted(track.beside)[-BESIDE:])


def _covers(box: Box, part: Box) -> bool:
    """Whether most of the smaller of two boxes lies in the other."""
    across = min(box.x + box.width, part.x + part.width) - max(box.x, part.x)
    down = min(box.y + box.height, part.y + part.height) - max(box.y, part.y)
    shared = max(0.0, across) * max(0.0, down)
    return shared > PART * min(box.area, part.area)


def lose(track: Followed) -> None:
    """Take in that a track was not where it was thought to be, since its first strange look."""
    track.last = min(track.last, track.strange[0].time)
    track.found, track.missed, track.doubt, track.displaced = False, 1, True, True
    track.motion = copy.copy(track.motion)
    track.strange = []
