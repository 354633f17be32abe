"""Live frames: who is there, as it happens."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from server.conftest import as_frame

if TYPE_CHECKING:
    from server.running import Live, Served

SOON = 300
"""Frames within which everything has to happen."""

KEYS = {
    "track",
    "person",
    "box",
    "verdict",
    "name",
    "similarity",
    "threshold",
    "quality",
    "hint",
    "predicted",
    "since",
}


def until_told(live: Live, jpeg: bytes) -> dict[str, object]:
    """Send a still frame until the one face on it has a verdict; return the face."""
    for _ in range(SOON):
        faces = live.frame(jpeg)["faces"]
        time.sleep(0.03)
        if faces and faces[0]["verdict"] is not None:
            return dict(faces[0])
    raise AssertionError("no verdict")


def test_somebody_known_is_named(served: Served, photo: bytes, second_photo: bytes) -> None:
    served.engine.people.enroll("Ada", [photo])
    with served.live() as live:
        assert live.hello["people"] == 1
        assert live.hello["threshold"] == served.engine.recognizer.threshold
        face = until_told(live, as_frame(second_photo))
        assert face.keys() == KEYS
        assert (face["verdict"], face["name"]) == ("match", "Ada")
        assert live.wait("event")["event"] == "entered"
        recognised = live.wait("event")
        assert (recognised["event"], recognised["name"]) == ("recognised", "Ada")
        assert recognised["track"] == face["track"]


def test_a_stranger_is_not(served: Served, photo: bytes, stranger: bytes) -> None:
    served.engine.people.enroll("Ada", [photo])
    with served.live() as live:
        face = until_told(live, as_frame(stranger))
        assert (face["verdict"], face["name"]) == ("unknown", None)
