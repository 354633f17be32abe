"""Crop recipes: by name, how a face becomes the square that a network sees.

A recipe's version is part of the embedding contract: any change that moves a pixel raises it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.alignment.similarity import similarity_transform
from kith.media.warp import warp

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.types import Pixels

ARCFACE_TEMPLATE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ],
    np.float32,
)
"""Where the five points lie in a 112 × 112 crop; J. Deng et al., *ArcFace*, CVPR 2019."""


@dataclass(frozen=True, slots=True, eq=False)
class CropRecipe:
    """A crop made by a five-point similarity.

    Attributes:
        name: as cards name it.
        version: raised with any change that moves a pixel.
        side: of the square, in pixels.
        template: 5 × 2, where the points come to lie.
    """

    name: str
    version: int
    side: int
    template: npt.NDArray[np.float32]

    def crop(self, pixels: Pixels, landmarks: npt.NDArray[np.float32]) -> Pixels:
        """Return the aligned square (RGB, uint8, side × side × 3) of a face.

        Args:
            pixels: the photo, RGB, uint8, H × W × 3.
            landmarks: 5 × 2, in pixels of `pixels`.
        """
        return warp(pixels, similarity_transform(landmarks, self.template), self.side)

    def resized(self, side: int) -> CropRecipe:
        """Return the same framing at another size, for people to look at."""
        return CropRecipe(self.name, self.version, side, self.template * (side / self.side))


RECIPES = {"arcface-112": CropRecipe("arcface-112", 1, 112, ARCFACE_TEMPLATE)}
