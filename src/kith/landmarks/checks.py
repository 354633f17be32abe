"""What is wrong with a picture or a face's points that somebody hands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.errors import InputError
from kith.landmarks.square import FARTHEST

if TYPE_CHECKING:
    import numpy.typing as npt


def check_pixels(pixels: object, use: str) -> None:
    """Refuse a picture that no network could look at.

    Args:
        pixels: what was handed in for a picture.
        use: what it is for, as the message says it: "masks are painted on".

    Raises:
        InputError: it is not RGB, uint8, H × W × 3, or holds no pixel.
    """
    if not isinstance(pixels, np.ndarray):
        found = type(pixels).__name__
    elif pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        found = f"{pixels.dtype} {_by(pixels.shape)}"
    else:
        return
    raise InputError(f"{use} RGB pixels, uint8, H × W × 3, not {found}")


def five_points(points: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Return a face's five points as the networks want them.

    Args:
        points: what was handed in for them.

    Returns:
        float32, 5 × 2; what lies farther out than any photo reaches is brought to `FARTHEST`, so
        that nothing computed of it overflows.

    Raises:
        InputError: they are not 5 × 2 finite numbers.
    """
    wanted = "a face's points are 5 × 2 numbers (eyes, nose, corners of the mouth)"
    try:
        exact = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{wanted}, not {type(points).__name__}") from None
    if exact.shape != (5, 2):
        raise InputError(f"{wanted}, not {_by(exact.shape)}")
    if not np.isfinite(exact).all():
        raise InputError(f"{wanted}; one of these is infinite or no number")
    return np.clip(exact, -FARTHEST, FARTHEST).astype(np.float32)


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "a single one"
