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
_CHEEK = (4.4, 3.4, 0.6)
"""Where skin is looked for first: the cheek before the corner, right side, cm."""

LEAST = 5
"""Points of a strap's way that must lie on skin for it to be drawn at all: no stubs."""

UNLIKE = 0.62
"""From here on a colour is no longer that of the skin beside it (see `_unlike`)."""

JAW = 1.1
"""The same below an ear that is seen, where beards and the jaw's shadow lie on the way."""

ALIEN = 2.6
"""From here on a colour is no skin at all, in whatever light."""

FOLLOWS = 0.35
"""How much the skin that was seen last counts for what is expected next: light falls off smoothly
towards an ear, hair begins at once."""

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
    ways: list[Points],
    photo: Pixels,
    skin: Vector | None,
    placement: Placement,
) -> list[Points]:
    """Return the straps as far as they lie on skin: hair, a collar or the background end them.

    Args:
        ways: of the straps, in pixels of the photo, for each side the upper and the lower.
        photo: RGB, uint8, H × W × 3.
        skin: 3, its usual colour, linear; None: not known, and nothing is cut.
        placement: of the face.
    """
    if skin is None:
        return ways
    kept = []
    for upper, lower in zip(ways[::2], ways[1::2], strict=True):
        side = np.sign((upper[0] - placement.offset) @ placement.turn[:, 0])
        cheek = placement.place(np.array([_CHEEK]) * (side, 1.0, 1.0))
        lead = cheek + (upper[0] - cheek) * np.linspace(0, 1, 6)[:-1, None]
        seen = _on_skin(photo, np.concatenate([lead, upper]), skin, placement.scale, UNLIKE)
        if seen >= len(lead) + LEAST:
            kept.append(upper[: seen - len(lead)])
            # Where no hair hangs before the ear, what lies below it is a beard or shadow.
            start = _near(photo, lower[:1], 0.15 * placement.scale)[0]
            seen = _on_skin(photo, lower, start, placement.scale, JAW)
            if seen >= LEAST:
                kept.append(lower[:seen])
    return kept


def _on_skin(photo: Pixels, way: Points, skin: Vector, scale: float, most: float) -> int:
    """Return how many places of a way lie on skin, which may grow darker little by little."""
    height, width = photo.shape[:2]
    near = _near(photo, way, 0.15 * scale)
    inside = (way[:, :2] > -1).all(axis=1) & (way[:, 0] < width) & (way[:, 1] < height)
    expected, odd = skin, 0
    for index, colour in enumerate(near):
        usual = _unlike(colour, expected) < most and _unlike(colour, skin) < ALIEN
        odd = 0 if usual and inside[index] else odd + 1
        # One odd place is a mole or an ear-ring's edge, two in a row are not skin.
        if odd == 2:
            return index - 1
        if not odd:
            expected = expected ** (1 - FOLLOWS) * np.maximum(colour, 2e-3) ** FOLLOWS
    return len(way) - odd


def _near(photo: Pixels, way: Points, reach: float) -> Vector:
    """Return the mean colour around each place of a way (N × 3, linear)."""
    height, width = photo.shape[:2]
    offsets = np.array([(x, y) for y in (-reach, 0, reach) for x in (-reach, 0, reach)])
    at = np.rint(way[:, None, :2] + offsets).astype(int)
    columns, rows = np.clip(at[..., 0], 0, width - 1), np.clip(at[..., 1], 0, height - 1)
    return TO_LINEAR[photo[rows, columns]].mean(axis=1)  # type: ignore[no-any-return]


def _unlike(colour: Vector, skin: Vector) -> float:
    """Return how little a colour looks like skin: in its hue, and half as much in lightness."""
    logs = np.log(np.maximum(colour, 2e-3)) - np.log(np.maximum(skin, 2e-3))
    light = float(logs.mean())
    return float(np.hypot(np.linalg.norm(logs - light), 0.5 * light))


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
