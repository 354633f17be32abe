"""Printed and woven patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.masks.paint.light import LUMINANCE
from kith.masks.paint.sheet import ripples

if TYPE_CHECKING:
    from collections.abc import Callable

    from kith.masks.paint.arrays import Plane
    from kith.masks.paint.sheet import Sheet


def lay(sheet: Sheet, rng: np.random.Generator) -> None:
    """Draw one of the patterns in a second colour that stands out from the cloth's."""
    ground = sheet.colour[0, 0]
    light = float(ground @ LUMINANCE) > 0.25
    second = np.float32(0.25) * ground if light else np.float32(0.35) + np.float32(0.5) * ground
    kind = _KINDS[int(rng.integers(len(_KINDS)))]
    sheet.paint(kind(sheet, rng), second)


def _dots(sheet: Sheet, rng: np.random.Generator) -> Plane:
    pitch = float(rng.uniform(0.9, 1.8))
    row = np.floor(sheet.y / pitch)
    x = np.mod(sheet.x / pitch + 0.5 * np.mod(row, 2), 1) - 0.5
    y = np.mod(sheet.y / pitch, 1) - 0.5
    return sheet.step((0.24 - np.hypot(x, y)) * pitch)


def _stripes(sheet: Sheet, rng: np.random.Generator) -> Plane:
    pitch = float(rng.uniform(0.8, 1.8))
    angle = float(rng.choice([0.0, np.pi / 2, np.pi / 4]))
    along = sheet.x * np.sin(angle) + sheet.y * np.cos(angle)
    return _bands(sheet, along, pitch)


def _checks(sheet: Sheet, rng: np.random.Generator) -> Plane:
    pitch = float(rng.uniform(0.8, 1.6))
    return 0.5 * (_bands(sheet, sheet.x, pitch) + _bands(sheet, sheet.y, pitch))


def _blots(sheet: Sheet, rng: np.random.Generator) -> Plane:
    noise = ripples(sheet, rng, 2.0, 1.4)
    return np.clip(noise * 6, 0, 1) * np.float32(0.8)  # type: ignore[no-any-return]


def _bands(sheet: Sheet, along: Plane, pitch: float) -> Plane:
    return sheet.step((0.25 - np.abs(np.mod(along / pitch, 1) - 0.5)) * pitch)


_KINDS: tuple[Callable[[Sheet, np.random.Generator], Plane], ...] = (
    _dots,
    _stripes,
    _checks,
    _blots,
)
