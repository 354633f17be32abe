"""Names for the arrays that drawing passes around, and what is done to all of them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Points: TypeAlias = npt.NDArray[Any]
"""… × 3: centimetres of the mean face, or pixels of the photo with the depth in pixels too; x to
the right, y down, z towards the viewer."""

Outline: TypeAlias = npt.NDArray[Any]
"""N × 2, pixels of the photo."""

Plane: TypeAlias = npt.NDArray[Any]
"""float32, H × W, or H × W × 3 where it holds colours: linear light, 0–1."""

Vector: TypeAlias = npt.NDArray[Any]
"""A few numbers: a colour, a direction, one value for each of several places."""


def along(plane: Plane, direction: Vector) -> Plane:
    """Return the scalar product of each of many vectors (… × N) with one (N).

    Not by ``@``: its threads wait for one another where several photos are worked on at a time,
    or other programs are busy, and then take a hundred times as long.
    """
    return np.einsum("...c,c->...", plane, direction.astype(plane.dtype))  # type: ignore[no-any-return]
