from __future__ import annotations

import numpy as np
import pytest

from kith.errors import OptionError
from kith.media import MATCH, UNKNOWN, Section, Tile, contact_sheet
from kith.media.layout import Measures, columns_for, lay_out
from kith.media.square import square
from kith.types import Box

from .pictures import picture


def tiles(count: int, colour: tuple[int, int, int] = MATCH) -> list[Tile]:
    return [Tile(picture(90, 70, i), f"Person {i}", f"0.{50 + i}", colour) for i in range(count)]


def test_every_picture_stands_in_its_place():
    sections = [Section("Known", tiles(5)), Section("Strangers", tiles(2, UNKNOWN))]
    sheet = contact_sheet(sections, title="Who is who", subtitle="two kinds", columns=3)
    measures = Measures.of(224)
    page = lay_out([5, 2], [True, True], 3, measures, True)
    assert sheet.shape == (page.height, page.width, 3)
    for section, cards in zip(sections, page.cards, strict=True):
        for tile, (left, top, _, _) in zip(section.tiles, cards, strict=True):
            shown = sheet[top + 20 : top + 180, left + 20 : left + 200]
            assert np.array_equal(shown, square(tile.pixels, 224)[20:180, 20:200])
            bar = sheet[top + 224 - measures.bar : top + 224, left + 20 : left + 200]
            assert (bar == tile.colour).all()


def test_captions_are_written_in_the_tiles_colour():
    def caption(tile: Tile) -> np.ndarray:
        sheet = contact_sheet([tile], title="")
        ((card,),) = lay_out([1], [False], 3, Measures.of(224), False).cards
        return sheet[card[1] + 226 : card[3] - 6, card[0] + 6 : card[2] - 6].astype(int)

    pixels = picture()
    ada, bob = (caption(Tile(pixels, name, "0.71", MATCH)) for name in ("Ada", "Bob"))
    assert (ada != bob).any()
    assert (caption(Tile(pixels, "", "", MATCH)) == 255).all()
    green = caption(Tile(pixels, "", "0.71", MATCH)).reshape(-1, 3)
    darkest = green[green.sum(1).argmin()]
    assert darkest[1] > darkest[0] + 30
    assert darkest[1] > darkest[2] + 30


def test_the_focus_is_passed_on():
    pixels, focus = picture(400, 300), Box(300, 200, 40, 50)
    sheet = contact_sheet([Tile(pixels, "", "", MATCH, focus)], title="")
    ((card,),) = lay_out([1], [False], 3, Measures.of(224), False).cards
    shown = sheet[card[1] + 20 : card[1] + 180, card[0] + 20 : card[0] + 200]
    assert np.array_equal(shown, square(pixels, 224, focus)[20:180, 20:200])


def test_sections_without_tiles_are_left_out():
    with_empty = [Section("Nobody", []), Section("Known", tiles(4))]
    one = contact_sheet(with_empty, title="A")
    assert np.array_equal(one, contact_sheet(with_empty[1:], title="A"))


def test_tiles_may_come_without_sections():
    made = contact_sheet(tiles(7), title="A")
    assert np.array_equal(made, contact_sheet([Section("", tiles(7))], title="A"))
    page = lay_out([7], [False], columns_for(7, 7), Measures.of(224), False)
    assert made.shape == (page.height, page.width, 3)


def test_an_empty_sheet_is_a_page_with_a_title():
    blank, titled = (contact_sheet([], title=title) for title in ("", "Nobody was found"))
    assert blank.shape == titled.shape
    assert (blank != titled).any()
    assert len(np.unique(blank.reshape(-1, 3), axis=0)) == 1


def test_a_title_too_long_stays_on_the_page():
    sheet = contact_sheet(tiles(1), title="very long " * 50, subtitle="and so on " * 90)
    margin = Measures.of(224).margin
    strip = sheet[: margin * 2, sheet.shape[1] - margin + 2 :]
    assert len(np.unique(strip.reshape(-1, 3), axis=0)) <= 8  # paper and a card's shadow


@pytest.mark.parametrize(
    ("options", "words"), [({"columns": 0}, "columns"), ({"tile_size": 20}, "48")]
)
def test_options_out_of_range(options, words):
    with pytest.raises(OptionError, match=words):
        contact_sheet(tiles(1), title="A", **options)
