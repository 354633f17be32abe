"""One picture of a film or a camera."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Self

import av
import av.error
import cv2
import numpy as np
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from kith.errors import FilmUnreadable
from kith.media.films.hdr import to_ordinary
from kith.media.films.interlace import uncombed

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from kith.types import Pixels

_UNSPECIFIED = 2
"""AVCOL_SPC_UNSPECIFIED: the film does not say by which matrix its colours were made."""

_SD_HEIGHT = 576
"""Films up to this height were made by BT.601's matrix and higher ones by BT.709's, unless they
say otherwise: what players assume."""

_STRANGE = "its pixels are of a kind that cannot be converted to RGB"
_THREADS = 2
"""For converting one frame; more would cost more to start than they save."""


class _Converters(threading.local):
    """A thread's converters: one of each frame's own would keep megabytes as long as the frame."""

    def __init__(self) -> None:
        self.full, self.reduced = VideoReformatter(), VideoReformatter()


_own = _Converters()


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
    def of_video(
        cls,
        decoded: av.VideoFrame,
        index: int,
        time: float,
        size: tuple[int, int] | None = None,
        aspect: Fraction | None = None,
    ) -> Self:
        """Make a frame of a decoded one, turned as its rotation says.

        Args:
            decoded: by PyAV; its colours are converted by the matrix and range that it names.
            index: number of the frame in its source.
            time: in seconds.
            size: width and height of the upright frame. One of other proportions is fitted into
                it, between black bars; None: its own.
            aspect: width of a stored pixel divided by its height; None: 1.
        """
        own = upright_size(decoded, aspect)
        width, height = size or own

        def convert(wanted_width: int, wanted_height: int) -> Pixels:
            wanted = wanted_width, wanted_height
            inner = wanted if own == (width, height) else _inside(own, wanted)
            try:
                pixels = _rgb(decoded, *inner)
            except av.error.FFmpegError as error:
                raise FilmUnreadable(f"frame {index}", _STRANGE) from error
            return pixels if inner == wanted else _padded(pixels, *wanted)

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


def upright_size(decoded: av.VideoFrame, aspect: Fraction | None = None) -> tuple[int, int]:
    """Return width and height after turning, with square pixels.

    Args:
        decoded: by PyAV.
        aspect: width of a stored pixel divided by its height; None, or absurd: 1.
    """
    wide = float(aspect) if aspect and 1 / 4 <= aspect <= 4 else 1.0
    size = (max(1, round(decoded.width * wide)), decoded.height)
    return size if _quarters(decoded) % 2 == 0 else size[::-1]


def _quarters(decoded: av.VideoFrame) -> int:
    return round(decoded.rotation / 90) % 4


def _rgb(decoded: av.VideoFrame, width: int, height: int) -> Pixels:
    """Convert a frame to upright RGB of this size."""
    quarters = _quarters(decoded)
    across, down = (width, height) if quarters % 2 == 0 else (height, width)
    assumed = Colorspace.ITU709 if decoded.height > _SD_HEIGHT else Colorspace.ITU601
    same = (across, down) == (decoded.width, decoded.height)
    converter = _own.full if same else _own.reduced
    converted = converter.reformat(
        decoded,
        across,
        down,
        format="rgb24",
        src_colorspace=assumed if decoded.colorspace == _UNSPECIFIED else None,
        interpolation=Interpolation.BILINEAR if same else Interpolation.AREA,
        threads=_THREADS,
    )
    rgb = to_ordinary(np.asarray(converted.to_ndarray(), np.uint8), decoded)
    if decoded.interlaced_frame and down == decoded.height:
        rgb = uncombed(rgb)
    return np.ascontiguousarray(np.rot90(rgb, quarters))


def _inside(own: tuple[int, int], wanted: tuple[int, int]) -> tuple[int, int]:
    """Return the largest size of one's own proportions that fits into the wanted one."""
    factor = min(wanted[0] / own[0], wanted[1] / own[1])
    return max(1, round(own[0] * factor)), max(1, round(own[1] * factor))


def _padded(pixels: Pixels, width: int, height: int) -> Pixels:
    """Put a picture in the middle of a black one."""
    canvas = np.zeros((height, width, 3), np.uint8)
    top, left = (height - pixels.shape[0]) // 2, (width - pixels.shape[1]) // 2
    canvas[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return canvas
