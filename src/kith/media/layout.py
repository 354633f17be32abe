"""The geometry of a contact sheet: where titles, headings and cards stand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.media.shapes import Rectangle


@dataclass(frozen=True, slots=True)
class Measures:
    """The sizes of a page, in pixels; all of them follow from the side of a tile."""

    tile: int
    margin: int
    gap: int
    padding: int
    caption: int
    radius: int
    bar: int
    title: int
    heading: int
    name: int
    note: int

    @classmethod
    def of(cls, tile: int) -> Measures:
        """The measures of a page with tiles of this side."""
        parts = {
            "margin": 0.21,
            "gap": 0.11,
            "padding": 0.065,
            "caption": 0.275,
            "radius": 0.055,
            "bar": 0.022,
            "title": 0.15,
            "heading": 0.092,
            "name": 0.077,
            "note": 0.066,
        }
        least = {"caption": 30, "title": 14, "heading": 12, "name": 11, "note": 10}
        sizes = {name: round(tile * part) for name, part in parts.items()}
        return cls(tile, **{name: max(size, least.get(name, 1)) for name, size in sizes.items()})


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands, in pixels from the left top corner of the page.

    Attributes:
        width, height: of the page.
        titles: the baselines of title and subtitle.
        headings: one baseline per section; None for a section without a heading.
        cards: left, top, right, bottom per tile, section by section.
    """

    width: int
    height: int
    titles: tuple[int, int]
    headings: tuple[int | None, ...]
    cards: tuple[tuple[Rectangle, ...], ...]


def columns_for(tiles: int, most: int) -> int:
    """How many columns suit a page.

    Args:
        tiles: on the whole page.
        most: in its largest section; more columns than that would stay empty.
    """
    return min(max(math.ceil(math.sqrt(tiles * 1.2)), 3), max(most, 3), 8)


def lay_out(
    counts: Sequence[int],
    headed: Sequence[bool],
    columns: int,
    measures: Measures,
    subtitle: bool,
) -> Layout:
    """Lay out a page.

    Args:
        counts: how many tiles each section has.
        headed: whether it has a heading.
        columns: tiles per row.
        measures: the sizes.
        subtitle: whether there is a line under the title.
    """
    m = measures
    title = m.margin + m.title
    under = title + (round(m.note * 2.1) if subtitle else 0)
    y = under + round(m.margin * 0.75)
    headings: list[int | None] = []
    cards: list[tuple[Rectangle, ...]] = []
    for count, has_heading in zip(counts, headed, strict=True):
        headings.append(y + m.heading if has_heading else None)
        y += round(m.heading * 2) if has_heading else 0
        grid = [divmod(i, columns) for i in range(count)]
        step_x, step_y = m.tile + m.gap, m.tile + m.caption + m.gap
        corners = [(m.margin + column * step_x, y + row * step_y) for row, column in grid]
        cards.append(tuple((x, t, x + m.tile, t + m.tile + m.caption) for x, t in corners))
        y += -(-count // columns) * step_y + m.gap
    width = 2 * m.margin + columns * (m.tile + m.gap) - m.gap
    height = y - 2 * m.gap + m.margin
    return Layout(width, height, (title, under), tuple(headings), tuple(cards))
