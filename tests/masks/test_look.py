"""What looks there are."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from kith.errors import OptionError
from kith.masks import COVERAGES, STYLES, MaskLook, random_look
from kith.masks.look import COLOURS


def test_the_usual_one() -> None:
    assert MaskLook() == MaskLook("surgical", None, "nose", 0)
    assert MaskLook().rgb == COLOURS["blue"]
    assert MaskLook("kn95").color_name == "white"
    assert MaskLook(color="#0A10ff").rgb == (10, 16, 255)


@pytest.mark.parametrize("style", STYLES)
def test_styles_are_made_in_known_colours(style: str) -> None:
    assert set(STYLES[style]) <= set(COLOURS)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"style": "paper"}, "paper is no style of a mask; there are surgical, cloth"),
        ({"color": "bleu"}, "bleu is no colour of a mask; there are white, blue"),
        ({"color": "#12345"}, "or a colour as #rrggbb"),
        ({"color": "#gggggg"}, "#gggggg is no colour"),
        ({"coverage": "eyes"}, "eyes is no coverage of a mask; there are nose, mouth, chin"),
        ({"seed": -1}, "the seed is -1; it is a whole number, 0 or above"),
        ({"seed": 1.5}, "the seed is 1.5; it is a whole number, 0 or above"),
        ({"seed": "3"}, "the seed is 3; it is a whole number, 0 or above"),
        ({"color": (1, 2, 3)}, "(1, 2, 3) is no colour of a mask; there are white, blue"),
        ({"color": 5}, "5 is no colour of a mask"),
        ({"style": ["cloth"]}, "['cloth'] is no style of a mask"),
        ({"coverage": None}, "None is no coverage of a mask"),
    ],
)
def test_unknown_looks(wrong: dict[str, object], complaint: str) -> None:
    with pytest.raises(OptionError) as caught:
        MaskLook(**wrong)  # type: ignore[arg-type]
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"style": "paper"}, "fashion, bandana, random"),
        ({"coverage": "eyes"}, "there are nose, mouth, chin, random"),
        ({"color": "bleu"}, "teal, random, or a colour as #rrggbb"),
    ],
)
def test_what_is_drawn_may_be_random(wrong: dict[str, str], complaint: str) -> None:
    with pytest.raises(OptionError) as caught:
        random_look(np.random.default_rng(0), **wrong)
    assert complaint in str(caught.value)


def test_looks_are_drawn_by_a_generator_alone() -> None:
    for rng in (None, 7):
        with pytest.raises(OptionError, match=r"drawn by a numpy\.random\.Generator, not"):
            random_look(rng)  # type: ignore[arg-type]


def test_drawn_looks_are_many_and_the_same_for_the_same_seed() -> None:
    def draw(seed: int) -> list[MaskLook]:
        rng = np.random.default_rng(seed)
        return [random_look(rng) for _ in range(400)]

    looks = draw(1)
    assert looks == draw(1) != draw(2)
    styles = Counter(look.style for look in looks)
    assert set(styles) == set(STYLES)
    assert styles.most_common(1)[0][0] == "surgical"
    assert {look.coverage for look in looks} == {"nose"}
    for style, colours in STYLES.items():
        assert {look.color for look in looks if look.style == style} == set(colours)
    assert len({look.seed for look in looks}) == 400


def test_drawn_looks_keep_what_is_asked_for() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        look = random_look(rng, style="kn95", color="#123456")
        assert (look.style, look.color, look.coverage) == ("kn95", "#123456", "nose")
        assert random_look(rng, style="cloth").color in STYLES["cloth"]
        assert random_look(rng, color=None).color is None
    worn = {random_look(rng, coverage="random").coverage for _ in range(50)}
    assert worn == set(COVERAGES)
    with pytest.raises(OptionError, match="no style"):
        random_look(rng, style="paper")
