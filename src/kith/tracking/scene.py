"""What a small picture of the whole frame tells: nothing moves, or the scene was cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.types import Pixels

CELL = 8
"""Pixels of the reduced frame that one of the small picture stands for, each way."""

STIR = 4.0
"""Grey levels by which some cell differs where something moves; a camera's noise stays below."""

COLOURS = 8
"""Steps of each colour in the histogram."""

DARKEST = 30.0
"""Greatest level of the darkest pictures that are brightened in full."""

LAYOUT = (16, 9)
"""Cells of the picture in which layouts are compared."""

SAME_LAYOUT, SAME_COLOURS = 0.5, 0.8
"""Between these lie cuts and what moves most, in the films that were looked at."""


class Glimpse(NamedTuple):
    """What a frame is against the one before.

    Attributes:
        still: it shows the same, but for noise.
        cut: it shows another scene.
    """

    still: bool
    cut: bool


class Scene:
    """Compares each frame with the one before."""

    def __init__(self) -> None:
        self._last: npt.NDArray[np.float32] | None = None

    def see(self, pixels: Pixels) -> Glimpse:
        """Compare a frame (RGB, uint8, reduced) with the last that was not still.

        So that what comes in by small steps is noticed as well.
        """
        height, width = pixels.shape[:2]
        size = (max(1, width // CELL), max(1, height // CELL))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        last = self._last
        if last is None or last.shape != small.shape:
            self._last = small
            return Glimpse(still=False, cut=last is not None)
        if float(np.abs(small.mean(axis=2) - last.mean(axis=2)).max()) < STIR:
            return Glimpse(still=True, cut=False)
        self._last = small
        return Glimpse(still=False, cut=is_cut(last, small))


def is_cut(before: npt.NDArray[np.float32], after: npt.NDArray[np.float32]) -> bool:
    """Whether two small pictures are of different scenes.

    Neither their layout nor their colours agree. Layout is compared by correlation, so that a
    flash is no cut; colours by a histogram, so that somebody close who moves is none. Both are
    brightened, and seen by the roots of their levels, or dark scenes would all look the same.
    """
    gain = 255.0 / max(DARKEST, float(before.max()), float(after.max()))
    one, two = (
        cv2.GaussianBlur(np.sqrt(part * (255.0 * gain)), (0, 0), 1.0) for part in (before, after)
    )
    a, b = (cv2.resize(part, LAYOUT, interpolation=cv2.INTER_AREA) for part in (one, two))
    return correlation(a, b) < SAME_LAYOUT and shared_colours(one, two) < SAME_COLOURS


def correlation(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    """Return the correlation of two pictures of the same size, −1…1; 1 for two of one colour."""
    a, b = a - a.mean(axis=(0, 1)), b - b.mean(axis=(0, 1))
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 1e-3 else 1.0


def shared_colours(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    """Return the share of two pictures' pixels that are of the same colours, 0–1."""
    one, two = _histogram(a), _histogram(b)
    return float(np.minimum(one, two).sum())


def _histogram(picture: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    counts = cv2.calcHist(
        [picture], [0, 1, 2], None, [COLOURS] * 3, [0.0, 256.0, 0.0, 256.0, 0.0, 256.0]
    )
    return np.asarray(counts / counts.sum(), np.float32)
