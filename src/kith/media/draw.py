"""Faces on a photo: boxes with names, legible at any picture size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from kith.media import shapes, text
from kith.media.placement import place_tags
from kith.types import Box, Pixels, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.media.shapes import Colour

__all__ = [
    "AMBIGUOUS",
    "COLOURS",
    "LOW",
    "MATCH",
    "UNKNOWN",
    "Label",
    "draw_faces",
]

MATCH: Colour = (48, 199, 93)
UNKNOWN: Colour = (255, 159, 10)
AMBIGUOUS: Colour = (64, 156, 255)
LOW: Colour = (160, 163, 170)

COLOURS: dict[Verdict, Colour] = {
    Verdict.MATCH: MATCH,
    Verdict.UNKNOWN: UNKNOWN,
    Verdict.AMBIGUOUS: AMBIGUOUS,
    Verdict.NO_FACE: LOW,
    Verdict.LOW_QUALITY: LOW,
}

MIN_SIDE = 320
"""Smaller pictures are enlarged, in pixels of the longer side: below it letters do not fit."""

_SHADE: Colour = (20, 20, 22)


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """What to draw at one face.

    Attributes:
        box: in pixels of the picture that is drawn on; it may reach past the border.
        text: on the tag: a name and a similarity, or ``?``; empty for no tag.
        colour: of box and tag, RGB.
        landmarks: N × 2 points in the same pixels, drawn as dots; None for none.
    """

    box: Box
    text: str
    colour: Colour
    landmarks: npt.NDArray[np.float32] | None = None


def draw_faces(pixels: Pixels, labels: Sequence[Label]) -> Pixels:
    """Draw boxes, landmarks and tags on a copy of a picture.

    Lines and letters grow with the picture and, within bounds, with the face. A tag never leaves
    the picture, and covers another tag only where the picture has no free place left.

    Args:
        pixels: RGB, uint8, H × W × 3.
        labels: one per face.

    Returns:
        RGB, uint8. The size of the picture, or a whole multiple of it where its longer side is
        below `MIN_SIDE`: a name cannot be read on a thumbnail of 32 pixels.
    """
    canvas, zoom = _enlarged(pixels)
    height, width = canvas.shape[:2]
    frames = [_frame(label.box, zoom, width, height) for label in labels]
    for label, frame in zip(labels, frames, strict=True):
        _draw_frame(canvas, label, frame, zoom)
    tagged = [(label, frame) for label, frame in zip(labels, frames, strict=True) if label.text]
    lines = [_line(label.text, frame, width, height) for label, frame in tagged]
    sizes = [_tag_size(line, width, height) for line in lines]
    outer = [_outer(frame, width, height) for _, frame in tagged]
    places = place_tags(outer, sizes, (width, height))
    for (label, frame), line, size, place in zip(tagged, lines, sizes, places, strict=True):
        _draw_tag(
            canvas, label.colour, frame, line, (*place, place[0] + size[0], place[1] + size[1])
        )
    return canvas


def _enlarged(pixels: Pixels) -> tuple[Pixels, int]:
    longer = max(pixels.shape[:2])
    zoom = 1 if longer >= MIN_SIDE else -(-MIN_SIDE // longer)
    if zoom == 1:
        return np.array(pixels, dtype=np.uint8, order="C"), 1
    larger = cv2.resize(pixels, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    return np.asarray(larger, dtype=np.uint8), zoom


def _frame(box: Box, zoom: int, width: int, height: int) -> Box:
    """The box in pixels of the canvas, cut at the border so that all its sides can be seen."""
    corners = np.array([[box.x, box.y], [box.x + box.width, box.y + box.height]])
    inset = _thickness(box.width * zoom, width, height) / 2
    room = np.maximum([width - 1 - inset, height - 1 - inset], inset)
    (left, top), (right, bottom) = np.clip(_zoomed(corners, zoom), inset, room).tolist()
    return Box(left, top, right - left, bottom - top)


def _outer(frame: Box, width: int, height: int) -> Box:
    """The box with the whole breadth of its line."""
    half = _thickness(frame.width, width, height) / 2
    return Box(frame.x - half, frame.y - half, frame.width + 2 * half, frame.height + 2 * half)


def _zoomed(points: npt.NDArray[np.floating], zoom: int) -> npt.NDArray[np.floating]:
    return (points + 0.5) * zoom - 0.5  # the first pixel's centre is at 0, its corner at -½


def _thickness(face: float, width: int, height: int) -> int:
    return max(2, round(min(max(width, height) / 350, 1 + face / 40)))


def _font_size(face: float, width: int, height: int) -> int:
    longer = max(width, height)
    size = np.clip(0.15 * face, max(12, longer / 120), max(14, longer / 42))
    return max(6, round(min(float(size), height / 2)))


def _draw_frame(canvas: Pixels, label: Label, frame: Box, zoom: int) -> None:
    height, width = canvas.shape[:2]
    thickness = _thickness(frame.width, width, height)
    rectangle = frame.x, frame.y, frame.x + frame.width, frame.y + frame.height
    radius = min(frame.width, frame.height) * 0.06
    shapes.stroke(canvas, rectangle, radius, _SHADE, thickness + max(2, thickness // 2))
    shapes.stroke(canvas, rectangle, radius, label.colour, thickness)
    if label.landmarks is not None and frame.width >= 32:  # on less they would hide the face
        size = max(1.2, frame.width / 60)
        for x, y in _zoomed(np.asarray(label.landmarks, np.float64), zoom):
            shapes.dot(canvas, x, y, size * 1.5, _SHADE)
            shapes.dot(canvas, x, y, size, label.colour)


def _line(words: str, frame: Box, width: int, height: int) -> text.Line:
    size = _font_size(frame.width, width, height)
    return text.set_line(words, size, max_width=width - 2 * _padding(size))


def _padding(size: int) -> int:
    return max(2, round(size * 0.4))


def _tag_size(line: text.Line, width: int, height: int) -> tuple[int, int]:
    wide = int(np.ceil(line.width)) + 2 * _padding(line.size)
    return min(wide, width), min(round(line.size * 1.5), height)


def _draw_tag(
    canvas: Pixels, colour: Colour, frame: Box, line: text.Line, tag: tuple[int, int, int, int]
) -> None:
    left, top, right, bottom = tag
    _join(canvas, colour, frame, tag, max(1, line.size // 12))
    shapes.fill(canvas, (left, top, right - 1, bottom - 1), line.size * 0.3, colour)
    # Only the tag goes through Pillow: a large photo is not copied for a few letters.
    patch = Image.fromarray(canvas[top:bottom, left:right])
    baseline = (bottom - top + line.size * text.CAP_HEIGHT) / 2
    text.draw_line(
        ImageDraw.Draw(patch), _padding(line.size), baseline, line, shapes.ink_on(colour)
    )
    canvas[top:bottom, left:right] = np.asarray(patch)


def _join(
    canvas: Pixels, colour: Colour, frame: Box, tag: tuple[int, int, int, int], thickness: int
) -> None:
    """Draw a line from a tag to its face where they do not touch."""
    left, top, right, bottom = tag
    x = float(np.clip((left + right) / 2, frame.x, frame.x + frame.width))
    y = float(np.clip((top + bottom) / 2, frame.y, frame.y + frame.height))
    end = float(np.clip(x, left, right)), float(np.clip(y, top, bottom))
    if max(abs(x - end[0]), abs(y - end[1])) > 2 * thickness + 2:
        shapes.line(canvas, (x, y), end, _SHADE, thickness + 2)
        shapes.line(canvas, (x, y), end, colour, thickness)
