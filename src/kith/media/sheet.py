"""Contact sheets: one page of faces with names that a person wants to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
from PIL import Image, ImageDraw

from kith.errors import OptionError
from kith.media import shapes, text
from kith.media.layout import Layout, Measures, columns_for, lay_out
from kith.media.square import square

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.media.shapes import Colour, Rectangle
    from kith.types import Box, Pixels

_PAGE: Colour = (244, 245, 247)
_CARD: Colour = (255, 255, 255)
_INK: Colour = (24, 26, 31)
_MUTED: Colour = (98, 103, 115)
_SHADOW = 0.16


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One picture of a sheet.

    Attributes:
        pixels: RGB, uint8, H × W × 3.
        title: who it shows.
        subtitle: a few words, such as a similarity.
        colour: RGB; of the bar below the picture and, darkened where needed, of the subtitle.
        focus: the face, in pixels of the picture: the tile is cut around it. None fits the whole
            picture into the tile.
    """

    pixels: Pixels
    title: str
    subtitle: str
    colour: Colour
    focus: Box | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Tiles under a heading; left out of the sheet where it has none."""

    title: str
    tiles: Sequence[Tile]


def contact_sheet(
    content: Sequence[Section] | Sequence[Tile],
    *,
    title: str,
    subtitle: str = "",
    columns: int | None = None,
    tile_size: int = 224,
) -> Pixels:
    """Make a page of pictures with names.

    Args:
        content: sections, or tiles without any.
        title: at the top of the page.
        subtitle: a line below it.
        columns: tiles per row; by default as many as make a page of pleasant proportions.
        tile_size: side of a picture, in pixels; everything else grows with it.

    Returns:
        RGB, uint8.

    Raises:
        OptionError: fewer than one column, or tiles of less than 48 pixels.
    """
    if columns is not None and columns < 1:
        raise OptionError(f"columns is {columns}; it must be at least 1")
    if tile_size < 48:
        raise OptionError(f"tile_size is {tile_size}; it must be at least 48 pixels")
    sections = [section for section in _sections(content) if section.tiles]
    counts = [len(section.tiles) for section in sections]
    headed = [bool(section.title) for section in sections]
    measures = Measures.of(tile_size)
    wide = columns or columns_for(sum(counts), max(counts, default=1))
    layout = lay_out(counts, headed, wide, measures, bool(subtitle))
    page = _blank(layout, measures)
    for section, cards in zip(sections, layout.cards, strict=True):
        for tile, card in zip(section.tiles, cards, strict=True):
            _draw_card(page, tile, card, measures)
    return _write(page, title, subtitle, sections, layout, measures)


def _sections(content: Sequence[Section] | Sequence[Tile]) -> Sequence[Section]:
    if content and isinstance(content[0], Tile):
        return [Section("", cast("Sequence[Tile]", content))]
    return cast("Sequence[Section]", content)


def _blank(layout: Layout, measures: Measures) -> Pixels:
    """The page with the shadows of its cards."""
    shadow = np.zeros((layout.height, layout.width), np.uint8)
    drop = measures.tile * 0.012
    for left, top, right, bottom in (card for row in layout.cards for card in row):
        shapes.fill(shadow, (left, top + drop, right, bottom + drop), measures.radius, 255)
    blurred = np.asarray(cv2.GaussianBlur(shadow, (0, 0), measures.tile * 0.022))
    light = 1 - _SHADOW * (blurred[..., None].astype(np.float32) / 255)
    return np.asarray(np.round(np.array(_PAGE, np.float32) * light), dtype=np.uint8)


def _draw_card(page: Pixels, tile: Tile, card: Rectangle, m: Measures) -> None:
    left, top, right, bottom = (int(edge) for edge in card)
    shapes.fill(page, (left, top, right - 1, bottom - 1), m.radius, _CARD)
    picture = square(tile.pixels, m.tile, tile.focus)
    picture[-m.bar :] = tile.colour
    # Only the upper corners are round: the mask reaches below the picture.
    mask = np.zeros((m.tile, m.tile), np.uint8)
    shapes.fill(mask, (0, 0, m.tile - 1, m.tile + 2 * m.radius), m.radius, 255)
    below = page[top : top + m.tile, left:right]
    share = mask[..., None].astype(np.float32) / 255
    below[:] = np.round(picture * share + below * (1 - share)).astype(np.uint8)


def _write(
    page: Pixels,
    title: str,
    subtitle: str,
    sections: Sequence[Section],
    layout: Layout,
    m: Measures,
) -> Pixels:
    image = Image.fromarray(page)
    draw = ImageDraw.Draw(image)
    room = layout.width - 2 * m.margin
    text.write(draw, title, m.title, (m.margin, layout.titles[0]), _INK, room)
    text.write(draw, subtitle, m.note, (m.margin, layout.titles[1]), _MUTED, room)
    for section, baseline, cards in zip(sections, layout.headings, layout.cards, strict=True):
        if baseline is not None:
            after = text.write(draw, section.title, m.heading, (m.margin, baseline), _INK, room)
            after += m.heading / 2
            at = m.margin + after, baseline
            text.write(draw, str(len(cards)), m.heading, at, _MUTED, room - after)
        for tile, card in zip(section.tiles, cards, strict=True):
            _write_caption(draw, tile, card, m)
    return np.array(image)


def _write_caption(draw: ImageDraw.ImageDraw, tile: Tile, card: Rectangle, m: Measures) -> None:
    left, top, right, _ = card
    x, y, room = left + m.padding, top + m.tile, right - left - 2 * m.padding
    text.write(draw, tile.title, m.name, (x, y + m.caption * 0.44), _INK, room)
    ink = shapes.ink_of(tile.colour)
    text.write(draw, tile.subtitle, m.note, (x, y + m.caption * 0.8), ink, room)
