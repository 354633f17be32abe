"""The moulded foam mask: smooth, a seam down the middle, wings that reach around the ears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.masks.paint.styles.base import Trim, creases, grain
from kith.masks.paint.styles.cloth import seam

if TYPE_CHECKING:
    import numpy as np

    from kith.masks.paint.sheet import Sheet


def draw(sheet: Sheet, rng: np.random.Generator) -> Trim:
    """Draw it."""
    creases(sheet, rng, float(rng.uniform(0.01, 0.04)))
    seam(sheet)
    grain(sheet, rng, 0.01)
    return Trim("none")
