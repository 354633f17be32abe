from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from kith.media import text


@pytest.fixture
def only_the_built_in_font(monkeypatch):
    monkeypatch.setattr(text, "_FONTS", ("",))
    text._runs.cache_clear()
    yield
    text._runs.cache_clear()


def ink(words: str, size: int = 24) -> np.ndarray:
    """The written pixels of a line on black."""
    image = Image.new("RGB", (600, 60))
    text.draw_line(ImageDraw.Draw(image), 10, 40, text.set_line(words, size), (255, 255, 255))
    return np.asarray(image)[..., 0]


def written(line: text.Line) -> str:
    return "".join(part for part, _ in line.runs)


@given(st.text(max_size=60), st.integers(8, 40), st.floats(0, 500))
@settings(max_examples=150, deadline=None)
def test_any_text_fits_where_it_must(words, size, room):
    assert text.set_line(words, size, room).width <= room


@pytest.mark.parametrize("room", [60, 100, 150, 200])
def test_a_long_text_is_shortened_as_little_as_needed(room):
    words = "Ada Augusta King, Countess of Lovelace"
    line = text.set_line(words, 16, room)
    shown = written(line)
    assert shown.endswith(("…", "..."))
    kept = shown.rstrip(".…")
    assert words.startswith(kept)
    assert line.width <= room
    longer = text.set_line(words[: len(kept) + 2].rstrip() + "…", 16)
    assert longer.width > room


def test_a_text_that_fits_is_not_changed():
    line = text.set_line("Ada 0.71", 16, 400)
    assert written(line) == "Ada 0.71"
    assert line.runs == (("Ada 0.71", ""),)


def test_the_width_is_that_of_the_written_letters():
    columns = np.flatnonzero(ink("HHHHHHHH").any(0))
    width = text.set_line("HHHHHHHH", 24).width
    assert columns[-1] - columns[0] + 1 == pytest.approx(width, abs=6)
    assert columns[0] == pytest.approx(10, abs=3)


def test_letters_stand_on_the_baseline():
    rows = np.flatnonzero(ink("HHH").any(1))
    assert rows[-1] in (39, 40)
    assert rows[-1] - rows[0] + 1 == pytest.approx(24 * text.CAP_HEIGHT, abs=2)


def test_line_breaks_and_control_characters_become_spaces():
    assert written(text.set_line("Ada\n\tLove\x00lace\u200b\ufe0f ", 16)) == "Ada Love lace"
    assert written(text.set_line("", 16)) == ""
    assert text.set_line("\n", 16).width == 0


def test_accents_are_written_or_left_out_but_never_a_box():
    shown = written(text.set_line("Zoe\u0308 Muller", 16))
    assert shown in ("Zoë Muller", "Zoe Muller")


@pytest.mark.usefixtures("only_the_built_in_font")
@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Zoë Müller", "Zoe Muller"),
        ("José Łukasz Ångström", "Jose Lukasz Angstrom"),
        ("Straße, Ærø", "Strasse, AEro"),
        ("李 0.61", "? 0.61"),
        ("Grace 😀", "Grace ?"),
        ("A – B", "A - B"),
    ],
)
def test_without_other_fonts_names_keep_their_plain_letters(words, shown):
    line = text.set_line(words, 16)
    assert written(line) == shown
    assert ink(words).any()


def test_a_font_is_known_to_lack_a_character():
    assert text._has("", "A")
    assert not text._has("", "李")
    assert not text._has("no such font.ttf", "A")


def test_another_font_is_used_where_one_has_the_letter(monkeypatch):
    others = [name for name in text._FONTS if name and text._has(name, "ë")]
    if not others:
        pytest.skip("no other font is installed")
    line = text.set_line("Zoë", 16)
    assert line.runs == (("Zoë", others[0]),)
    assert not np.array_equal(ink("Zoë"), ink("Zoe"))
