"""Crops made from a face's box, as networks older than five-point alignment expect them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.types import Pixels

_FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


@dataclass(frozen=True, slots=True)
class BoxCrop:
    """A crop made from the box alone, cut off at the border of the photo.

    Attributes:
        name: as cards name it.
        version: raised with any change that moves a pixel.
        side: of the square, in pixels.
        margin: width and height that are added to the box, as a share of them, half on each side.
        shorter: the part is resized, its shape kept, until its shorter side is this long, and the
            middle square of it taken; 0: it is squashed to the square.
        filter: of the resizing, as Pillow does it (it averages where it reduces).
    """

    name: str
    version: int
    side: int
    margin: float = 0.0
    shorter: int = 0
    filter: Literal["bilinear", "bicubic"] = "bilinear"

    def crop(
        self,
        pixels: Pixels,
        landmarks: npt.NDArray[np.float32],  # noqa: ARG002
        box: npt.NDArray[np.float32] | None = None,
    ) -> Pixels:
        """Return the square of a face; see `kith.alignment.CropRecipe`.

        Raises:
            ValueError: there is no box.
        """
        if box is None:
            raise ValueError(f"the crop {self.name} is made from a box, and there is none")
        part = self._part(pixels, box)
        if not self.shorter:
            return self._resized(part, self.side, self.side)
        height, width = part.shape[:2]
        scale = self.shorter / min(height, width)
        grown = self._resized(part, round(width * scale), round(height * scale))
        top, left = ((length - self.side) // 2 for length in grown.shape[:2])
        return np.ascontiguousarray(grown[top : top + self.side, left : left + self.side])

    @property
    def resampling(self) -> Image.Resampling:
        """Pillow's name of the filter."""
        return _FILTERS[self.filter]

    def bounds(self, pixels: Pixels, box: npt.NDArray[np.float32]) -> tuple[int, int, int, int]:
        """Return the pixels in the box and its margin that the photo has; at least one.

        Returns:
            left, top, right, bottom; the last two lie outside.
        """
        height, width = pixels.shape[:2]
        x, y, across, down = map(float, box[:4])
        left, right = x - across * self.margin / 2, x + across * (1 + self.margin / 2)
        top, bottom = y - down * self.margin / 2, y + down * (1 + self.margin / 2)
        left, top = min(max(int(left), 0), width - 1), min(max(int(top), 0), height - 1)
        right, bottom = (
            max(min(int(right), width), left + 1),
            max(min(int(bottom), height), top + 1),
        )
        # A sliver, which a box at the border may leave, is cut to a shape that can be resized.
        most = 8 * min(right - left, bottom - top)
        return left, top, min(right, left + most), min(bottom, top + most)

    def _part(self, pixels: Pixels, box: npt.NDArray[np.float32]) -> Pixels:
        left, top, right, bottom = self.bounds(pixels, box)
        return pixels[top:bottom, left:right]

    def _resized(self, part: Pixels, width: int, height: int) -> Pixels:
        image = Image.fromarray(np.ascontiguousarray(part))
        return np.asarray(image.resize((width, height), self.resampling), dtype=np.uint8)
