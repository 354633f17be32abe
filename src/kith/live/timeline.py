"""Who appears when in a film."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_right
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from kith.live.appearances import keep, people_of
from kith.live.timeline_ahead import Ahead
from kith.live.timeline_records import Appearance, BestFace, Timeline, TimelinePerson
from kith.media.films import open_film
from kith.tracking import Follower, Settings
from kith.types import Box, Face

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kith.gallery.gallery import Gallery
    from kith.live.appearances import Ask, Kept
    from kith.media.films import Film, Frame
    from kith.tracking import Moment, Track
    from kith.types import Identification

    OnProgress = Callable[[float, float | None], None]
    OnMoment = Callable[[Frame, Moment], None]

__all__ = ["Appearance", "BestFace", "Timeline", "TimelinePerson", "timeline"]

PORTRAIT = 160
"""Side of the faces that are kept to be shown, in pixels."""

CAREFUL = 0.04
"""Added to the similarity that two photos of one person need. A film holds thousands of pairs of
strangers, and one person under two numbers is a smaller evil than two under one."""

_SPARSE = 0.3
"""Seconds between two frames that are looked at, from which they are far apart."""

_GLANCES = 0.15
"""Seconds from one search for faces to the next, at most, while there are any."""


def timeline(
    path: str | os.PathLike[str],
    gallery: Gallery,
    *,
    top: int = 5,
    threshold: float | None = None,
    per_second: float | None = None,
    every: int = 1,
    on_progress: OnProgress | None = None,
    on_moment: OnMoment | None = None,
) -> Timeline:
    """Say who appears when in a film.

    Faces are followed from frame to frame; who a track shows is a vote of its best looks. Tracks
    of one person, named or not, are joined over the whole film, and those whom the gallery does
    not know are numbered.

    Args:
        path: of the film.
        gallery: the people known.
        top: candidates for each person.
        threshold: least similarity of a match; None: as for `Gallery.identify`.
        per_second: frames that are looked at of each second, at most; None: all.
        every: look at every so many-th frame only.
        on_progress: told, now and then, how many seconds were dealt with, and of how many; None
            where the film does not say.
        on_moment: told of each frame that was looked at, with what was seen on it.

    Raises:
        PhotoError: the film cannot be read at all. Where it breaks off, what was read counts, and
            the reason is in the timeline's `error`.
        GalleryError: the gallery cannot be read or is of another contract.
        OptionError: an option outside its range.

    Example:
        >>> with kith.Gallery("people.kith") as people:
        ...     for person in kith.timeline("party.mp4", people).people:
        ...         print(person.label, [(one.start, one.end) for one in person.appearances])
    """
    ask = partial(gallery.identify_faces, threshold=threshold)
    ask_all = partial(ask, top=top)
    limit = _limit(gallery, ask_all)  # an option outside its range is told before any work
    with open_film(path) as film:
        frames = film.frames(per_second, every)
        settings = _settings(film, per_second, every)
        watched = _Watched(Follower(gallery.recognizer, ask, settings), on_moment)
        total = film.info.duration
        with Ahead(frames) as coming:
            for frame in coming:
                watched.look_at(frame)
                if on_progress is not None:
                    on_progress(frame.time, total)
        watched.finish(total if film.problem is None else None)
    people, untold = people_of(
        watched.kept,
        ask_all,
        same=_same(gallery),
        votes=settings.votes,
        ends=watched.end_of,
        space=gallery.recognizer.masked_space,
    )
    return Timeline(
        source=os.fsdecode(path),
        width=film.info.width,
        height=film.info.height,
        duration=watched.duration,
        frames=len(watched.times),
        people=people,
        untold=untold + watched.untold,
        threshold=limit.threshold,
        calibration=limit.calibration,
        error=film.problem,
        skipped=film.skipped,
    )


def _limit(gallery: Gallery, ask: Ask) -> Identification:
    """Return what would be said of nobody's face: what it needs is what all faces need."""
    nobody = np.zeros(gallery.recognizer.contract.dimension, np.float32)
    nobody[0] = 1.0
    points = np.zeros((5, 2), np.float32)
    return ask([Face(Box(0, 0, 1, 1), points, 0.0, embedding=nobody)])[0]


def _same(gallery: Gallery) -> float:
    """Return the average similarity that makes two groups of faces one person's."""
    calibration, recognizer = gallery.calibration, gallery.recognizer
    if calibration is not None and calibration.contract == recognizer.contract:
        return calibration.threshold + CAREFUL
    return recognizer.threshold + CAREFUL


def _settings(film: Film, per_second: float | None, every: int) -> Settings:
    """Return how faces are followed.

    Where frames are far apart, a face that is missed on one may be found on the next all the same,
    and each frame is worth more looks.
    """
    usual = Settings(portraits=PORTRAIT)
    apart = max(1.0 / per_second if per_second else 0.0, every / (film.info.rate or 25.0))
    if apart < _SPARSE:
        return usual
    return replace(usual, patience=max(usual.patience, 1.6 * apart), looks_per_frame=4)


class _Watched:
    """What is kept of a film on its way through the follower.

    Attributes:
        kept: tracks that have ended.
        untold: how many more have, without a usable look.
        times: seconds of each frame.
        duration: in seconds, once it is finished.
    """

    def __init__(self, follower: Follower, on_moment: OnMoment | None) -> None:
        self._follower = follower
        self._on_moment = on_moment
        self.kept: list[Kept] = []
        self.untold = 0
        self.times = array("d")
        self.duration = 0.0

    def look_at(self, frame: Frame) -> None:
        """Take the next frame."""
        moment = self._follower.step(frame)
        self.times.append(frame.time)
        self._keep(moment.left)
        if self._on_moment is not None:
            self._on_moment(frame, moment)

    def finish(self, total: float | None) -> None:
        """End the film, which is so long where that is known."""
        last = self.times[-1]
        self._keep(
            # Not each frame is searched: who was seen just before the end was there at the end.
            replace(track, last=last) if last - track.last < _GLANCES else track
            for track in self._follower.finish()
        )
        usual = (last - self.times[0]) / max(1, len(self.times) - 1)
        self.duration = last + usual if total is None else max(last, total)

    def end_of(self, time: float) -> float:
        """Return when the frame after the one of a time comes, or the film ends."""
        after = bisect_right(self.times, time + 1e-6)
        return self.times[after] if after < len(self.times) else self.duration

    def _keep(self, tracks: Iterable[Track]) -> None:
        for track in tracks:
            kept = keep(track)
            if kept is None:
                self.untold += 1
            else:
                self.kept.append(kept)
