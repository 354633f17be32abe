"""What a face looks like from afar: cheap enough for every face of every frame.

It tells two faces of one moment apart, and notices where one was put in another's place; who it is
only a close look can tell.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.types import Box, Pixels

SIDE = 12
AROUND = 0.15
"""Share of the box that is taken in on each side: hair and collar."""

NEW = 0.3
"""Weight of a new sight of a face."""


class Patch:
    """A face and what surrounds it, small, at any brightness.

    Args:
        numbers: a unit vector with a mean of 0.
    """

    def __init__(self, numbers: npt.NDArray[np.float32]) -> None:
        self._numbers = numbers

    @classmethod
    def of(cls, pixels: Pixels, box: Box) -> Patch:
        """Cut a patch out of a picture (RGB, uint8).

        Args:
            pixels: the picture.
            box: of the face, in pixels of it.
        """
        wide, high = box.width * (1 + 2 * AROUND), box.height * (1 + 2 * AROUND)
        x, y = box.centre
        left, top = max(0, math.floor(x - wide / 2)), max(0, math.floor(y - high / 2))
        part = pixels[top : math.ceil(y + high / 2), left : math.ceil(x + wide / 2)]
        if not part.size:
            return cls(np.zeros(SIDE * SIDE * 3, np.float32))
        small = cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        return cls(_unit(small.astype(np.float32).ravel()))

    def difference(self, other: Patch) -> float:
        """Return how different two patches are: 0 the same, 1 not alike."""
        return min(1.0, max(0.0, 1.0 - float(self._numbers @ other._numbers)))

    def blend(self, newer: Patch) -> Patch:
        """Return this patch as it changes to another."""
        return Patch(_unit(self._numbers * (1 - NEW) + newer._numbers * NEW))


def _unit(numbers: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    centred = numbers - numbers.mean()
    return np.asarray(centred / max(1e-6, float(np.linalg.norm(centred))), np.float32)
