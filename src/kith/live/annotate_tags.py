"""Boxes and names on the frames of a film, where a few milliseconds a frame are much.

A name is set once and then copied from frame to frame. Its size follows from the film and not
from the face, so that it does not tremble with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from kith.media import shapes, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from kith.media.shapes import Colour
    from kith.types import Box, Pixels

_SHADE: Colour = (20, 20, 22)

Edges: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What stands at a face of a frame.

    Attributes:
        box: of the face, in pixels; it may reach past the border.
        words: a name; empty for a box alone.
        colour: RGB.
        track: that the face belongs to; 0 where that is not known.
    """

    box: Box
    words: str
    colour: Colour
    track: int = 0


class Tagger:
    """Draws tags on one frame after the other, each name at the same side of its face.

    A name stands above its face; where another is in the way, below it or beside it. Where it
    stood on the frame before, it stays as long as it can.
    """

    def __init__(self) -> None:
        self._sides: dict[int, int] = {}

    def draw(self, pixels: Pixels, tags: Sequence[Tag]) -> None:
        """Draw onto a frame (RGB, uint8, H × W × 3); larger faces over smaller ones."""
        height, width = pixels.shape[:2]
        thick = max(2, round(max(height, width) / 640))
        size = _font_size(height, width)
        shown = [
            (tag, edges)
            for tag in sorted(tags, key=lambda tag: -tag.box.area)
            if (edges := _inside(tag.box, width, height, thick)) is not None
        ]
        for tag, edges in reversed(shown):
            radius = 0.08 * min(tag.box.width, tag.box.height)
            shapes.stroke(pixels, edges, radius, _SHADE, thick + 2)
            shapes.stroke(pixels, edges, radius, tag.colour, thick)
        taken: list[Edges] = []
        for tag, edges in shown:  # the larger face has the first choice
            if tag.words:
                picture, cover = _set(tag.words, tag.colour, size)
                place = self._place(tag.track, edges, picture, (width, height), taken)
                _paste(pixels, place, picture, cover)
                taken.append(place)

    def _place(
        self, track: int, edges: Edges, picture: Pixels, room: tuple[int, int], taken: list[Edges]
    ) -> Edges:
        places: list[Edges | None] = list(_places(edges, picture.shape[1], picture.shape[0], room))
        sides: list[int] = [self._sides.get(track, 0), *range(len(places))]
        for side in sides:
            place = places[side]
            if place is not None and not any(_meet(place, other) for other in taken):
                if track:
                    self._sides[track] = side
                return place
        free = [place for place in places if place is not None]
        return free[0] if free else _pushed(edges, picture, room)


def _places(edges: Edges, wide: int, high: int, room: tuple[int, int]) -> Iterator[Edges | None]:
    """Yield where a tag may be: above, below, right, left; None where the frame has no room."""
    left, top, right, bottom = edges
    across = min(max(left, 0), room[0] - wide)
    down = min(max(top, 0), room[1] - high)
    for x, y in ((across, top - high), (across, bottom), (right, down), (left - wide, down)):
        fits = 0 <= x <= room[0] - wide and 0 <= y <= room[1] - high
        yield (x, y, x + wide, y + high) if fits else None


def _pushed(edges: Edges, picture: Pixels, room: tuple[int, int]) -> Edges:
    """Return a place on the upper edge of a face that leaves no other."""
    high, wide = picture.shape[:2]
    x = max(0.0, min(edges[0], room[0] - wide))
    y = max(0.0, min(edges[1], room[1] - high))
    return x, y, x + wide, y + high


def _meet(one: Edges, other: Edges) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _font_size(height: int, width: int) -> int:
    return max(11, round(min(max(height, width) / 64, height / 12)))


def _inside(box: Box, width: int, height: int, thick: int) -> Edges | None:
    """Return the edges cut at the border; None where nothing of the box is on the frame."""
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    if right < 0 or bottom < 0 or left > width - 1 or top > height - 1:
        return None
    inset = thick / 2
    left, right = (min(max(x, inset), width - 1 - inset) for x in (left, right))
    top, bottom = (min(max(y, inset), height - 1 - inset) for y in (top, bottom))
    return left, top, right, bottom


@lru_cache(maxsize=256)
def _set(words: str, colour: Colour, size: int) -> tuple[Pixels, npt.NDArray[np.uint16]]:
    """Return a tag as a picture and how much of it covers what is below, 0–256."""
    line = text.set_line(words, size, max_width=40 * size)
    padding = max(3, round(size * 0.4))
    height, width = round(size * 1.6), int(np.ceil(line.width)) + 2 * padding
    plain = np.full((height, width, 3), colour, np.uint8)
    image = Image.fromarray(plain)
    baseline = (height + size * text.CAP_HEIGHT) / 2
    text.draw_line(ImageDraw.Draw(image), padding, baseline, line, shapes.ink_on(colour))
    mask = np.zeros((height, width), np.uint8)
    shapes.fill(mask, (0, 0, width - 1, height - 1), size * 0.3, 255)
    return np.array(image), (mask.astype(np.uint16) + (mask > 127))[..., None]


def _paste(pixels: Pixels, place: Edges, picture: Pixels, cover: npt.NDArray[np.uint16]) -> None:
    height, width = pixels.shape[:2]
    rows, columns = min(picture.shape[0], height), min(picture.shape[1], width)
    x = min(max(round(place[0]), 0), width - columns)
    y = min(max(round(place[1]), 0), height - rows)
    below = pixels[y : y + rows, x : x + columns]
    share = cover[:rows, :columns]
    mixed = picture[:rows, :columns] * share + below * (256 - share)
    below[:] = (mixed >> 8).astype(np.uint8)
