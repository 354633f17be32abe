"""The cloth mask: plain or patterned, with a seam down the middle or a few pleats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.masks.paint.styles import patterns
from kith.masks.paint.styles.base import Trim, creases, grain, hem, pleats

if TYPE_CHECKING:
    from kith.masks.paint.sheet import Sheet


def draw(sheet: Sheet, rng: np.random.Generator) -> Trim:
    """Draw it."""
    if rng.random() < 0.5:
        patterns.lay(sheet, rng)
    creases(sheet, rng, float(rng.uniform(0.05, 0.12)))
    if rng.random() < 0.55:
        seam(sheet)
    else:
        pleats(sheet, rng, int(rng.integers(2, 4)), 0.16)
    hem(sheet, 0.55, 0.1)
    grain(sheet, rng, 0.05)
    loops = ((30, 30, 32), (236, 236, 234))[int(rng.integers(2))]
    return Trim("ears", loops, float(rng.uniform(0.25, 0.5)))


def seam(sheet: Sheet) -> None:
    """Sew two halves together down the middle."""
    away = np.abs(sheet.x)
    sheet.height += 0.14 * np.exp(-away / 0.5)
    sheet.gloom *= 1 - 0.4 * sheet.line(sheet.x, 0.1)
    sheet.gloom *= 1 - 0.1 * sheet.line(away - 0.3, 0.08)
