"""Lines of text for pictures: names in any script, on machines with any fonts or none.

The font that comes with Pillow has no accented letters, so a name is set in the first font that
has all of it: Pillow's own, then the usual ones of Linux, Windows and macOS. What no font has is
written with its plain letter (é → e), and as a question mark where there is none.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from PIL import ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.media.shapes import Colour

CAP_HEIGHT = 0.72
"""Of a capital letter, as a part of the font size."""

_BUILT_IN = ""
_FONTS = (
    _BUILT_IN,
    *("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf"),
    *("segoeui.ttf", "arial.ttf", "Arial.ttf", "Arial Unicode.ttf", "Helvetica.ttc"),
    *("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "DroidSansFallbackFull.ttf"),
    *("wqy-microhei.ttc", "msyh.ttc", "malgun.ttf", "PingFang.ttc", "Hiragino Sans GB.ttc"),
    *("NotoSansArabic-Regular.ttf", "NotoSansHebrew-Regular.ttf", "NotoSansDevanagari-Regular.ttf"),
)
_PLAIN = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss", "æ": "ae"}
    | {"Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th", "ð": "d", "–": "-", "—": "-"}
    | {"’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "·": "-", "×": "x", "\u00a0": " "}
)
_MISSING = "?"
_PROBE_SIZE = 24


@dataclass(frozen=True, slots=True)
class Line:
    """Text with its fonts chosen.

    Attributes:
        runs: pieces of text from left to right, each with the name of its font.
        size: of the font, in pixels.
        width: in pixels.
    """

    runs: tuple[tuple[str, str], ...]
    size: int
    width: float


def set_line(text: str, size: int, max_width: float | None = None) -> Line:
    """Choose the fonts for a text, and shorten it with … where it is wider than it may be.

    Args:
        text: any Unicode; line breaks and other control characters become spaces.
        size: of the font, in pixels.
        max_width: in pixels.
    """
    text = _clean(text)
    line = _measure(text, size)
    if max_width is None or line.width <= max_width:
        return line
    fits, too_long = 0, len(text)  # how many characters may stay before the …
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if _measure(text[:middle].rstrip() + "…", size).width <= max_width:
            fits = middle
        else:
            too_long = middle
    line = _measure(text[:fits].rstrip() + "…", size)
    return line if line.width <= max_width else Line((), size, 0.0)


def draw_line(
    draw: ImageDraw.ImageDraw, x: float, baseline: float, line: Line, colour: Colour
) -> None:
    """Write a line; ``x`` is its left end and ``baseline`` the foot of its letters, in pixels."""
    for text, name in line.runs:
        font = _font(name, line.size)
        draw.text((x, baseline), text, fill=colour, font=font, anchor="ls")
        x += font.getlength(text)


def write(
    draw: ImageDraw.ImageDraw,
    words: str,
    size: int,
    at: tuple[float, float],
    colour: Colour,
    room: float,
) -> float:
    """Set and write a line that has so much room, in pixels; return the width that it took."""
    line = set_line(words, size, room)
    draw_line(draw, *at, line, colour)
    return line.width


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    kept = (c for c in text if unicodedata.category(c) != "Cf" and not 0xFE00 <= ord(c) <= 0xFE0F)
    return " ".join("".join(c if c.isprintable() else " " for c in kept).split())


def _measure(text: str, size: int) -> Line:
    runs = _runs(text)
    return Line(runs, size, sum(_font(name, size).getlength(part) for part, name in runs))


@lru_cache(maxsize=4096)
def _runs(text: str) -> tuple[tuple[str, str], ...]:
    """Cut a text into pieces of one font each, with all letters from one font where one can."""
    letters = {character for character in text if character.isalnum()}
    leading = next((name for name in _FONTS if _has_all(name, letters)), _BUILT_IN)
    pairs = [pair for character in text for pair in _in_a_font(character, leading)]
    return tuple(
        ("".join(character for character, _ in group), name)
        for name, group in groupby(pairs, key=lambda pair: pair[1])
    )


def _in_a_font(character: str, leading: str) -> list[tuple[str, str]]:
    """The character with the first font that has it, or what it is written as without one."""
    for name in (leading, *_FONTS):
        if _has(name, character):
            return [(character, name)]
    plain = character.translate(_PLAIN)
    if plain == character:
        plain = unicodedata.normalize("NFKD", character)[:1]
    return [(c, leading) for c in (plain if _has_all(leading, plain) else _MISSING)]


def _has_all(name: str, characters: Iterable[str]) -> bool:
    return all(_has(name, character) for character in characters)


@lru_cache(maxsize=8192)
def _has(name: str, character: str) -> bool:
    """Whether a font is installed and has a glyph of its own for a character."""
    if character == " ":
        return True
    font = _load(name, _PROBE_SIZE)
    return font is not None and _glyph(font, character) != _glyph(font, "\uffff")


def _glyph(font: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    font = _load(name, size)
    assert font is not None  # only fonts that `_has` found come here
    return font


@lru_cache(maxsize=128)
def _load(name: str, size: int) -> ImageFont.FreeTypeFont | None:
    try:
        font = ImageFont.truetype(name, size) if name else ImageFont.load_default(size)
    except OSError:
        return None
    return font if isinstance(font, ImageFont.FreeTypeFont) else None
