"""The part of a photo that one mask is painted on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.masks.paint.arrays import Points
    from kith.types import Pixels

FINEST, COARSEST = 26.0, 9.0
"""Pixels per centimetre between which masks are drawn: more is enlarged, less is reduced."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A rectangle of the photo, and how much finer it is drawn on.

    Attributes:
        left, top: of its first pixel.
        width, height: in pixels of the photo.
        factor: pixels of the drawing for one of the photo.
    """

    left: int
    top: int
    width: int
    height: int
    factor: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the drawing."""
        return max(1, round(self.width * self.factor)), max(1, round(self.height * self.factor))

    def here(self, points: Points) -> Points:
        """Take points of the photo to the canvas, in pixels of the photo; depth stays."""
        return points - (self.left, self.top, 0.0)

    def drawn(self, points: Points) -> Points:
        """Take points of the photo to the drawing."""
        wide, high = self.size
        stretch = np.array([wide / self.width, high / self.height, self.factor])
        half = np.array([0.5, 0.5, 0.0])
        return (self.here(points) + half) * stretch - half  # type: ignore[no-any-return]

    def cut(self, pixels: Pixels) -> Pixels:
        """Return this part of a photo, to look at or to write to."""
        return pixels[self.top : self.top + self.height, self.left : self.left + self.width]


def around(
    shapes: Sequence[Points], scale: float, width: int, height: int, blur: float = 0.0
) -> Canvas | None:
    """Return the canvas for shapes (… × 3) on a photo; None where they lie outside of it.

    Args:
        shapes: in pixels of the photo.
        scale: pixels per centimetre.
        width: of the photo.
        height: of the photo.
        blur: in pixels of the photo, of what will be drawn.
    """
    every = np.concatenate([shape.reshape(-1, 3)[:, :2] for shape in shapes])
    room = max(0.9 * scale, 0.4 * scale + 3 * blur) + 2
    low = np.floor(np.maximum(every.min(axis=0) - room, 0)).astype(int)
    high = np.ceil(np.minimum(every.max(axis=0) + room, (width - 1, height - 1))).astype(int) + 1
    if (high - low).min() < 1:
        return None
    left, top = (int(value) for value in low)
    right, bottom = (int(value) for value in high)
    return Canvas(left, top, right - left, bottom - top, fineness(scale))


def fineness(scale: float) -> float:
    """Return how many pixels are drawn for one of the photo, where a centimetre has so many."""
    if scale < COARSEST:
        return min(4.0, float(np.ceil(COARSEST / scale)))
    return min(1.0, FINEST / scale)
