"""Laying what was drawn over a photo, as sharp and as grainy as it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from kith.masks.paint.arrays import Plane
    from kith.masks.paint.grit import Grit
    from kith.types import Pixels

_LEVELS = np.arange(4097) / 4096
_TO_SRGB = np.where(
    _LEVELS <= 0.0031308, 12.92 * _LEVELS, 1.055 * _LEVELS ** (1 / 2.4) - 0.055
).astype(np.float32) * np.float32(255)

SHARPEST = 0.8
"""Blur in pixels that drawing and reducing have themselves."""

BAND = 2_000_000
"""Pixels that are blended at a time."""


def to_srgb(linear: Plane) -> Plane:
    """Return sRGB, 0–255, of linear light; above white it is compressed, as films do."""
    knee = np.float32(0.75)
    over = np.maximum(linear - knee, 0)
    level = np.minimum(linear, knee) + (1 - knee) * (1 - np.exp(-over / (1 - knee)))
    return _TO_SRGB[(level * 4096).astype(np.uint16)]


def soften(plane: Plane, blur: float) -> Plane:
    """Blur as the photo is."""
    extra = float(np.sqrt(max(0.0, blur**2 - SHARPEST**2)))
    return cv2.GaussianBlur(plane, (0, 0), extra) if extra > 0.2 else plane


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A mask to be laid over a part of a photo.

    Attributes:
        layer: H × W × 3, sRGB 0–255; right wherever `share` is above 0, and a few pixels on.
        share: H × W, how much of a pixel it covers, 0–1.
        shadow: H × W, how much of the light it takes from what lies beneath, 0–1.
        factor: for how many pixels of the photo, in each direction, one of these stands.
    """

    layer: Plane
    share: Plane
    shadow: Plane
    factor: int = 1

    def rows(self, top: int, bottom: int, width: int) -> tuple[Plane, Plane, Plane]:
        """Return the three for rows of the photo's part, at its size."""
        planes = (self.layer, self.share, self.shadow)
        if self.factor == 1:
            layer, share, shadow = (plane[top:bottom, :width] for plane in planes)
            return layer, share, shadow
        step = 1 / self.factor
        shift = (step - 1) / 2
        back = np.array([[step, 0, shift], [0, step, top * step + shift]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        layer, share, shadow = (
            cv2.warpAffine(
                plane, back, (width, bottom - top), flags=flags, borderMode=cv2.BORDER_REPLICATE
            )
            for plane in planes
        )
        return layer, share, shadow


def blend(part: Pixels, drawing: Drawing, grit: Grit, seed: int) -> None:
    """Lay a drawing over a part of a photo, in place, some rows at a time.

    Args:
        part: of the photo, RGB, uint8; it may end before the drawing does.
        drawing: to be laid over it.
        grit: of the photo.
        seed: of the grain.
    """
    rng = np.random.default_rng(seed)
    height, width = part.shape[:2]
    step = max(64, BAND // max(width, 1))
    for top in range(0, height, step):
        bottom = min(top + step, height)
        _lay(part[top:bottom], *drawing.rows(top, bottom, width), grit, rng)


def _lay(
    part: Pixels, layer: Plane, share: Plane, shadow: Plane, grit: Grit, rng: np.random.Generator
) -> None:
    noise = rng.standard_normal(part.shape[:2], dtype=np.float32) * np.float32(grit.noise)
    if grit.blur > 0.8:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.7) * np.float32(2.2)
    before = part.astype(np.float32) * (1 - shadow)[..., None]
    after = before + share[..., None] * (layer + noise[..., None] - before)
    changed = (share > 0.002) | (shadow > 0.002)
    np.copyto(part, np.clip(np.rint(after), 0, 255).astype(np.uint8), where=changed[..., None])
