"""One picture of a film or a camera."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import av

    from kith.types import Pixels


class Frame:
    """One picture of a film or a camera, upright.

    A frame is converted to RGB only where somebody asks for its pixels, and straight to a smaller
    size where that is enough: most frames are only glanced at.

    Attributes:
        index: number of the frame in its source, from 0; frames that were passed over count.
        time: seconds from the start of the film; of a live source, since it was opened.
        width, height: in pixels, upright.
    """

    def __init__(
        self,
        index: int,
        time: float,
        width: int,
        height: int,
        convert: Callable[[int, int], Pixels],
    ) -> None:
        """Make a frame of whatever can be converted.

        Args:
            index: number of the frame in its source.
            time: in seconds.
            width: in pixels, upright.
            height: in pixels, upright.
            convert: (width, height) to upright RGB of this size.
        """
        self.index = index
        self.time = time
        self.width = width
        self.height = height
        self._convert = convert

    @classmethod
    def of_pixels(cls, pixels: Pixels, index: int = 0, time: float = 0.0) -> Self:
        """Make a frame of RGB pixels (uint8, H × W × 3), which are not copied."""
        height, width = pixels.shape[:2]

        def convert(wanted_width: int, wanted_height: int) -> Pixels:
            if (wanted_width, wanted_height) == (width, height):
                return pixels
            size = (wanted_width, wanted_height)
            return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)

        return cls(index, time, width, height, convert)

    @classmethod
    def of_video(cls, decoded: av.VideoFrame, index: int, time: float) -> Self:
        """Make a frame of a decoded one, turned as its rotation says."""
        quarters = round(decoded.rotation / 90) % 4
        size = (decoded.width, decoded.height)
        width, height = size if quarters % 2 == 0 else size[::-1]

        def convert(wanted_width: int, wanted_height: int) -> Pixels:
            lying = (wanted_width, wanted_height)
            across, down = lying if quarters % 2 == 0 else lying[::-1]
            rgb = decoded.reformat(across, down, format="rgb24", interpolation="AREA").to_ndarray()
            return np.ascontiguousarray(np.rot90(rgb, quarters))

        return cls(index, time, width, height, convert)

    @cached_property
    def pixels(self) -> Pixels:
        """RGB, uint8, H × W × 3, upright, at full size."""
        return self._convert(self.width, self.height)

    def reduced(self, side: int) -> Pixels:
        """Return the frame with its longer side at most so long (RGB, uint8), never enlarged."""
        factor = min(1.0, side / max(self.width, self.height))
        width, height = (max(1, round(length * factor)) for length in (self.width, self.height))
        if (width, height) == (self.width, self.height):
            return self.pixels
        return self._convert(width, height)
