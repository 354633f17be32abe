"""Names with their probabilities as bars beside a face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from kith.media import shapes, text
from kith.media.draw import UNKNOWN, Label, draw_faces
from kith.types import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.media.shapes import Colour
    from kith.types import Pixels

_PANEL: Colour = (24, 24, 27)
_TRACK: Colour = (58, 58, 64)
_INK: Colour = (244, 244, 246)
_LEAST_SIDE = 640
_TRIES = 24
"""Places across and down the picture that are looked at for a panel."""


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """What stands beside one face.

    Attributes:
        box: of the face, in pixels of the picture.
        rows: a name and its share, 0–1, from top to bottom.
    """

    box: Box
    rows: tuple[tuple[str, float], ...]


def draw_bars(pixels: Pixels, faces: Sequence[Bars]) -> Pixels:
    """Draw boxes and, beside each, a panel of names with bars, on a copy of a picture.

    Panels keep inside the picture, and off other panels and faces while there is room.

    Args:
        pixels: RGB, uint8, H × W × 3.
        faces: what to draw.

    Returns:
        RGB, uint8; a whole multiple of the picture's size where it is too small for letters.
    """
    zoom = max(1, -(-_LEAST_SIDE // max(pixels.shape[:2])))
    boxes = [Box(*(value * zoom for value in face.box)) for face in faces]
    canvas = draw_faces(_enlarged(pixels, zoom), [Label(box, "", UNKNOWN) for box in boxes])
    height, width = canvas.shape[:2]
    # Many panels have to share the room that the faces leave.
    size = max(9, round(max(width, height) / (55 * max(1.0, len(faces) / 2) ** 0.5)))
    panels = [_panel(face.rows, size, (width, height)) for face in faces]
    sizes = [(panel.shape[1], panel.shape[0]) for panel in panels]
    places = _places(boxes, sizes, (width, height), gap=max(4, size // 2))
    for box, panel, (x, y) in zip(boxes, panels, places, strict=True):
        _join(canvas, box, (x, y, x + panel.shape[1], y + panel.shape[0]), 2 * size)
    for panel, (x, y) in zip(panels, places, strict=True):
        canvas[y : y + panel.shape[0], x : x + panel.shape[1]] = panel
    return canvas


def _places(
    boxes: Sequence[Box], sizes: Sequence[tuple[int, int]], room: tuple[int, int], gap: int
) -> list[tuple[int, int]]:
    """Return the left top corners of the panels: each hides least, and then is nearest its face."""
    faces = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in boxes]
    taken: list[tuple[float, ...]] = []
    for own, (width, height) in zip(faces, sizes, strict=True):
        left, top, right, bottom = own
        middle = top + (bottom - top - height) / 2
        beside = [
            *((x, y) for x in (right + gap, left - gap - width) for y in (middle, top)),
            *((x, y) for y in (bottom + gap, top - gap - height) for x in (left, right - width)),
        ]
        columns = np.linspace(0, room[0] - width, _TRIES).tolist()
        rows = np.linspace(0, room[1] - height, _TRIES).tolist()
        anywhere = ((x, y) for y in rows for x in columns)
        panels = []
        for x, y in (*beside, *anywhere):
            x, y = min(max(x, 0), room[0] - width), min(max(y, 0), room[1] - height)
            panels.append((x, y, x + width, y + height))

        def cost(panel: tuple[float, ...], own: tuple[float, ...] = own) -> tuple[float, float]:
            hidden = sum(_shared(panel, face) for face in faces) + _shared(panel, own)
            hidden += 2 * sum(_shared(panel, other) for other in taken)
            return hidden, _apart(panel, own)

        taken.append(min(panels, key=cost))
    return [(int(panel[0]), int(panel[1])) for panel in taken]


def _apart(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Return how far two rectangles (left, top, right, bottom) are from each other."""
    across = max(a[0] - b[2], b[0] - a[2], 0.0)
    return float(np.hypot(across, max(a[1] - b[3], b[1] - a[3], 0.0)))


def _join(canvas: Pixels, box: Box, panel: tuple[int, int, int, int], near: int) -> None:
    """Draw a line from a face to its panel where that is not beside it."""
    face = (box.x, box.y, box.x + box.width, box.y + box.height)
    if _apart(panel, face) <= near:
        return
    centre = ((panel[0] + panel[2]) / 2, (panel[1] + panel[3]) / 2)
    start = (
        float(np.clip(centre[0], face[0], face[2])),
        float(np.clip(centre[1], face[1], face[3])),
    )
    end = (
        float(np.clip(start[0], panel[0], panel[2])),
        float(np.clip(start[1], panel[1], panel[3])),
    )
    shapes.line(canvas, start, end, _PANEL, 4)
    shapes.line(canvas, start, end, UNKNOWN, 2)


def _shared(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Return the area that two rectangles (left, top, right, bottom) share."""
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return max(across, 0.0) * max(down, 0.0)


def _enlarged(pixels: Pixels, zoom: int) -> Pixels:
    if zoom == 1:
        return pixels
    image = Image.fromarray(pixels)
    size = image.width * zoom, image.height * zoom
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC), dtype=np.uint8)


def _panel(rows: tuple[tuple[str, float], ...], size: int, room: tuple[int, int]) -> Pixels:
    """Return the panel of one face, at most as large as the picture."""
    step, pad = round(size * 1.9), round(size * 0.6)
    width = min(room[0], size * 17)
    height = min(room[1], step * len(rows) + 2 * pad)
    panel = np.empty((height, width, 3), np.uint8)
    panel[:] = _PANEL
    number = size * 3.2
    span = width - 2 * pad - number
    for row, (_, share) in enumerate(rows):
        y = pad + row * step + step * 0.74
        thick = max(2, size // 4)
        shapes.fill(panel, (pad, y, pad + span, y + thick), thick / 2, _TRACK)
        shapes.fill(panel, (pad, y, pad + max(span * share, thick), y + thick), thick / 2, UNKNOWN)
    image = Image.fromarray(panel)
    draw = ImageDraw.Draw(image)
    for row, (name, share) in enumerate(rows):
        baseline = pad + row * step + step * 0.55
        text.write(draw, name, size, (pad, baseline), _INK, span)
        line = text.set_line(_percent(share), size)
        text.draw_line(draw, width - pad - line.width, baseline, line, _INK)
    return np.asarray(image, dtype=np.uint8)


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 else "< 0.1%"
