"""kith before a camera: faces followed, looked at closely where that can change the answer."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
from camera import Answer, main

if TYPE_CHECKING:
    from collections.abc import Sequence


def load(people: str) -> Answer:
    """Enrol the people of the folder and follow the frames."""
    import kith
    from kith.media.films import Frame
    from kith.tracking import Follower

    recognizer = kith.Recognizer()
    gallery = kith.Gallery(Path(tempfile.mkdtemp()) / "people.kith", recognizer=recognizer)
    list(gallery.enroll_folder(people))
    follower = Follower(recognizer, gallery.identify_faces)

    def answer(frame: Any, second: float) -> Sequence[str]:
        pixels = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        moment = follower.step(Frame.of_pixels(pixels, round(second * 30), second))
        return [seen.answer.name for seen in moment.seen if seen.answer and seen.answer.name]

    return answer


if __name__ == "__main__":
    main("kith", load)
