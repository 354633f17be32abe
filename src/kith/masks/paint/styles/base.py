"""What every style speaks, and what several draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import cv2
import numpy as np

from kith.masks.paint.sheet import Sheet, ripples

if TYPE_CHECKING:
    from kith.masks.paint.arrays import Plane
    from kith.media.shapes import Colour


@dataclass(frozen=True, slots=True)
class Trim:
    """How a mask is held.

    Attributes:
        straps: around the ears, around the head, or none to be seen.
        colour: of the straps, sRGB.
        width: in centimetres.
    """

    straps: Literal["ears", "head", "none"]
    colour: Colour = (240, 240, 238)
    width: float = 0.3


Draw: TypeAlias = Callable[[Sheet, np.random.Generator], Trim]
"""Draws on a sheet what is particular about a style."""


def creases(sheet: Sheet, rng: np.random.Generator, depth: float) -> None:
    """Crumple the cloth: long waves along the rows, fine ones, and pulls from the corners."""
    sheet.height += depth * ripples(sheet, rng, 5.0, 1.6)
    sheet.height += 0.4 * depth * ripples(sheet, rng, 1.5, 0.8)
    sheet.height += (1.3 * depth) * _pulls(sheet, rng)


def _pulls(sheet: Sheet, rng: np.random.Generator) -> Plane:
    """Return the waves that run from the corners into the cloth; they need no fine drawing."""
    rows, columns = sheet.shape
    u, v = sheet.u[::3, ::3], sheet.v[::3, ::3]
    waves = np.zeros_like(u)
    for side in (-1.0, 1.0):
        for corner in (0.12, 0.85):
            away = np.hypot((u - side) * 6.0, (v - corner) * 8.0)
            angle = np.arctan2(v - corner, 1.2 - side * u)
            wave = np.sin(angle * float(rng.uniform(9, 16)) + float(rng.uniform(0, 6)))
            waves += wave * np.exp(-away / 2.2)
    return cv2.resize(waves, (columns, rows), interpolation=cv2.INTER_LINEAR)


def pleats(sheet: Sheet, rng: np.random.Generator, count: int, depth: float) -> None:
    """Lay folds across: each hangs over the cloth below it, and opens towards the middle."""
    length = sheet.top + sheet.bottom
    first, last = 0.30, 0.72
    for number in range(count):
        at = first + (last - first) * number / max(1, count - 1) + float(rng.uniform(-0.015, 0.015))
        sag = float(rng.uniform(0.0, 0.025))
        below = (sheet.v - at - sag * (1 - sheet.u**2)) * length
        open_ = depth * (0.6 + 0.5 * np.abs(sheet.u))
        flap = np.exp(np.minimum(below, 0) / 0.9) * sheet.step(-below)
        sheet.height += open_ * flap
        shadow = np.exp(-np.maximum(below, 0) / 0.16) * sheet.step(below)
        sheet.gloom *= 1 - (0.34 + 0.12 * np.abs(sheet.u)) * shadow


def hem(sheet: Sheet, inset: float, width: float) -> None:
    """Sew the edges: a thicker border with a line of stitches."""
    edge = np.minimum(np.minimum(sheet.top, sheet.bottom), sheet.side)
    sheet.height += 0.05 * sheet.step(inset - edge)
    stitch = sheet.line(edge - inset * 0.8, width)
    dashes = (np.sin(2 * np.pi * (sheet.x + sheet.y) / 0.36) > -0.3).astype(np.float32)
    sheet.gloom *= 1 - 0.22 * stitch * dashes
    sheet.height -= 0.03 * stitch


def nose_wire(sheet: Sheet, below: float, half: float, rise: float) -> None:
    """Press a wire into the upper edge, over the ridge of the nose."""
    band = sheet.line(sheet.top - below, 0.42) * sheet.step(half - np.abs(sheet.x))
    sheet.height += rise * band


def grain(sheet: Sheet, rng: np.random.Generator, amount: float) -> None:
    """Give the cloth a fine texture."""
    noise = rng.standard_normal(sheet.shape, dtype=np.float32)
    sheet.colour *= (1 + np.float32(amount) * noise)[..., None]
