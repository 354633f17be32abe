"""Which face of a photo is meant when only one can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.types import Face


def largest_central(faces: Sequence[Face], width: int, height: int) -> Face | None:
    """Return the largest face, a central one before one at the edge; None where there is none.

    A face in a corner of the photo counts as half as large as one in its middle.

    Args:
        faces: of one photo.
        width: of that photo, in pixels.
        height: the same.
    """
    middle = np.array([width, height]) / 2
    reach = float(np.linalg.norm(middle)) or 1.0

    def weight(face: Face) -> float:
        away = float(np.linalg.norm(np.array(face.box.centre) - middle)) / reach
        return face.box.area * (1.0 - 0.5 * min(away, 1.0))

    return max(faces, key=weight, default=None)
