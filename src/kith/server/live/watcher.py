"""One live client's faces, from frame to frame: the part that runs in a thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from kith.errors import KithError
from kith.media import Limits, load_photo
from kith.media.films import Frame
from kith.server.live import shapes
from kith.server.live.messages import Correct, Enrol, EnrolCancel, EnrolFinish
from kith.tracking import Follower, Settings
from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.server.engine import Engine
    from kith.server.live.messages import Command, Picture
    from kith.tracking import Moment

SETTINGS = Settings()


class Watcher:
    """Follows the faces of one live client. For one thread at a time.

    Args:
        engine: the people, and the networks.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        limits = engine.limits
        self._limits = Limits(max_bytes=limits.frame_bytes, max_pixels=limits.frame_pixels)
        ask = partial(engine.people.identify_faces, threshold=engine.threshold)
        self._follower = Follower(engine.recognizer, ask, SETTINGS)
        self._names: dict[int, str | None] = {}
        self._frames = 0

    def frame(self, picture: Picture, time: float) -> list[dict[str, Any]]:
        """Take a frame; return its answer, and what happened on it.

        Args:
            picture: not looked at yet.
            time: it came, in seconds; rises.
        """
        try:
            photo = load_photo(picture.jpeg, limits=self._limits, source="the frame")
        except KithError as error:
            return [shapes.error(str(error)) | {"seq": picture.sequence}]
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
        return [answer, *self._events(moment)]

    def command(self, command: Command) -> list[dict[str, Any]]:
        """Do what the client wants; return what there is to say."""
        try:
            match command:
                case Correct(track, name):
                    return self._correct(track, name)
                case Enrol() | EnrolFinish() | EnrolCancel():
                    return [shapes.error("enrolment from the camera is not there yet")]
        except KithError as error:
            return [shapes.error(str(error))]

    def _correct(self, track: int, name: str | None) -> list[dict[str, Any]]:
        if not self._follower.correct(track, name):
            return [shapes.error("this face is not there any more")]
        answer = {"type": "corrected", "track": track, "name": name}
        return [answer | {"learned": False, "reason": None}]

    def _events(self, moment: Moment) -> Iterator[dict[str, Any]]:
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
        for track in moment.left:
            if track.id in self._names:
                del self._names[track.id]
                yield shapes.event("left", track.id, track.answer)
