"""The bandana: a printed scarf tied behind the head, its point over the chest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.masks.paint.sheet import ripples
from kith.masks.paint.styles.base import Trim, creases, grain

if TYPE_CHECKING:
    from kith.masks.paint.sheet import Sheet


def draw(sheet: Sheet, rng: np.random.Generator) -> Trim:
    """Draw it."""
    _print(sheet, rng)
    creases(sheet, rng, float(rng.uniform(0.14, 0.24)))
    sheet.height += 0.3 * ripples(sheet, rng, 1.6, 7.0) * sheet.v
    grain(sheet, rng, 0.04)
    return Trim("none")


def _print(sheet: Sheet, rng: np.random.Generator) -> None:
    """Print drops with dotted rings, and lines along the edge."""
    ink = (0.80, 0.79, 0.76) if sheet.colour[0, 0].max() < 0.5 else (0.03, 0.03, 0.04)
    pitch = float(rng.uniform(2.2, 3.0))
    row = np.floor(sheet.y / pitch)
    x = (np.mod(sheet.x / pitch + 0.5 * np.mod(row, 2), 1) - 0.5) * pitch
    y = (np.mod(sheet.y / pitch, 1) - 0.5) * pitch
    lean = x + 0.35 * y
    drop = np.hypot(lean * (1.3 + 0.5 * y), y * 0.9)
    sheet.paint(0.9 * sheet.line(drop - 0.62, 0.12), ink)
    sheet.paint(0.9 * sheet.step(0.3 - drop), ink)
    angle = np.arctan2(y, lean)
    beads = sheet.line(drop - 0.9, 0.16) * (np.sin(12 * angle) > 0).astype(np.float32)
    sheet.paint(0.85 * beads, ink)
    for inset in (0.5, 1.1):
        edge = np.minimum(sheet.top, sheet.bottom)
        sheet.paint(0.85 * sheet.line(edge - inset, 0.14), ink)
