"""Tags: a few words on a coloured plate, at a face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from kith.media import shapes, text

if TYPE_CHECKING:
    from kith.media.shapes import Colour
    from kith.types import Box, Pixels

_SHADE: Colour = (20, 20, 22)


@dataclass(frozen=True, slots=True)
class Tag:
    """Words that are set.

    Attributes:
        line: with its fonts.
        size: width and height of the plate, in pixels.
        place: its left top corner, in pixels of the picture.
    """

    line: text.Line
    size: tuple[int, int]
    place: tuple[int, int] = (0, 0)

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, the latter two exclusive."""
        (left, top), (width, height) = self.place, self.size
        return left, top, left + width, top + height


def set_tag(words: str, face: float, width: int, height: int) -> Tag:
    """Set a tag's words, shortened where the picture is too narrow for them.

    Args:
        words: what stands on it.
        face: width of the face, in pixels; the letters grow with it.
        width: of the picture.
        height: of the picture.
    """
    font = _font_size(face, width, height)
    line = text.set_line(words, font, max_width=width - 2 * _padding(font))
    wide = int(np.ceil(line.width)) + 2 * _padding(line.size)
    return Tag(line, (min(wide, width), min(round(line.size * 1.5), height)))


def draw(canvas: Pixels, colour: Colour, tag: Tag) -> None:
    """Draw a tag at its place."""
    left, top, right, bottom = tag.corners
    line = tag.line
    shapes.fill(canvas, (left, top, right - 1, bottom - 1), line.size * 0.3, colour)
    # Only the tag goes through Pillow: a large photo is not copied for a few letters.
    patch = Image.fromarray(canvas[top:bottom, left:right])
    baseline = (bottom - top + line.size * text.CAP_HEIGHT) / 2
    text.draw_line(
        ImageDraw.Draw(patch), _padding(line.size), baseline, line, shapes.ink_on(colour)
    )
    canvas[top:bottom, left:right] = np.asarray(patch)


def join(canvas: Pixels, colour: Colour, frame: Box, tag: Tag) -> None:
    """Draw a line from a tag to its face where they do not touch."""
    left, top, right, bottom = tag.corners
    thickness = max(1, tag.line.size // 12)
    x = float(np.clip((left + right) / 2, frame.x, frame.x + frame.width))
    y = float(np.clip((top + bottom) / 2, frame.y, frame.y + frame.height))
    end = float(np.clip(x, left, right)), float(np.clip(y, top, bottom))
    if max(abs(x - end[0]), abs(y - end[1])) > 2 * thickness + 2:
        shapes.line(canvas, (x, y), end, _SHADE, thickness + 2)
        shapes.line(canvas, (x, y), end, colour, thickness)


def _font_size(face: float, width: int, height: int) -> int:
    longer = max(width, height)
    size = np.clip(0.15 * face, max(12, longer / 120), max(14, longer / 42))
    return max(6, round(min(float(size), height / 2)))


def _padding(size: int) -> int:
    return max(2, round(size * 0.4))
