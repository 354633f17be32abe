"""Kinds of masks to study, as they are asked for."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from kith.errors import OptionError
from kith.evaluation.masked.records import Kind
from kith.masks import MaskLook
from kith.masks.look import RANDOM

if TYPE_CHECKING:
    from collections.abc import Sequence

STYLES = ("surgical", "cloth", "kn95")
COVERAGES = ("nose",)
DISTANCES = (0.4, 0.5, 0.6)
"""Cosine distances that decide in tutorials."""


def kinds_of(
    styles: Sequence[str] = STYLES, coverages: Sequence[str] = COVERAGES
) -> tuple[Kind, ...]:
    """Return each style worn in each way, each once.

    Args:
        styles: of `kith.masks.STYLES`, or ``random``: each photo another, as on a street.
        coverages: of `kith.masks.COVERAGES`.

    Raises:
        OptionError: there is no such style or coverage, or none was given.
    """
    kinds = tuple(dict.fromkeys(Kind(*each) for each in product(styles, coverages)))
    if not kinds:
        raise OptionError("a study of masks needs at least one style and one coverage")
    for kind in kinds:
        style = "surgical" if kind.style == RANDOM else kind.style
        MaskLook(style=style, coverage=kind.coverage)  # says what is wrong with it
    return kinds


def thresholds_of(distances: Sequence[float]) -> dict[str, float]:
    """Return similarities for cosine distances, by what they are called.

    Raises:
        OptionError: a distance outside 0…2.
    """
    for distance in distances:
        if not 0.0 <= distance <= 2.0:
            raise OptionError(f"a cosine distance lies between 0 and 2, not at {distance:g}")
    return {f"distance {distance:g}": 1.0 - distance for distance in distances}
