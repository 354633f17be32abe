"""Searching frames for faces: all of each, reduced, and closer where small faces are or may be.

Faces that are small in the reduced frame are not found in it. So now and then a quarter of the
frame is searched at twice the size, in turn; and the small faces that are being followed are looked
for where they should be.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from kith.tracking.joining import Sight
from kith.tracking.patch import Patch
from kith.types import Box, overlap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kith.media.films import Frame
    from kith.recognizer import Recognizer
    from kith.types import Face, Pixels

SMALL = 22.0
"""Width of a face in the reduced frame, in pixels, below which it may not be found there."""

CLOSER = 2
"""How many times as large small faces are looked at."""

QUARTERS = 1.0
"""Seconds from one quarter of the frame to the next; a fourth of these while nobody is there."""

WINDOWS = 4
"""Small faces that are looked for one by one; of more, the whole frame is searched at that size."""

AROUND = 2.0
"""A face is looked for in a square so many times its own half size, each way."""

MARGIN = 0.05
"""Share of the frame by which quarters overlap."""

SAME = 0.25
"""Two finds overlap so much (intersection over union) where they are of one face."""


class View(NamedTuple):
    """A part of a frame as it is searched.

    Attributes:
        pixels: RGB, uint8.
        x, y: of its corner, in pixels of the frame.
        scale: pixels of the frame that one of its own stands for.
    """

    pixels: Pixels
    x: float
    y: float
    scale: float


class Search:
    """Searches frames of one source.

    Args:
        recognizer: finds faces.
        side: of the reduced frames, in pixels.
    """

    def __init__(self, recognizer: Recognizer, side: int) -> None:
        self._recognizer = recognizer
        self._side = side
        self._quarter = 0
        self._next = 0.0

    def reset(self) -> None:
        """Begin anew, as time does."""
        self._next = 0.0

    def find(self, frame: Frame, small: Pixels, expected: Sequence[Box]) -> list[Sight]:
        """Return the faces of a frame, in its pixels.

        Args:
            frame: the frame.
            small: it, reduced.
            expected: where faces that are followed should be.
        """
        whole = View(small, 0.0, 0.0, frame.width / small.shape[1])
        faces = list(self._faces(whole))
        for view in self._closer(frame, whole.scale, expected):
            for face in self._faces(view):
                little = face.box.width < SMALL * whole.scale * 1.2
                known = any(overlap(face.box, other.box) > SAME for other in faces)
                if little and not known:
                    faces.append(face)
        least = self._recognizer.pipeline.min_face or 0.0
        return [
            Sight(face, Patch.of(small, _shrunk(face.box, whole.scale)))
            for face in faces
            if face.box.width >= least
        ]

    def _closer(self, frame: Frame, scale: float, expected: Sequence[Box]) -> Iterator[View]:
        """Yield the parts of a frame that are searched at a larger size, if it has one."""
        if scale < 1.2:
            return
        little = [box for box in expected if box.width < SMALL * scale]
        turn = frame.time >= self._next
        if not little and not turn:
            return
        pixels = frame.reduced(self._side * CLOSER)
        larger = View(pixels, 0.0, 0.0, frame.width / pixels.shape[1])
        if turn:
            self._next = frame.time + (QUARTERS if expected else QUARTERS / 4)
            self._quarter = (self._quarter + 1) % 4
        if len(little) > WINDOWS:
            yield larger
            return
        if turn:
            yield _quarter(larger, self._quarter)
        for box in little:
            yield _window(larger, box)

    def _faces(self, view: View) -> Iterator[Face]:
        """Yield the faces of a view, in pixels of the frame."""
        for face in self._recognizer.glance(view.pixels):
            corner = np.array([view.x, view.y])
            points = np.asarray(face.landmarks * view.scale + corner, np.float32)
            points.setflags(write=False)
            x, y, width, height = (value * view.scale for value in face.box)
            yield replace(face, box=Box(x + view.x, y + view.y, width, height), landmarks=points)


def _quarter(view: View, number: int) -> View:
    height, width = view.pixels.shape[:2]
    across, down = math.ceil(width * (0.5 + MARGIN)), math.ceil(height * (0.5 + MARGIN))
    left, top = (number % 2) * (width - across), (number // 2) * (height - down)
    part = np.ascontiguousarray(view.pixels[top : top + down, left : left + across])
    return View(part, left * view.scale, top * view.scale, view.scale)


def _window(view: View, box: Box) -> View:
    """Return the surroundings of a face, twice as large again."""
    height, width = view.pixels.shape[:2]
    x, y = (value / view.scale for value in box.centre)
    reach = AROUND * max(box.width, box.height) / view.scale
    left, top = (min(max(0, round(v - reach)), e - 2) for v, e in ((x, width), (y, height)))
    right, bottom = (max(2, min(e, round(v + reach))) for v, e in ((x, width), (y, height)))
    part = view.pixels[top : max(bottom, top + 2), left : max(right, left + 2)]
    grown = cv2.resize(part, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    return View(np.asarray(grown, np.uint8), left * view.scale, top * view.scale, view.scale / 2)


def _shrunk(box: Box, scale: float) -> Box:
    return Box(*(value / scale for value in box))
