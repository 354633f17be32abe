"""Faces followed from frame to frame."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from kith.tracking import attention
from kith.tracking.crowd import Crowd
from kith.tracking.eye import Eye
from kith.tracking.judge import Judge
from kith.tracking.records import Look, Moment, Track
from kith.tracking.scene import Scene
from kith.tracking.searching import Search
from kith.tracking.settings import Settings

if TYPE_CHECKING:
    from kith.media.films import Frame
    from kith.recognizer import Recognizer
    from kith.tracking.followed import Followed
    from kith.tracking.votes import Ask

IDLE = 1.0
"""Seconds after which a frame is searched although nothing moves."""

ENDED = 8
"""Tracks that can be corrected after they ended."""

LONGEST = 10.0
"""Seconds between two frames after which nobody is taken for the one before."""

UNFOUND = 3
"""Close looks that find no face, and none that does, after which there is none."""


DISTINCT = 0.15
"""A face that no close look has shown is believed to be one from a mean score that lies so much
above the detector's least."""

SPARE = 0.7
"""Searches for each frame, at most, for there to be frames without."""

RATE, MOST = 25.0, 4
"""Frames a second of which each has time for the looks of one, and how many it may have at most."""


class Follower:
    """Follows the faces of a film or a camera. For one source, and one thread at a time.

    Args:
        recognizer: finds and describes faces.
        ask: who a face is, as `Gallery.identify_faces` says.
        settings: how closely faces are followed.

    Example:
        >>> follower = Follower(people.recognizer, people.identify_faces)
        >>> for frame in film.frames():
        ...     for seen in follower.step(frame).seen:
        ...         print(frame.time, seen.track, seen.answer and seen.answer.name)
    """

    def __init__(self, recognizer: Recognizer, ask: Ask, settings: Settings | None = None) -> None:
        self._settings = settings = settings or Settings()
        self._threshold = recognizer.threshold
        same = recognizer.threshold if settings.same is None else settings.same
        self._seeker = Search(recognizer, settings.side)
        self._eye = Eye(recognizer, ask, settings.portraits)
        sure = min(0.95, recognizer.pipeline.score + DISTINCT)
        self._crowd = Crowd(settings, same, sure, recognizer.masked_space)
        self._judge = Judge(self._crowd, ask, settings, same, self._threshold)
        self._scene = Scene()
        self._ended: deque[Followed] = deque(maxlen=ENDED)
        self._time = self._due = self._searched = float("-inf")
        self._size = (0, 0)

    def step(self, frame: Frame) -> Moment:
        """Take the next frame.

        Times rise; where one does not, after a long gap, and where the size changes, all tracks
        end.
        """
        left: list[Track] = []
        time = frame.time
        size, self._size = self._size, (frame.width, frame.height)
        if not self._time <= time <= self._time + LONGEST or self._size != size:
            left += self._end()
            self._due = self._time = time
            self._searched = float("-inf")
            self._seeker.reset()
        apart, self._time = time - self._time, time
        searched = time >= self._due - 1e-6
        if searched:
            wait = 1.0 / self._settings.detections_per_second
            self._due = max(self._due, time - wait) + wait
            left += self._search(frame)
        self._look(frame, searched, apart)
        left += self._finished(self._crowd.gone(time))
        seen = tuple(
            track.seen(time, self._threshold)
            for track in sorted(self._crowd.tracks, key=lambda track: track.id)
            if self._shows(track, frame)
        )
        return Moment(frame.index, time, seen, tuple(left))

    def finish(self) -> tuple[Track, ...]:
        """End all tracks, as the film has."""
        return tuple(self._end())

    def correct(self, track: int, name: str | None) -> bool:
        """Take a human's word for who a face is, whatever the looks say.

        It holds for the track, and for the tracks before and after it that are of the same person
        by their looks.

        Args:
            track: its number.
            name: who it is; None: nobody of the gallery.

        Returns:
            False where there is no such track, or none any more.
        """
        found = self._known(track)
        if found is None:
            return False
        self._judge.correct(found, name)
        return True

    def looks(self, track: int) -> tuple[Look, ...]:
        """Return the best looks at a track, best quality first.

        Of one that is followed or ended a moment ago; of others there are none.
        """
        found = self._known(track)
        return () if found is None else tuple(found.album)

    def forget(self, name: str) -> None:
        """Forget that a human said this name, because its person was taken out of the gallery."""
        for track in (*self._crowd.tracks, *self._ended):
            if track.said == name:
                track.said, track.corrected = None, False
        self._judge.people.unsay(name)
        self.refresh()

    def refresh(self) -> None:
        """Ask about all looks anew, because the gallery has changed.

        Without it that is noticed within some seconds.
        """
        self._judge.ask_again([*self._crowd.tracks, *self._ended])

    def _search(self, frame: Frame) -> list[Track]:
        """Search a frame for faces, unless nothing moves; return the tracks that a cut ended."""
        small = frame.reduced(self._settings.side)
        glimpse = self._scene.see(small)
        if glimpse.still and frame.time - self._searched < IDLE:
            self._crowd.rest(frame.time)
            return []
        left = self._end() if glimpse.cut else []
        self._searched = frame.time
        expected = [track.motion.at(frame.time) for track in self._crowd.tracks]
        self._crowd.take_in(self._seeker.find(frame, small, expected), frame.time)
        for track in self._crowd.tracks:
            if track.found:
                attention.notice(track, frame.time)
        return left

    def _look(self, frame: Frame, searched: bool, apart: float) -> None:
        """Look closely where that is wanted.

        A frame that was searched is passed over where the next one will not be, so that no frame
        takes long; unless many wait. Frames that come seldom leave time for more.
        """
        spare = 0 < self._settings.detections_per_second * apart < SPARE
        most = self._settings.looks_per_frame * round(min(MOST, max(1.0, apart * RATE)))
        tracks = self._crowd.tracks
        for track in attention.due(tracks, frame.time, most, pass_over=searched and spare):
            if track in tracks and track.found:  # a look at another may have changed that
                look = self._eye.look(frame, track.motion.at(frame.time))
                self._judge.hear(track, look, frame.time)

    def _shows(self, track: Followed, frame: Frame) -> bool:
        if not track.id or (track.failures >= UNFOUND and not len(track.album)):
            return False
        if track.found or track.displaced:
            return track.found
        x, y = track.motion.at(frame.time).centre
        inside = 0 <= x < frame.width and 0 <= y < frame.height
        return inside and frame.time - track.last <= self._settings.coast

    def _known(self, number: int) -> Followed | None:
        everybody = (*self._crowd.tracks, *self._ended)
        return next((one for one in everybody if number and one.id == number), None)

    def _end(self) -> list[Track]:
        return self._finished(self._crowd.end())

    def _finished(self, tracks: list[Followed]) -> list[Track]:
        for track in tracks:
            self._judge.settle_person(track, last=True)
            self._ended.append(track)
        return [track.finished(self._threshold) for track in tracks]
