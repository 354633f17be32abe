"""A timeline as one picture: everybody's best face, and when they are seen."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw

from kith.errors import printable
from kith.media import COLOURS, shapes, text

if TYPE_CHECKING:
    from kith.live.timeline_records import Timeline, TimelinePerson
    from kith.media.shapes import Colour
    from kith.types import Pixels

MOST = 80
"""People on one picture; the others are counted at its foot."""

_PAGE: Colour = (244, 245, 247)
_CARD: Colour = (255, 255, 255)
_LANE: Colour = (228, 230, 235)
_LINE: Colour = (214, 217, 223)
_INK: Colour = (24, 26, 31)
_MUTED: Colour = (98, 103, 115)

_WIDTH, _MARGIN, _HEAD = 1600, 40, 150
_ROW, _GAP, _FACE = 120, 12, 96
_LEFT = _MARGIN + 12 + _FACE + 20
"""Where names begin, and `_NAMES` pixels further the lanes."""
_NAMES = 300
_BAR = 34
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000)


def strip(timeline: Timeline) -> Pixels:
    """Draw everybody's best face beside a lane that shows when they are seen.

    Returns:
        RGB, uint8, 1600 pixels wide and as high as there are people, `MOST` of them at most.
    """
    people = timeline.people[:MOST]
    foot = _MARGIN + (_ROW // 3 if not people or len(people) < len(timeline.people) else 0)
    height = _HEAD + len(people) * (_ROW + _GAP) + foot
    page = np.full((height, _WIDTH, 3), _PAGE, np.uint8)
    for number, person in enumerate(people):
        _draw_row(page, person, _HEAD + number * (_ROW + _GAP), timeline.duration)
    image = Image.fromarray(page)
    draw = ImageDraw.Draw(image)
    _write_head(draw, timeline)
    _write_axis(draw, timeline.duration, bool(people))
    for number, person in enumerate(people):
        _write_row(draw, person, _HEAD + number * (_ROW + _GAP))
    left_out = len(timeline.people) - len(people)
    if left_out or not people:
        words = f"and {left_out:,} more" if people else "nobody that can be told"
        text.write(draw, words, 22, (_MARGIN, height - _MARGIN), _MUTED, _WIDTH - 2 * _MARGIN)
    return np.array(image)


def clock(seconds: float, *, tenths: bool = True) -> str:
    """Return a time of a film as people read it: 0:07.4, 1:02:03.0."""
    all_tenths = round(max(0.0, seconds) * 10)
    minutes, rest = divmod(all_tenths, 600)
    second = f"{rest // 10:02}" + (f".{rest % 10}" if tenths else "")
    if minutes < 60:
        return f"{minutes}:{second}"
    return f"{minutes // 60}:{minutes % 60:02}:{second}"


def _draw_row(page: Pixels, person: TimelinePerson, top: int, duration: float) -> None:
    colour = COLOURS[person.verdict]
    shapes.fill(page, (_MARGIN, top, _WIDTH - _MARGIN, top + _ROW), 14, _CARD)
    _draw_face(page, person, _MARGIN + 12, top + (_ROW - _FACE) // 2, colour)
    middle = top + _ROW // 2
    left, right = _lane()
    shapes.fill(page, (left, middle - _BAR // 2, right, middle + _BAR // 2), 8, _LANE)
    for one in person.appearances:
        start, end = (_place(at, duration) for at in (one.start, one.end))
        end = max(end, start + 3)  # a blink in a long film is still to be seen
        shapes.fill(page, (start, middle - _BAR // 2, end, middle + _BAR // 2), 5, colour)
    best = _place(person.best.time, duration)
    shapes.dot(page, best, middle, 6, _CARD)
    shapes.dot(page, best, middle, 3.5, _INK)


def _draw_face(page: Pixels, person: TimelinePerson, left: int, top: int, colour: Colour) -> None:
    face = cv2.resize(person.best.portrait, (_FACE, _FACE), interpolation=cv2.INTER_AREA)
    mask = np.zeros((_FACE, _FACE), np.uint8)
    shapes.fill(mask, (0, 0, _FACE - 1, _FACE - 1), 12, 255)
    share = mask[..., None].astype(np.float32) / 255
    place = page[top : top + _FACE, left : left + _FACE]
    place[:] = np.round(face * share + place * (1 - share)).astype(np.uint8)
    shapes.stroke(page, (left, top, left + _FACE - 1, top + _FACE - 1), 12, colour, 3)


def _write_head(draw: ImageDraw.ImageDraw, timeline: Timeline) -> None:
    name = printable(PurePath(timeline.source).name)
    room = _WIDTH - 2 * _MARGIN
    text.write(draw, name, 34, (_MARGIN, _MARGIN + 30), _INK, room)
    known, unknown = len(timeline.known), len(timeline.unknown)
    words = [f"{clock(timeline.duration)}", f"{known:,} known", f"{unknown:,} unknown"]
    words += ["not read to its end"] if timeline.error else []
    text.write(draw, " · ".join(words), 20, (_MARGIN, _MARGIN + 64), _MUTED, room)


def _write_axis(draw: ImageDraw.ImageDraw, duration: float, shown: bool) -> None:
    if not shown or duration <= 0:
        return
    step = next((step for step in _STEPS if duration / step <= 10), duration)
    at = 0.0
    while at <= duration:
        x = _place(at, duration)
        draw.line((x, _HEAD - 12, x, _HEAD - 5), fill=_LINE, width=2)
        words = clock(at, tenths=False)
        text.write(draw, words, 17, (x - 4.6 * len(words), _HEAD - 20), _MUTED, 120)
        at += step


def _write_row(draw: ImageDraw.ImageDraw, person: TimelinePerson, top: int) -> None:
    room = _NAMES - 20
    text.write(draw, person.label, 26, (_LEFT, top + 52), _INK, room)
    words = [clock(person.seconds) if person.seconds >= 60 else f"{person.seconds:.1f} s"]
    if person.name is not None and person.similarity is not None:
        words.append(f"similarity {person.similarity:.2f}")
    elif person.verdict == "ambiguous":
        words.append("too close to call")
    text.write(draw, " · ".join(words), 18, (_LEFT, top + 84), _MUTED, room)


def _lane() -> tuple[int, int]:
    return _LEFT + _NAMES, _WIDTH - _MARGIN - 24


def _place(at: float, duration: float) -> float:
    left, right = _lane()
    share = min(1.0, max(0.0, at / duration)) if duration > 0 else 0.0
    return left + share * (right - left)
