"""The light on the cloth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.masks.paint.arrays import along
from kith.masks.paint.light import LUMINANCE, toned
from kith.masks.paint.sheet import Sheet, stretch
from kith.masks.paint.surface import normals

if TYPE_CHECKING:
    from kith.masks.paint.arrays import Plane, Points, Vector
    from kith.masks.paint.light import Light

SMOOTH = 2.5
"""Centimetres over which the light on the skin around is carried over to the mask."""

FOLDS = 0.75
"""How much light, as a share of the even one, rakes over folds at least."""


def lit(sheet: Sheet, grid: Points, light: Light, scale: float) -> Plane:
    """Return the sheet's colours in the light of the scene, linear, H × W × 3.

    Args:
        sheet: drawn on.
        grid: its surface on the photo, rows × columns × 3, pixels.
        light: of the face.
        scale: pixels per centimetre.
    """
    rows, columns = sheet.shape
    smooth = stretch(normals(grid), columns, rows)
    relief = 1 + along(_bumpy(sheet, grid, smooth) - smooth, _raking(light))
    relief = np.clip(relief, 0.35, 1.5)
    local = light.local(grid[:, :, :2].reshape(-1, 2), SMOOTH * scale)
    gain = stretch(local.reshape(grid.shape[:2]), columns, rows)
    level = light.shade(smooth) * gain * sheet.gloom * relief
    return _seen(sheet.colour * level[..., None], light)


def strap_light(light: Light, colour: Plane) -> Plane:
    """Return a strap's colour (3, linear) in the light of the scene."""
    level = light.shade(np.array([[0.0, -0.2, 0.6]])) * np.float32(0.9)
    return _seen((colour * level[:, None])[None], light)[0, 0]  # type: ignore[no-any-return]


def _raking(light: Light) -> Vector:
    """Return the light (3) that shows folds, a share of the even one.

    Folds are seen by light from one side even where the face as a whole shows none: several lamps
    and the sky make it even on large shapes only.
    """
    direction = light.direction / max(light.ambient, 1e-6)
    strength = float(np.linalg.norm(direction))
    usual = np.array([0.25 * np.sign(direction[0] or 1.0), -0.85, 0.45])
    mixed = direction / max(strength, 1e-6) + usual
    return mixed * (max(FOLDS, strength) / max(float(np.linalg.norm(mixed)), 1e-6))  # type: ignore[no-any-return]


def _bumpy(sheet: Sheet, grid: Points, facing: Plane) -> Plane:
    """Return where each place of the cloth faces, with its folds."""
    rows, columns = sheet.shape
    right = stretch(_unit(np.gradient(grid, axis=1)), columns, rows)
    below = stretch(_unit(np.gradient(grid, axis=0)), columns, rows)
    fall, lean = (np.gradient(sheet.height, axis=axis) * sheet.density for axis in (0, 1))
    # The sheet is as wide as its longest row; shorter ones are drawn stretched.
    long = sheet.top + sheet.bottom
    fall = fall * (rows / sheet.density / np.maximum(long, 1.0))
    tilted = facing - fall[..., None] * below - lean[..., None] * right
    return tilted / np.sqrt(np.einsum("ijk,ijk->ij", tilted, tilted))[..., None]  # type: ignore[no-any-return]


def _unit(steps: Vector) -> Vector:
    return steps / np.maximum(np.linalg.norm(steps, axis=2, keepdims=True), 1e-9)  # type: ignore[no-any-return]


def _seen(colours: Plane, light: Light) -> Plane:
    """Return colours as this photo shows them: in its light, with its haze, in its tint."""
    haze = np.float32(min(light.black, 0.05))
    if light.tint is not None:
        return toned(along(colours, LUMINANCE) * (1 - haze) + haze, light.tint)
    return colours * light.colour.astype(np.float32) * (1 - haze) + haze
