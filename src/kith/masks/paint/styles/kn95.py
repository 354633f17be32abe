"""The KN95: folded down the middle, stiff, with welded lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.masks.paint.styles.base import Trim, creases, grain

if TYPE_CHECKING:
    from kith.masks.paint.sheet import Sheet


def draw(sheet: Sheet, rng: np.random.Generator) -> Trim:
    """Draw it."""
    creases(sheet, rng, float(rng.uniform(0.015, 0.04)))
    sheet.height += 0.1 * np.exp(-np.abs(sheet.x) / 0.12)
    edge = np.minimum(np.minimum(sheet.top, sheet.bottom), sheet.side)
    welds = (np.sin(2 * np.pi * (sheet.x + sheet.y) / 0.34) > 0).astype(np.float32)
    for inset in (0.28, 0.62):
        line = sheet.line(edge - inset, 0.14)
        sheet.gloom *= 1 - 0.14 * line * (0.5 + 0.5 * welds)
        sheet.height -= 0.03 * line
    across = sheet.line(sheet.v - 0.47 - 0.05 * sheet.u**2, 0.012 * sheet.density / 8)
    sheet.gloom *= 1 - 0.08 * across * sheet.step(np.abs(sheet.x) - 0.8)
    _wire(sheet, rng)
    grain(sheet, rng, 0.015)
    return Trim("ears", (240, 240, 238), 0.4)


def _wire(sheet: Sheet, rng: np.random.Generator) -> None:
    """Lay the strip of metal over the nose outside, or hide it."""
    strip = sheet.line(sheet.top - 0.9, 0.45) * sheet.step(3.4 - np.abs(sheet.x))
    sheet.height += 0.06 * strip
    if rng.random() < 0.5:
        sheet.paint(0.5 * strip, (0.42, 0.43, 0.45))
