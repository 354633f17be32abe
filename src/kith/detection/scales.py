"""The scales at which a picture is looked at: what a detector must try to miss nothing.

YuNet sees faces of about 10 to 300 pixels. A picture is therefore looked at in octaves: at a
base size and at half of it always (two sightings also make better points than one); at twice the
base and more where there is a reason to expect small faces, also beyond the pixels that a small
picture has: a face of 15 pixels is seen better at 30, above all behind a mask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.detection.base import Detections
from kith.detection.doubt import LEAST, overlooked, reconsidered
from kith.detection.merge import merge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.detection.base import FaceNetwork
    from kith.detection.doubt import Judge
    from kith.types import Pixels

SMALLEST_BASE = 320
LARGEST_BASE = 640
MOST_UPSCALING = 4.0
MOST_UNASKED = 3.0
LARGEST_UNASKED = 1280
"""How far, and up to which longer side in pixels, a picture is enlarged without `min_face`."""

TILE = 1280
TILE_OVERLAP = 160
SMALL = 28.0
"""A face this narrow, in pixels the network sees, hints at more that are too small to be seen."""

LEAST_SEEN = 12.0
"""The narrowest face that the network finds reliably, in pixels it sees."""


@dataclass(frozen=True, slots=True)
class Search:
    """Look for the faces of a picture at the scales it needs.

    Attributes:
        network: one pass over a picture.
        score: least score of a face, 0–1.
        min_face: narrowest face wanted, in pixels of the picture; None: whatever is seen.
        judge: is asked for a second opinion on faces that the network is not sure of; None: nobody.
    """

    network: FaceNetwork
    score: float
    min_face: float | None = None
    judge: Judge | None = None

    def find(self, pixels: Pixels) -> Detections:
        """Return the faces of a picture (RGB, uint8, H × W × 3), best first."""
        scale = _base_scale(max(pixels.shape[:2]))
        base = _resized(pixels, scale)
        # Halves come from the base, not from the picture: reducing that is the dearer part.
        least = self.score if self.judge is None else min(self.score, LEAST)
        passes = [self._look(seen, pixels, least) for seen in (base, _resized(base, 0.5))]
        found = self._sure_of(passes)
        for octave, larger in enumerate(self._larger_scales(scale, max(pixels.shape[:2]))):
            if not self._wants(octave, larger, found):
                break
            passes.append(self._look(_resized(pixels, larger), pixels, least))
            found = self._sure_of(passes)
        if not len(found):
            found = self._look_harder(base).scaled(*_ratio(pixels, base))
        if self.judge is not None:
            found = self._reconsidered(self.judge, pixels, found, passes)
        if self.min_face is not None:
            found = found.take(np.nonzero(found.boxes[:, 2] >= self.min_face)[0])
        return found

    def _sure_of(self, passes: list[Detections]) -> Detections:
        """Return the faces of all passes that need nobody's opinion."""
        return merge(_from(Detections.join(passes), self.score))

    def _reconsidered(
        self, judge: Judge, pixels: Pixels, found: Detections, passes: list[Detections]
    ) -> Detections:
        """Hear a second opinion on what was found, and on sightings that would not have counted."""
        more = overlooked(Detections.join(passes), found)
        return _from(reconsidered(judge, pixels, Detections.join([found, more])), self.score)

    def glance(self, pixels: Pixels) -> Detections:
        """Return the faces of a picture seen as it is and at half its size, best first."""
        passes = [self._look(pixels, pixels), self._look(_resized(pixels, 0.5), pixels)]
        return merge(Detections.join(passes))

    def _larger_scales(self, base: float, side: int) -> Iterator[float]:
        """Octaves above the base, up to what the side allows or `min_face` asks for."""
        if self.min_face is None:
            wanted = min(LARGEST_UNASKED / side, MOST_UNASKED)
        else:
            wanted = LEAST_SEEN / self.min_face
        most = min(max(wanted, 1.0), MOST_UPSCALING)
        scale = base
        while scale < most * 0.999:
            scale = min(scale * 2, most)
            yield scale

    def _wants(self, octave: int, scale: float, found: Detections) -> bool:
        """Whether an octave above the base is worth its time, by what was found so far."""
        if self.min_face is not None and self.min_face * scale / 2 < LEAST_SEEN:
            return True
        if not len(found):
            # Most photos without a face have none at any size, and each octave costs four times
            # the one before: further than the first only where `min_face` asks for it.
            return octave == 0 and scale <= 1.0
        return bool(found.boxes[:, 2].min() * scale / 2 < SMALL)

    def _look(self, seen: Pixels, whole: Pixels, least: float | None = None) -> Detections:
        """One pass over a resized picture, in tiles where it is large; in pixels of the whole."""
        score = self.score if least is None else least
        parts = [
            self.network.detect(np.ascontiguousarray(tile), score).moved(x, y)
            for x, y, tile in _tiles(seen)
        ]
        return Detections.join(parts).scaled(*_ratio(whole, seen))

    def _look_harder(self, base: Pixels) -> Detections:
        """Look again where two octaves saw nothing: far too close, cut off, or on its side."""
        height, width = base.shape[:2]
        found = self._with_surroundings(base)
        for quarter in (1, 3, 2):
            if not len(found):
                turned = np.ascontiguousarray(np.rot90(base, quarter))
                found = _turned_back(self._look(turned, turned), quarter, width, height)
        return merge(found)

    def _with_surroundings(self, base: Pixels) -> Detections:
        """Give a face that fills the picture the surroundings that the network expects."""
        pad = max(base.shape[:2]) // 2
        wide = np.asarray(
            cv2.copyMakeBorder(base, pad, pad, pad, pad, cv2.BORDER_REPLICATE), dtype=np.uint8
        )
        for scale in (0.5, 0.25):
            found = self._look(_resized(wide, scale), wide)
            if len(found):
                return found.moved(-pad, -pad)
        return Detections.join([])


