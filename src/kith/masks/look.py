"""What a painted mask looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import OptionError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kith.media.shapes import Colour

COVERAGES = ("nose", "mouth", "chin")
"""How high a mask reaches: over nose and mouth, as it should; over the mouth; under the chin."""

COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
        "white": (243, 244, 244),
        "blue": (152, 198, 226),
        "green": (150, 205, 180),
        "pink": (240, 175, 190),
        "black": (34, 35, 38),
        "grey": (138, 142, 148),
        "navy": (38, 52, 92),
        "red": (170, 38, 46),
        "beige": (214, 190, 160),
        "yellow": (232, 200, 88),
        "purple": (112, 84, 150),
        "olive": (98, 104, 70),
        "brown": (112, 78, 58),
        "teal": (52, 128, 134),
    }
)
"""Colours that have a name: what the cloth throws back in white light, sRGB."""

STYLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "surgical": ("blue", "white", "green", "pink", "black"),
        "cloth": ("navy", "grey", "red", "beige", "teal", "black", "white", "purple", "olive"),
        "kn95": ("white", "black", "grey", "beige"),
        "ffp2": ("white", "grey"),
        "fashion": ("black", "grey", "pink", "navy"),
        "bandana": ("red", "navy", "black", "olive"),
    }
)
"""The styles, and the colours that each is made in; the first where none is asked for."""

RANDOM = "random"
"""Stands for any style, colour or coverage where a look is drawn."""

_FREQUENT = {
    "surgical": 0.38,
    "cloth": 0.2,
    "kn95": 0.16,
    "ffp2": 0.1,
    "fashion": 0.1,
    "bandana": 0.06,
}
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class MaskLook:
    """What a painted mask looks like.

    Attributes:
        style: one of `STYLES`.
        color: a name of `COLOURS` or ``#rrggbb``; None: the style's own.
        coverage: one of `COVERAGES`.
        seed: decides what the other three leave open: pattern, folds, fit.

    Raises:
        OptionError: another style, colour or coverage, or a seed below 0.
    """

    style: str = "surgical"
    color: str | None = None
    coverage: str = "nose"
    seed: int = 0

    def __post_init__(self) -> None:
        _check("style", self.style, STYLES)
        _check("coverage", self.coverage, COVERAGES)
        _check_colour(self.color)
        if not _whole(self.seed) or self.seed < 0:
            seed = printable(str(self.seed), 60)
            raise OptionError(f"the seed is {seed}; it is a whole number, 0 or above")

    @property
    def color_name(self) -> str:
        """The colour as it was asked for, or the style's own."""
        return self.color or STYLES[self.style][0]

    @property
    def rgb(self) -> Colour:
        """The colour in white light, sRGB."""
        name = self.color_name
        if name.startswith("#"):
            red, green, blue = bytes.fromhex(name[1:])
            return red, green, blue
        return COLOURS[name]


def random_look(
    rng: np.random.Generator,
    *,
    style: str = RANDOM,
    color: str | None = RANDOM,
    coverage: str = "nose",
) -> MaskLook:
    """Draw a look, as varied as on a street: surgical masks are the most frequent.

    Args:
        rng: decides; in the same state it gives the same look.
        style: one of `STYLES`, or ``random``.
        color: as `MaskLook.color`, or ``random``: one that the style is made in.
        coverage: one of `COVERAGES`, or ``random``.

    Raises:
        OptionError: another style, colour or coverage, or what draws no numbers.
    """
    if not isinstance(rng, np.random.Generator):
        raise OptionError(
            f"a look is drawn by a numpy.random.Generator, not {type(rng).__name__}; "
            "numpy.random.default_rng(seed) makes one"
        )
    _check("style", style, (*STYLES, RANDOM))
    _check("coverage", coverage, (*COVERAGES, RANDOM))
    _check_colour(color, RANDOM)
    styles, shares = zip(*_FREQUENT.items(), strict=True)
    draws = {"style": str(rng.choice(styles, p=shares)), "coverage": str(rng.choice(COVERAGES))}
    place, seed = float(rng.random()), int(rng.integers(2**31))
    chosen = draws["style"] if style == RANDOM else style
    worn = draws["coverage"] if coverage == RANDOM else coverage
    made_in = STYLES[chosen]
    cloth = made_in[int(place * len(made_in))] if color == RANDOM else color
    return MaskLook(chosen, cloth, worn, seed)


def _check(what: str, value: object, known: Iterable[str], or_else: str = "") -> None:
    names = list(known)
    if not isinstance(value, str) or value not in names:
        raise OptionError(
            f"{printable(str(value))} is no {what} of a mask; there are {', '.join(names)}{or_else}"
        )


def _check_colour(value: object, *others: str) -> None:
    if value is not None and not (isinstance(value, str) and _HEX.fullmatch(value)):
        _check("colour", value, (*COLOURS, *others), or_else=", or a colour as #rrggbb")


def _whole(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
