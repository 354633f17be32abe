"""The moulded respirator: a cup with pressed rings, straps around the head, often a valve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.masks.paint.styles.base import Trim, grain

if TYPE_CHECKING:
    from kith.masks.paint.sheet import Sheet

_STRAPS = ((222, 184, 70), (238, 238, 236), (60, 96, 160), (120, 124, 130))


def draw(sheet: Sheet, rng: np.random.Generator) -> Trim:
    """Draw it."""
    edge = np.minimum(np.minimum(sheet.top, sheet.bottom), sheet.side)
    for inset in (0.5, 0.9):
        line = sheet.line(edge - inset, 0.2)
        sheet.height -= 0.06 * line
        sheet.gloom *= 1 - 0.15 * line
    for at in (0.3, 0.62):
        ridge = np.exp(-(((sheet.v - at - 0.06 * sheet.u**2) / 0.03) ** 2))
        sheet.height += 0.1 * ridge * sheet.step(edge - 1.2)
    wire = sheet.line(sheet.top - 0.8, 0.5) * sheet.step(3.2 - np.abs(sheet.x))
    sheet.paint(0.7 * wire, (0.35, 0.36, 0.38))
    sheet.height += 0.05 * wire
    if rng.random() < 0.75:
        _valve(sheet, rng)
    grain(sheet, rng, 0.02)
    return Trim("head", _STRAPS[int(rng.integers(len(_STRAPS)))], 0.5)


def _valve(sheet: Sheet, rng: np.random.Generator) -> None:
    """Set a plastic valve with slots into the middle, or into one cheek."""
    x = sheet.x - float(rng.choice([0.0, 0.0, -2.6, 2.6]))
    y = sheet.y - 7.0
    away = np.maximum(np.abs(x) - 0.75, 0) ** 2 + np.maximum(np.abs(y) - 0.55, 0) ** 2
    distance = np.sqrt(away) - 0.75
    body = sheet.step(-distance)
    grey = ((0.80, 0.81, 0.81), (0.30, 0.31, 0.33))[int(rng.random() < 0.25)]
    sheet.paint(body, grey)
    sheet.height += 0.3 * np.clip(-distance / 0.25, 0, 1)
    sheet.gloom *= 1 - 0.45 * np.exp(-np.maximum(distance, 0) / 0.18) * sheet.step(distance)
    slots = sheet.line(np.mod(y + 0.2, 0.4) - 0.2, 0.13) * sheet.step(-distance - 0.4)
    sheet.gloom *= 1 - 0.5 * slots
