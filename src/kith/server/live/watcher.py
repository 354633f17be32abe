"""One live client's faces, from frame to frame: the part that runs in a thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from kith.errors import KithError, PhotoError
from kith.gallery.thumbnails import SIDE
from kith.media import Limits, load_photo
from kith.media.films import Frame
from kith.server.live import learning, shapes
from kith.server.live.guide import Guide
from kith.server.live.messages import Correct, Enrol, EnrolCancel, EnrolFinish
from kith.server.refusal import photo_reason
from kith.tracking import Follower, Settings
from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kith.server.engine import Engine
    from kith.server.live.messages import Command, Picture
    from kith.tracking import Moment, Track

SETTINGS = Settings(portraits=SIDE)

MOST_SAID = 200
"""Names that were said in a session, and are looked after; a person says a few."""


class Watcher:
    """Follows the faces of one live client. For one thread at a time.

    Args:
        engine: the people, and the networks.
    """

    def __init__(self, engine: Engine) -> None:
        self._people = engine.people
        self._recognizer = engine.recognizer
        self._threshold = engine.threshold
        limits = engine.limits
        self._limits = Limits(max_bytes=limits.frame_bytes, max_pixels=limits.frame_pixels)
        ask = partial(self._people.identify_faces, threshold=self._threshold)
        self._follower = Follower(self._recognizer, ask, SETTINGS)
        self._names: dict[int, str | None] = {}
        self._said: dict[str, bool] = {}  # names that somebody gave a face: whose are known
        self._changes = self._counted()
        self._guide: Guide | None = None
        self._frames = 0
        self._size = 0, 0
        self._time = 0.0

    def frame(self, picture: Picture, time: float) -> list[dict[str, Any]]:
        """Take a frame; return its answer, and what happened on it.

        Args:
            picture: not looked at yet.
            time: it came, in seconds; rises.
        """
        try:
            photo = load_photo(picture.jpeg, limits=self._limits, source="the frame")
        except PhotoError as error:
            reason = f"{error.source}: {photo_reason(error)}"
            return [shapes.error(reason) | {"seq": picture.sequence}]
        self._time = time
        self._keep_up()
        size = photo.width, photo.height
        ended = self._follower.finish() if size != self._size else ()  # a phone was turned
        self._size = size
        frame = Frame.of_pixels(photo.pixels, self._frames, time)
        self._frames += 1
        moment = self._follower.step(frame)
        answer = {
            "type": "frame",
            "seq": picture.sequence,
            "time": round(time, 3),
            "width": photo.width,
            "height": photo.height,
            "faces": [shapes.face(seen) for seen in moment.seen],
        }
        events = self._events(moment, (*ended, *moment.left))
        return [answer, *events, *self._guided(frame, moment)]

    def command(self, command: Command) -> list[dict[str, Any]]:
        """Do what the client wants; return what there is to say."""
        try:
            match command:
                case Correct(track, name):
                    return self._correct(track, name)
                case Enrol(name):
                    self._guide = Guide(name, self._recognizer.threshold, self._time)
                    return [self._guide.shape()]
                case EnrolFinish() if self._guide is not None:
                    return self._finish(self._guide)
                case EnrolCancel() if self._guide is not None:
                    self._guide = None
                    return []
        except KithError as error:
            return [shapes.error(str(error))]
        return [shapes.error("nobody is being enrolled")]

    def _counted(self) -> int:
        """Return how often the gallery was changed, by whomever."""
        store = self._people.store
        return store.templates.change_counter() if store.exists else 0

    def _keep_up(self) -> None:
        """Ask anew where the gallery has changed: who was forgotten is not named once more."""
        changes = self._counted()
        if changes == self._changes:
            return
        self._changes = changes
        for name, was_known in list(self._said.items()):
            self._said[name] = learning.is_known(self._people, name)
            if was_known and not self._said[name]:
                self._follower.forget(name)  # of those too who are not in the picture
                del self._said[name]
        self._follower.refresh()

    def _correct(self, track: int, name: str | None) -> list[dict[str, Any]]:
        if not self._follower.correct(track, name):
            return [shapes.error("this face is not there any more")]
        learned = learning.Learned(False)
        if name is not None:
            looks = self._follower.looks(track)
            learned = learning.correct(self._people, looks, name, self._threshold)
        if name is not None:
            self._said.pop(name, None)
            self._said[name] = learning.is_known(self._people, name)
            if len(self._said) > MOST_SAID:
                self._said.pop(next(iter(self._said)))
        told = {"type": "corrected", "track": track, "name": name}
        return [told | {"learned": learned.learned, "reason": learned.reason}]

    def _guided(self, frame: Frame, moment: Moment) -> list[dict[str, Any]]:
        """Take the largest face where somebody is being enrolled."""
        guide = self._guide
        if guide is None:
            return []
        largest = max(moment.seen, key=lambda one: one.face.box.area, default=None)
        face = None
        if largest is not None:
            face = self._recognizer.close_up(frame.pixels, largest.face.box)
        if face is None:
            guide.nobody(frame.time)
        else:
            first = not guide.faces
            guide.look(face, self._recognizer.crop(frame.pixels, face, SIDE), frame.time)
            if first and guide.faces:
                self._check_name(guide)
        if guide.failed is not None:
            self._guide = None
            return [_failed(guide, guide.failed)]
        return [guide.shape(), *(self._finish(guide) if guide.enough else ())]

    def _check_name(self, guide: Guide) -> None:
        """Two people of one name would become one who looks like neither."""
        face = guide.faces[0].face
        stands = learning.standing(self._people, face, guide.name, self._threshold)
        if stands.is_unlike:
            guide.failed = (
                f"somebody else is called {guide.name}, who looks different: take another name"
            )

    def _finish(self, guide: Guide) -> list[dict[str, Any]]:
        self._guide = None
        if not guide.faces:
            return [_failed(guide, "no good face was seen yet")]
        try:
            return [learning.enrol(self._people, guide.name, guide.faces, self._threshold)]
        except KithError as error:
            return [_failed(guide, str(error))]

    def _events(self, moment: Moment, left: Sequence[Track]) -> Iterator[dict[str, Any]]:
        for seen in moment.seen:
            if seen.track not in self._names:
                self._names[seen.track] = None
                yield shapes.event("entered", seen.track, None)
            answer = seen.answer
            name = answer.name if answer and answer.verdict is Verdict.MATCH else None
            if name != self._names[seen.track]:
                self._names[seen.track] = name
                if name is not None:
                    yield shapes.event("recognised", seen.track, answer)
        for track in left:
            if track.id in self._names:
                del self._names[track.id]
                yield shapes.event("left", track.id, track.answer)


def _failed(guide: Guide, reason: str) -> dict[str, Any]:
    return {"type": "enrol_failed", "name": guide.name, "reason": reason}
