"""What is drawn on a live picture: boxes with names, a line of figures, a greeting.

Cheaper than `kith.media.draw_faces`, which is made for single photos: tags are set once and kept,
stay where they are from frame to frame, and the picture is drawn on in place.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from kith.gallery.masked import REFUSED
from kith.media import COLOURS, shapes, text
from kith.media.draw import LOW
from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from kith.media.shapes import Colour
    from kith.tracking import Seen
    from kith.types import Box, Identification, Pixels

DARK: Colour = (20, 20, 22)
LIGHT: Colour = (240, 240, 242)
WORDS = {
    Verdict.UNKNOWN: "?",
    Verdict.AMBIGUOUS: "? too close",
    Verdict.LOW_QUALITY: "? too poor",
    Verdict.NO_FACE: "?",
}
UNDECIDED = "…"


def caption(answer: Identification | None) -> str:
    """Return the few words that stand at a face."""
    if answer is None:
        return UNDECIDED
    if answer.reason == REFUSED:
        return f"? {REFUSED}"
    if answer.verdict is not Verdict.MATCH:
        return WORDS[answer.verdict]
    similar = "" if answer.similarity is None else f" {answer.similarity:.2f}"
    return f"{answer.name}{similar}"


def colour(answer: Identification | None) -> Colour:
    """Return the colour of a face's box."""
    return LOW if answer is None else COLOURS[answer.verdict]


def draw_seen(pixels: Pixels, seen: Iterable[Seen], factor: float = 1.0) -> None:
    """Draw a box and a tag for each face, in place; the nearest faces come out on top.

    Args:
        pixels: RGB, uint8, H × W × 3, writable.
        seen: with boxes in pixels of the frame.
        factor: size of these pixels to that of the frame.
    """
    thickness = max(2, round(max(pixels.shape[:2]) / 480))
    for one in sorted(seen, key=lambda one: one.face.box.area):
        box = type(one.face.box)(*(value * factor for value in one.face.box))
        drawn = colour(one.answer)
        outline = (box.x, box.y, box.x + box.width, box.y + box.height)
        radius = 0.06 * min(box.width, box.height)
        shapes.stroke(pixels, outline, radius, DARK, thickness + 2)
        shapes.stroke(pixels, outline, radius, drawn, thickness)
        _draw_tag(pixels, box, caption(one.answer), drawn, thickness)


def draw_note(pixels: Pixels, words: str) -> None:
    """Write a small line in the upper left corner of a picture, in place.

    Args:
        pixels: RGB, uint8, H × W × 3, writable.
        words: the line.
    """
    height, width = pixels.shape[:2]
    size = max(12, round(height / 40))
    patch, mask = _tag(words, size, DARK, max(1, width - size))
    _paste(pixels, patch, mask, size // 2, size // 2)


def draw_lines(pixels: Pixels, lines: Sequence[str], *, middle: bool = False) -> None:
    """Write lines that are read from a distance, one below the other, on a picture, in place.

    Args:
        pixels: RGB, uint8, H × W × 3, writable.
        lines: to be written at the foot of the picture.
        middle: write them in its middle instead.
    """
    height, width = pixels.shape[:2]
    size = max(12, round(height / 18))
    tags = [_tag(words, size, DARK, max(1, width - 2 * size)) for words in lines]
    step = round(1.8 * size)
    top = (height - step * len(tags)) // 2 if middle else height - size // 2 - step * len(tags)
    for row, (patch, mask) in enumerate(tags):
        _paste(pixels, patch, mask, (width - patch.shape[1]) // 2, top + row * step)


def dim(pixels: Pixels) -> None:
    """Make a picture dark, in place: what it shows is over."""
    np.floor_divide(pixels, 3, out=pixels)


def _draw_tag(pixels: Pixels, box: Box, words: str, drawn: Colour, thickness: int) -> None:
    height, width = pixels.shape[:2]
    size = int(np.clip(round(0.14 * box.width), max(12, height // 50), max(14, height // 22)))
    patch, mask = _tag(words, size, drawn, width)
    tall, wide = patch.shape[:2]
    over, under = box.y - thickness - tall, box.y + box.height + thickness
    # Above the face; below it where there is no room; else on it.
    down = over if over >= 0 else under if under + tall <= height else max(0.0, box.y)
    across = np.clip(box.x - thickness / 2, 0, max(0, width - wide))
    _paste(pixels, patch, mask, round(float(across)), round(down))


def _paste(pixels: Pixels, patch: Pixels, mask: npt.NDArray[np.uint16], x: int, y: int) -> None:
    """Lay a patch over a picture, as far as it lies within."""
    left, top = max(0, x), max(0, y)
    part = pixels[top : y + patch.shape[0], left : x + patch.shape[1]]
    if y + patch.shape[0] <= 0 or x + patch.shape[1] <= 0 or not part.size:
        return
    rows = slice(top - y, top - y + part.shape[0])
    columns = slice(left - x, left - x + part.shape[1])
    covers = mask[rows, columns]
    part[:] = (part * (255 - covers) + patch[rows, columns] * covers) // 255


@lru_cache(maxsize=512)
def _tag(words: str, size: int, ground: Colour, room: int) -> tuple[Pixels, npt.NDArray[np.uint16]]:
    """Return a line of text on its ground, and how much each pixel of it covers (0–255)."""
    padding = max(2, round(size * 0.4))
    line = text.set_line(words, size, max(1, room - 2 * padding))
    wide = min(room, int(np.ceil(line.width)) + 2 * padding)
    tall = round(size * 1.5)
    image = Image.new("RGB", (wide, tall), ground)
    baseline = (tall + size * text.CAP_HEIGHT) / 2
    text.draw_line(ImageDraw.Draw(image), padding, baseline, line, shapes.ink_on(ground))
    mask = np.zeros((tall, wide), np.uint8)
    shapes.fill(mask, (0, 0, wide - 1, tall - 1), size * 0.3, 255)
    return np.asarray(image), mask[..., None].astype(np.uint16)
