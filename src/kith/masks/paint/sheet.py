"""The cloth of a mask, laid flat, on which a style draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.masks.paint.light import TO_LINEAR

if TYPE_CHECKING:
    from kith.masks.paint.arrays import Plane, Points
    from kith.media.shapes import Colour


@dataclass(slots=True, eq=False)
class Sheet:
    """The cloth. All planes are float32, H × W.

    Attributes:
        density: pixels per centimetre.
        u, v: −1…1 from left to right, 0…1 from top to bottom.
        x, y: centimetres from the middle of each row, and below the eyes.
        top, bottom, side: centimetres to the edges.
        colour: H × W × 3, what the cloth throws back, linear.
        height: centimetres above the surface: folds and seams.
        gloom: how much of the light reaches it, 0–1: creases are dark.
    """

    density: float
    u: Plane
    v: Plane
    x: Plane
    y: Plane
    top: Plane
    bottom: Plane
    side: Plane
    colour: Plane
    height: Plane
    gloom: Plane

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.u.shape
        return rows, columns

    def paint(self, share: Plane, colour: Plane | tuple[float, ...]) -> None:
        """Lay a colour (linear) over the cloth where `share` (0–1) says so."""
        self.colour += share[..., None] * (np.asarray(colour, np.float32) - self.colour)

    def line(self, distance: Plane, width: float) -> Plane:
        """Return 0–1: a soft-edged line where `distance` (cm) is near 0, `width` cm wide."""
        return self.step(width / 2 - np.abs(distance))

    def step(self, distance: Plane) -> Plane:
        """Return 0–1: an edge without jags where `distance` (cm) passes 0."""
        return np.clip(distance * np.float32(self.density) + np.float32(0.5), 0, 1)  # type: ignore[no-any-return]


def linear(colour: Colour) -> Plane:
    """Return the linear light of an sRGB colour."""
    return TO_LINEAR[list(colour)]


def lay_flat(grid: Points, density: float, colour: Colour) -> Sheet:
    """Cut a sheet for a mask.

    Args:
        grid: rows × columns × 3, its surface on the mean face, cm.
        density: pixels per centimetre wanted.
        colour: of the cloth, sRGB.
    """
    rows, columns = grid.shape[:2]
    steps = np.linalg.norm(np.diff(grid, axis=1), axis=2)
    along = np.concatenate([np.zeros((rows, 1)), np.cumsum(steps, axis=1)], axis=1)
    falls = np.linalg.norm(np.diff(grid, axis=0), axis=2)
    below = np.concatenate([np.zeros((1, columns)), np.cumsum(falls, axis=0)])
    middle = along[:, [columns // 2]]
    width = max(32, round(float(along[:, -1].max()) * density))
    height = max(24, round(float(below[-1].max()) * density))

    def plane(values: Plane) -> Plane:
        return stretch(np.broadcast_to(values, (rows, columns)), width, height)

    cloth = np.empty((height, width, 3), np.float32)
    cloth[:] = linear(colour)
    return Sheet(
        density=density,
        u=plane(np.linspace(-1, 1, columns)),
        v=plane(np.linspace(0, 1, rows)[:, None]),
        x=plane(along - middle),
        y=plane(grid[:, :, 1]),
        top=plane(below),
        bottom=plane(below[-1] - below),
        side=plane(np.minimum(along, along[:, [-1]] - along)),
        colour=cloth,
        height=np.zeros((height, width), np.float32),
        gloom=np.ones((height, width), np.float32),
    )


def stretch(plane: Plane, width: int, height: int) -> Plane:
    """Enlarge what is given at a grid's points (rows × columns [× channels]), linearly.

    The outer points come to lie at the outer pixels, to within half of one.
    """
    rows, columns = plane.shape[:2]
    # OpenCV takes the points for pixels, which reach half a step beyond: that is cut off.
    wide, high = width * columns // (columns - 1), height * rows // (rows - 1)
    left, top = (wide - width) // 2, (high - height) // 2
    large = cv2.resize(plane.astype(np.float32), (wide, high), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(large[top : top + height, left : left + width])


def ripples(sheet: Sheet, rng: np.random.Generator, across: float, down: float) -> Plane:
    """Return smooth noise (about −1…1) with waves so many centimetres long."""
    rows, columns = sheet.shape
    wide, high = columns / sheet.density, rows / sheet.density
    size = (max(2, int(high / down) + 2), max(2, int(wide / across) + 2))
    coarse = rng.standard_normal(size).astype(np.float32)
    return cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC)
