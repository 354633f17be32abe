"""A film of which it is known who is in it when, and values made up for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.live.timeline_records import Appearance, BestFace, Timeline, TimelinePerson
from kith.samples.clip import Actor, heads, make_clip, walk
from kith.types import Box, Candidate, Face, Quality, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from kith import Recognizer

SECONDS = 8.0
RATE = 15.0
TRUTH = {
    "Madonna": [(0.0, 3.0), (5.0, 8.0)],
    "Elton": [(1.0, 4.0)],
    "Mindy": [(4.0, 8.0)],
}
"""Who is seen from when to when."""


def party(path: Path, celebrities: Path, recognizer: Recognizer, *, tone: bool = False) -> None:
    """Write a film in which Madonna leaves and returns while two others pass through."""
    photos = {
        "Madonna": "madonna",
        "Elton": "elton_john",
        "Mindy": "mindy_kaling",
    }
    ways = {
        "Madonna": ((110, 150), (170, 200), 160),
        "Elton": ((480, 190), (420, 170), 170),
        "Mindy": ((500, 180), (520, 190), 150),
    }
    actors = []
    for name, folder in photos.items():
        faces = heads(sorted((celebrities / "val" / folder).glob("*.jpg"))[:3], recognizer)
        start, end, width = ways[name]
        for since, until in TRUTH[name]:
            place = walk(start, end, width, since=since, until=until)
            actors.append(Actor(faces, place, turn=1.5))
    make_clip(path, actors, rate=RATE, seconds=SECONDS, tone=tone)


def a_face(x: float = 10.0, score: float = 0.9) -> Face:
    points = np.zeros((5, 2), np.float32)
    return Face(Box(x, 20.0, 40.0, 50.0), points, 0.9, Quality(30.0, 0.3, 0.0, score))


def a_person(
    *spans: tuple[float, float],
    name: str | None = None,
    number: int | None = None,
    verdict: Verdict | None = None,
    tracks: tuple[int, ...] = (1,),
) -> TimelinePerson:
    portrait = np.full((160, 160, 3), (200, 30, 90), np.uint8)
    return TimelinePerson(
        verdict or (Verdict.MATCH if name else Verdict.UNKNOWN),
        name,
        number,
        0.71,
        0.36,
        (Candidate("Ada", 0.5), Candidate("Bo", 0.49)),
        tuple(Appearance(*span, tracks) for span in spans),
        BestFace(spans[0][0], a_face(), portrait),
    )


def a_timeline(*people: TimelinePerson, duration: float = 10.0) -> Timeline:
    return Timeline("films/party.mp4", 640, 360, duration, 250, people, 2, 0.36)
