"""Which face of a photo is meant when only one can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.types import Face


def largest_central(faces: Sequence[Face], width: int, height: int) -> Face | None:
    """Return the largest face, a central one before one at the edge; None where there is none.

    A face half-way to a corner of the photo counts with 0.37 of its area, one in the corner with
    0.02: who stands in the middle is meant, even where somebody passing by is closer.

    Args:
        faces: of one photo.
        width: of that photo, in pixels.
        height: the same.
    """
    middle = np.array([width, height]) / 2
    reach = float(middle @ middle) or 1.0

    def weight(face: Face) -> float:
        away = np.array(face.box.centre) - middle
        return face.box.area * float(np.exp(-4.0 * (away @ away) / reach))

    return max(faces, key=weight, default=None)
