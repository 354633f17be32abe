"""People from films: the faces of whom a film is about, good ones and each unlike the others.

Faces are followed through the film, so that a turned head is known for that of the person who
looked at us a second before. Of a long film stretches are looked at that are spread evenly over it.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from kith.decision import decide
from kith.errors import PhotoError, PhotoUnreadable
from kith.gallery import thumbnails
from kith.gallery.choosing import choose
from kith.gallery.crowd import Passage, Protagonist, Sighting, protagonist
from kith.gallery.enroll_report import FilmFaces
from kith.gallery.looking import Looked
from kith.gallery.masked import REFUSED, is_masked
from kith.gallery.records import NewPhoto
from kith.gallery.reel import PER_SECOND, Reel
from kith.media.films import open_film
from kith.quality import reason
from kith.tracking import Follower, Settings
from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kith.masks.space import MaskedSpace
    from kith.media.films import Film, Frame
    from kith.recognizer import Recognizer
    from kith.tracking import Moment, Track
    from kith.types import Face, Identification


class ClipReader:
    """Looks at films. May be used from several threads.

    Args:
        recognizer: finds and describes faces.
        same_person: everybody on a film is this one person.
        portraits: keep pictures of the faces.
        on_progress: told of a film, how many seconds of it have been looked at, and of how many.
        stopped: whether to give up.
        no_mask: keep no face with a mask.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        *,
        same_person: bool,
        portraits: bool,
        on_progress: Callable[[str, float, float], None],
        stopped: Callable[[], bool],
        no_mask: bool = False,
    ) -> None:
        self._recognizer = recognizer
        self._same = None if same_person else recognizer.threshold
        self._no_mask = no_mask
        self._settings = Settings(
            detections_per_second=PER_SECOND,
            confirm=2,
            looks=24,
            looks_per_frame=2,
            look_every=0.25,
            look_rarely=0.5,
            portraits=thumbnails.SIDE if portraits else 0,
        )
        self._on_progress = on_progress
        self._stopped = stopped

    def look(self, path: str | os.PathLike[str], digest: str | None) -> Looked:
        """Return what of a film is to be kept.

        Args:
            path: of the film.
            digest: of its bytes; None where they cannot be read.

        Raises:
            Stopped: see `stopped`.
        """
        source = os.fsdecode(path)
        try:
            with open_film(path) as film:
                if digest is None:
                    raise PhotoUnreadable(source, "cannot be read to its end; copy it anew")
                return self._look(film, digest)
        except PhotoError as error:
            return Looked(source, None, error.reason)

    def _look(self, film: Film, digest: str) -> Looked:
        def told(seconds: float, of: float) -> None:
            self._on_progress(film.source, seconds, of)

        space = self._recognizer.masked_space
        found, reel = _Found(space, self._no_mask), Reel(film, told, self._stopped)
        follower = Follower(self._recognizer, _nobody, self._settings)
        for frame in reel:
            found.take(follower.step(frame), frame)
        for track in follower.finish():
            found.leave(track)
        if not found.passages:
            return Looked(film.source, None, found.nothing)
        main = protagonist(found.passages, self._same, space)
        if not main.dominates:
            return Looked(film.source, None, _crowd(main))
        faces = [one.face for one in main.sightings]
        kept = [main.sightings[index] for index in choose(faces, space=space)]
        seen = FilmFaces(
            film.source, len(kept), found.seconds, main.people, main.share, reel.problem
        )
        return Looked(film.source, _photo(film.source, digest, kept), film=seen)


class _Found:
    """What a film has shown so far.

    Args:
        space: where faces with a mask are compared with others; None: as all others.
        no_mask: keep no face with a mask.
    """

    def __init__(self, space: MaskedSpace | None, no_mask: bool) -> None:
        self._space = space
        self._no_mask = no_mask
        self.passages: list[Passage] = []
        self.nothing = "no face found"
        self.seconds = 0.0
        self._poorest = -1.0
        self._last: float | None = None
        self._seen: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])

    def take(self, moment: Moment, frame: Frame) -> None:
        """Take up a frame."""
        gone = 0.0 if self._last is None else moment.time - self._last
        lasted = min(gone, 2.0 / PER_SECOND)  # not the time between two stretches
        self._last = moment.time
        self.seconds += lasted
        for seen in moment.seen:
            counted = self._seen[seen.track]
            counted[0] += lasted
            counted[1] += lasted * seen.face.box.area / (frame.width * frame.height)
        for track in moment.left:
            self.leave(track)

    def leave(self, track: Track) -> None:
        """Take up what a track has shown."""
        seconds, presence = self._seen.pop(track.id, (0.0, 0.0))
        allowed = [look for look in track.looks if not (self._no_mask and is_masked(look.face))]
        faces = [look.face for look in allowed]
        chosen = choose(faces, space=self._space)
        if not chosen:
            self._note(faces)
            if not faces and track.looks and self._poorest < 0:
                self.nothing = REFUSED
            return
        looks = [allowed[index] for index in chosen]
        sightings = tuple(
            Sighting(
                look.face, None if look.portrait is None else thumbnails.encoded(look.portrait)
            )
            for look in looks
        )
        self.passages.append(Passage(track.person, seconds, presence, sightings))

    def _note(self, faces: Sequence[Face]) -> None:
        for face in faces:
            if face.quality is not None and face.quality.score > self._poorest:
                self._poorest = face.quality.score
                self.nothing = f"face {reason(face.quality)} throughout"


def _photo(source: str, digest: str, kept: Sequence[Sighting]) -> NewPhoto:
    pictures = tuple(one.picture for one in kept)
    shown = pictures if any(pictures) else ()
    return NewPhoto(digest, source, tuple(one.face for one in kept), portraits=shown)


def _crowd(main: Protagonist) -> str:
    return (
        f"shows {main.people} people, and who is seen most and closest has "
        f"{main.share:.0%} of it: cut out where one person is alone, or use photos"
    )


def _nobody(faces: Sequence[Face]) -> tuple[Identification, ...]:
    """Say that it cannot be told who it is: while there is no answer the follower goes on looking.

    What is kept of a film is the better the more looks there are to choose from.
    """
    return tuple(replace(decide(face, (), 1.0), verdict=Verdict.LOW_QUALITY) for face in faces)