def _from(found: Detections, score: float) -> Detections:
    """Return the faces of at least this score."""
    return found.take(np.nonzero(found.scores >= score)[0])


def _ratio(whole: Pixels, seen: Pixels) -> tuple[float, float]:
    """How many times as wide and as high a picture is as another."""
    return whole.shape[1] / seen.shape[1], whole.shape[0] / seen.shape[0]


def _base_scale(side: int) -> float:
    if side < SMALLEST_BASE:
        return min(SMALLEST_BASE / side, MOST_UPSCALING)
    return min(1.0, LARGEST_BASE / side)


def _resized(pixels: Pixels, scale: float) -> Pixels:
    height, width = pixels.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if size == (width, height):
        return pixels
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(pixels, size, interpolation=method)  # type: ignore[return-value]


def _tiles(pixels: Pixels) -> Iterator[tuple[int, int, Pixels]]:
    """Cut a picture into overlapping tiles, so that memory does not grow with it."""
    height, width = pixels.shape[:2]
    for y in _starts(height):
        for x in _starts(width):
            yield x, y, pixels[y : y + TILE, x : x + TILE]


def _starts(length: int) -> list[int]:
    if length <= TILE:
        return [0]
    count = -(-(length - TILE_OVERLAP) // (TILE - TILE_OVERLAP))
    return [round(i * (length - TILE) / (count - 1)) for i in range(count)]


def _turned_back(found: Detections, quarter: int, width: int, height: int) -> Detections:
    """Bring what was found in a turned picture (np.rot90, `quarter` times) back to its own."""
    x, y = found.points[..., 0], found.points[..., 1]
    left, top = found.boxes[:, 0], found.boxes[:, 1]
    across, down = found.boxes[:, 2], found.boxes[:, 3]
    if quarter == 1:
        points = np.stack([width - 1 - y, x], axis=-1)
        boxes = np.stack([width - 1 - top - down, left, down, across], axis=1)
    elif quarter == 2:
        points = np.stack([width - 1 - x, height - 1 - y], axis=-1)
        boxes = np.stack([width - 1 - left - across, height - 1 - top - down, across, down], axis=1)
    else:
        points = np.stack([y, height - 1 - x], axis=-1)
        boxes = np.stack([top, height - 1 - left - across, down, across], axis=1)
    return Detections(boxes, points, found.scores)
