"""The surgical mask: three pleats, a nose wire, welded edges, ear loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.masks.paint.styles.base import Trim, creases, grain, nose_wire, pleats

if TYPE_CHECKING:
    from kith.masks.paint.sheet import Sheet

_WHITE = (0.86, 0.87, 0.87)


def draw(sheet: Sheet, rng: np.random.Generator) -> Trim:
    """Draw it."""
    creases(sheet, rng, float(rng.uniform(0.02, 0.07)))
    pleats(sheet, rng, 3, float(rng.uniform(0.1, 0.2)))
    nose_wire(sheet, 0.7, 4.4, 0.07)
    edge = np.minimum(sheet.top, sheet.bottom)
    for distance, inset in ((edge, 0.45), (sheet.side, 0.75)):
        band = sheet.step(inset - distance)
        sheet.height += 0.04 * band
        sheet.paint(0.25 * band, _WHITE)
        dots = (np.sin(2 * np.pi * (sheet.x + 0.7 * sheet.y) / 0.3) > 0).astype(np.float32)
        sheet.gloom *= 1 - 0.1 * dots * sheet.line(distance - inset / 2, 0.16)
        sheet.gloom *= 1 - 0.12 * sheet.line(distance - inset, 0.1)
    # The white inner side looks out at the edge.
    sheet.paint(0.75 * sheet.step(float(rng.uniform(0.02, 0.12)) - edge), _WHITE)
    grain(sheet, rng, 0.015)
    return Trim("ears", (238, 239, 238), 0.28)
