"""Straps: from a mask's corners to the ears, as far as they can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.masks.paint.light import TO_LINEAR

if TYPE_CHECKING:
    from kith.masks.paint.arrays import Plane, Points, Vector
    from kith.masks.paint.placement import Placement
    from kith.masks.paint.styles.base import Trim
    from kith.types import Pixels

_ENDS = {
    # Where the loops vanish behind an ear, or the bands behind the head, right side, cm.
    "ears": (
        ((7.05, 2.3, -4.4), (7.35, 1.1, -6.3)),
        ((6.75, 6.2, -4.8), (7.2, 5.0, -6.3)),
    ),
    "head": (
        ((7.25, 1.0, -4.8), (7.6, -1.6, -7.5)),
        ((6.9, 6.4, -4.6), (6.8, 6.6, -7.5)),
    ),
}
LEAST = 5
"""Points of a strap's way that must lie on skin for it to be drawn at all: no stubs."""

UNLIKE = 0.62
"""From here on a colour is no skin (see `_unlike`)."""

_STEPS = np.linspace(0.0, 1.0, 13)[:, None]


def paths(lattice: Points, trim: Trim, placement: Placement) -> list[Points]:
    """Return the way of each strap that can be seen, in pixels of the photo (N × 3).

    Args:
        lattice: of the mask on the mean face, cm.
        trim: how it is held.
        placement: of the face.
    """
    if trim.straps == "none":
        return []
    found = []
    for side, column in ((-1.0, 0), (1.0, -1)):
        # A face turned to the right hides its right ear.
        if side * placement.yaw > 14.0:
            continue
        edge = lattice[:, column]
        for start, way in zip((edge[0], edge[-1]), _ENDS[trim.straps], strict=True):
            middle, end = np.array(way) * (side, 1.0, 1.0)
            found.append(placement.place(_curve(start, middle, end)))
    return found


def cut_at_hair(
    ways: list[Points], photo: Pixels, skin: Vector | None, scale: float
) -> list[Points]:
    """Return the straps as far as they lie on skin: hair, a collar or the background end them.

    Args:
        ways: of the straps, in pixels of the photo.
        photo: RGB, uint8, H × W × 3.
        skin: 3, its usual colour, linear; None: not known, and nothing is cut.
        scale: pixels per centimetre.
    """
    if skin is None:
        return ways
    height, width = photo.shape[:2]
    kept = []
    for way in ways:
        near = _near(photo, way, 0.15 * scale)
        inside = (way[:, :2] > -1).all(axis=1) & (way[:, 0] < width) & (way[:, 1] < height)
        alien = ~inside | (_unlike(near, skin) > UNLIKE)
        # One odd place is a mole or an ear-ring's edge, two in a row are not skin.
        ends = np.flatnonzero(alien[:-1] & alien[1:])
        last = int(ends[0]) if len(ends) else len(way)
        if last >= LEAST:
            kept.append(way[:last])
    return kept


def _near(photo: Pixels, way: Points, reach: float) -> Vector:
    """Return the mean colour around each place of a way (N × 3, linear)."""
    height, width = photo.shape[:2]
    offsets = np.array([(x, y) for y in (-reach, 0, reach) for x in (-reach, 0, reach)])
    at = np.rint(way[:, None, :2] + offsets).astype(int)
    columns, rows = np.clip(at[..., 0], 0, width - 1), np.clip(at[..., 1], 0, height - 1)
    return TO_LINEAR[photo[rows, columns]].mean(axis=1)  # type: ignore[no-any-return]


def _unlike(colours: Vector, skin: Vector) -> Vector:
    """Return how little colours look like skin: in their hue, and half as much in lightness."""
    logs = np.log(np.maximum(colours, 2e-3)) - np.log(np.maximum(skin, 2e-3))
    light = logs.mean(axis=1)
    hue = np.linalg.norm(logs - light[:, None], axis=1)
    return np.hypot(hue, 0.5 * light)  # type: ignore[no-any-return]


def _curve(start: Points, middle: Points, end: Points) -> Points:
    """Return points of a quadratic curve that passes near the middle one."""
    bend = 2 * middle - (start + end) / 2
    return (1 - _STEPS) ** 2 * start + 2 * _STEPS * (1 - _STEPS) * bend + _STEPS**2 * end


def draw(ways: list[Points], width: float, shape: tuple[int, int]) -> Plane:
    """Return how much of each pixel of a canvas straps cover, 0–1.

    Args:
        ways: of the straps, in pixels of the canvas.
        width: in pixels of the canvas.
        shape: of the canvas, rows and columns.
    """
    bits, fine = 4, 4
    layer = np.zeros((shape[0] * fine, shape[1] * fine), np.uint8)
    thick = max(1, round(width * fine))
    for way in ways:
        at = np.round(((way[:, :2] + 0.5) * fine - 0.5) * (1 << bits)).astype(np.int32)
        cv2.polylines(layer, [at], False, 255, thick, cv2.LINE_AA, bits)
    small = cv2.resize(layer, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255.0
