"""The plain loop: every frame is a photo, all its faces are found, embedded and searched."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
from camera import Answer, main

if TYPE_CHECKING:
    from collections.abc import Sequence


def load(people: str) -> Answer:
    """Enrol the people of the folder and identify every frame."""
    import kith

    gallery = kith.Gallery(Path(tempfile.mkdtemp()) / "people.kith")
    list(gallery.enroll_folder(people))

    def answer(frame: Any, _second: float) -> Sequence[str]:
        seen = gallery.identify(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
        return [one.name for one in seen if one.name]

    return answer


if __name__ == "__main__":
    main("every frame", load)
