"""Faces on a photo: boxes with names, legible at any picture size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from kith.media import shapes, tags
from kith.media.placement import place_or_shorten
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

CROWD_SIDE = 1600
"""So far, in pixels of the longer side, crowds are enlarged, as long as tags would hide faces."""

_COVERED = 0.05
"""Of a picture, that tags may take before it is a crowd."""

_SHADE: Colour = (20, 20, 22)


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """What to draw at one face.

    Attributes:
        box: in pixels of the picture that is drawn on; it may reach past the border.
        text: on the tag: a name and a similarity, or ``?``; empty for no tag.
        colour: of box and tag, RGB.
        landmarks: N × 2 points in the same pixels, drawn as dots; None for none.
        short: what stands on the tag where the text does not fit beside the face; empty: the text.
    """

    box: Box
    text: str
    colour: Colour
    landmarks: npt.NDArray[np.float32] | None = None
    short: str = ""


def draw_faces(pixels: Pixels, labels: Sequence[Label]) -> Pixels:
    """Draw boxes, landmarks and tags on a copy of a picture.

    Lines and letters grow with the picture and, within bounds, with the face. A tag never leaves
    the picture, and covers another tag only where the picture has no free place left. Where a text
    would hide other faces or tags, the label's short one stands.

    Args:
        pixels: RGB, uint8, H × W × 3.
        labels: one per face.

    Returns:
        RGB, uint8. The size of the picture, or a whole multiple of it where its longer side is
        below `MIN_SIDE`, as a name cannot be read on a thumbnail of 32 pixels, or where a crowd is
        so small that tags would hide it, up to `CROWD_SIDE`.
    """
    zoom = _zoom(pixels, labels)
    canvas = _enlarged(pixels, zoom)
    height, width = canvas.shape[:2]
    frames = [_frame(label.box, zoom, width, height) for label in labels]
    for label, frame in zip(labels, frames, strict=True):
        _draw_frame(canvas, label, frame, zoom)
    tagged = [(label, frame) for label, frame in zip(labels, frames, strict=True) if label.text]
    outer = [_outer(frame, width, height) for _, frame in tagged]
    full = [tags.set_tag(one.text, frame.width, width, height) for one, frame in tagged]
    short = [
        tags.set_tag(one.short or one.text, frame.width, width, height) for one, frame in tagged
    ]
    sizes, brief = [tag.size for tag in full], [tag.size for tag in short]
    places = place_or_shorten(outer, sizes, brief, (width, height))
    chosen = [
        replace(whole if fits else part, place=place)
        for whole, part, (place, fits) in zip(full, short, places, strict=True)
    ]
    for (label, frame), tag in zip(tagged, chosen, strict=True):
        tags.join(canvas, label.colour, frame, tag)  # all lines first: none crosses out a word
    for (label, _), tag in zip(tagged, chosen, strict=True):
        tags.draw(canvas, label.colour, tag)
    return canvas


def _zoom(pixels: Pixels, labels: Sequence[Label]) -> int:
    """How many times a picture is enlarged."""
    height, width = pixels.shape[:2]
    longer = max(height, width)
    least = 1 if longer >= MIN_SIDE else -(-MIN_SIDE // longer)
    most = max(least, CROWD_SIDE // longer)
    covers = (
        zoom
        for zoom in range(least, most)
        if _covered(labels, zoom, width * zoom, height * zoom) <= _COVERED
    )
    return next(covers, most) if len(labels) > 1 else least


def _covered(labels: Sequence[Label], zoom: int, width: int, height: int) -> float:
    """Of a picture of this size, what tags with the whole text would take."""
    sizes = (
        tags.set_tag(one.text, one.box.width * zoom, width, height).size
        for one in labels
        if one.text
    )
    return sum(wide * high for wide, high in sizes) / (width * height)


def _enlarged(pixels: Pixels, zoom: int) -> Pixels:
    if zoom == 1:
        return np.array(pixels, dtype=np.uint8, order="C")
    larger = cv2.resize(pixels, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    return np.asarray(larger, dtype=np.uint8)


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
