"""Crop recipes: by name, how a face becomes the square that a network sees.

A recipe's version is part of the embedding contract: any change that moves a pixel raises it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from kith.alignment.box import BoxCrop
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


DLIB_TEMPLATE = np.array(
    [
        [46.913, 44.933],
        [102.099, 45.599],
        [73.917, 78.282],
        [50.184, 102.890],
        [97.754, 103.275],
    ],
    np.float32,
)
"""Where our five points lie, in the mean, in dlib's own 150 × 150 chip (padding 0.25) of a face."""


OPENFACE_TEMPLATE = np.array(
    [[26.628, 16.059], [67.790, 15.264], [47.241, 40.522], [29.483, 61.618], [66.760, 60.878]],
    np.float32,
)
"""Where five points of OpenFace's mean face lie in its 96 × 96 crop: the eyes as means of points
36–41 and 42–47 of its 68, nose 30, mouth corners 48 and 54 (align_dlib.py, scaled to 0–1)."""


RETAIL_TEMPLATE = 128 * np.array(
    [
        [0.31556875, 0.46157411],
        [0.68262292, 0.46157411],
        [0.50026250, 0.64050536],
        [0.34947188, 0.82469196],
        [0.65343646, 0.82469196],
    ],
    np.float32,
)
"""Where the five points lie in the 128 × 128 crop of Open Model Zoo's
face-reidentification-retail-0095; its README gives them as shares of the side."""


class CropRecipe(Protocol):
    """How a face becomes a square."""

    @property
    def name(self) -> str:
        """As cards name it."""

    @property
    def version(self) -> int:
        """Raised with any change that moves a pixel."""

    @property
    def side(self) -> int:
        """Of the square, in pixels."""

    def crop(
        self,
        pixels: Pixels,
        landmarks: npt.NDArray[np.float32],
        box: npt.NDArray[np.float32] | None = None,
    ) -> Pixels:
        """Return the square (RGB, uint8, side × side × 3) of a face.

        Args:
            pixels: the photo, RGB, uint8, H × W × 3.
            landmarks: 5 × 2, in pixels of `pixels`.
            box: x, y, width, height, in pixels of `pixels`; recipes by points do not look at it.
        """


@dataclass(frozen=True, slots=True, eq=False)
class SimilarityCrop:
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

    def crop(
        self,
        pixels: Pixels,
        landmarks: npt.NDArray[np.float32],
        box: npt.NDArray[np.float32] | None = None,  # noqa: ARG002
    ) -> Pixels:
        """Return the aligned square of a face; see `CropRecipe`."""
        return warp(pixels, similarity_transform(landmarks, self.template), self.side)

    def resized(self, side: int) -> SimilarityCrop:
        """Return the same framing at another size, for people to look at."""
        return SimilarityCrop(self.name, self.version, side, self.template * (side / self.side))


ARCFACE = SimilarityCrop("arcface-112", 1, 112, ARCFACE_TEMPLATE)
"""The framing of today's networks; also what quality is measured on and people are shown."""

RECIPES: dict[str, CropRecipe] = {
    recipe.name: recipe
    for recipe in (
        ARCFACE,
        SimilarityCrop("dlib-150", 1, 150, DLIB_TEMPLATE),
        SimilarityCrop("openface-96", 1, 96, OPENFACE_TEMPLATE),
        SimilarityCrop("retail-128", 1, 128, RETAIL_TEMPLATE),
        # Cao et al., VGGFace2 (FG 2018), section 5: the box extended by 0.3, the shorter side
        # resized to 256, the middle 224.
        BoxCrop("vggface2-224", 1, 224, margin=0.3, shorter=256),
        # What tutorials of keras-vggface do: the box as it is, squashed to a square.
        BoxCrop("tutorial-224", 1, 224, filter="bicubic"),
        # facenet-pytorch's margin of 32 pixels in 160, squashed.
        BoxCrop("facenet-160", 1, 160, margin=0.25),
        # The MS-Celeb network learned from the middle 160 of 182 pixels: faces fill more of it.
        BoxCrop("facenet-160-tight", 1, 160, margin=0.1),
    )
}
