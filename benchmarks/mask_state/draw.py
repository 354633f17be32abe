"""Pictures to learn from: drawn from crops in fixed shares, covered and degraded at random."""

from __future__ import annotations

from collections.abc import Sequence

import camera
import cover
import cv2
import numpy as np
import numpy.typing as npt

from crops import BIG, NO_FACE, Crop
from kith.masks.state import SIDE, STATES
from kith.types import MaskState, Pixels

SHARES = {MaskState.NONE: 0.30, MaskState.WORN: 0.28, MaskState.WRONG: 0.16}
"""Of the pictures; the rest is no face."""

NONE, WORN, WRONG = (STATES.index(state) for state in SHARES)


class Deck:
    """Draws pictures from the crops of one fold."""

    def __init__(self, crops: Sequence[Crop], random: np.random.Generator) -> None:
        self.random = random
        self.kinds: dict[tuple[str, int], list[Crop]] = {}
        for crop in crops:
            self.kinds.setdefault((crop.kind, crop.label), []).append(crop)

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def one(self, kind: str, label: int) -> Crop:
        crops = self.kinds[kind, label]
        return crops[int(self.random.integers(len(crops)))]

    def draw(self) -> tuple[Pixels, int]:
        """Return a picture as the network sees it, and its label."""
        place = self.random.random()
        if place < SHARES[MaskState.NONE]:
            label, (picture, width) = NONE, self.bare()
        elif place < SHARES[MaskState.NONE] + SHARES[MaskState.WORN]:
            label, (picture, width) = WORN, self.masked(WORN, 0.55)
        elif place < sum(SHARES.values()):
            label, (picture, width) = WRONG, self.masked(WRONG, 0.25)
        else:
            label, (picture, width) = NO_FACE, self.nothing()
        picture = picture.astype(np.float32)
        if label != NO_FACE and self.chance(0.12):
            picture = cover.above(picture, self.random)
        seen = camera.moved(picture, self.random)
        return camera.photographed(seen, self.random, width), label

    def bare(self) -> tuple[npt.NDArray[np.generic], float]:
        crop = self.one("real" if self.chance(0.35) else "bare", NONE)
        if not self.chance(0.4):
            return crop.pixels, crop.width
        over = cover.NO_MASKS[int(self.random.integers(len(cover.NO_MASKS)))]
        return over(crop.pixels.astype(np.float32), self.random), crop.width

    def masked(self, label: int, real: float) -> tuple[npt.NDArray[np.generic], float]:
        """A real mask, else one painted by kith, else a plain one for variety."""
        if self.chance(real):
            crop = self.one("real", label)
            return crop.pixels, crop.width
        coverage = "nose" if label == WORN else ("mouth" if self.chance(0.6) else "chin")
        if self.chance(0.65):
            crop = self.one(coverage, label)
            return crop.pixels, crop.width
        crop = self.one("bare" if self.chance(0.7) else "real", NONE)
        return cover.mask(crop.pixels.astype(np.float32), coverage, self.random), crop.width

    def nothing(self) -> tuple[npt.NDArray[np.generic], float]:
        place = self.random.random()
        if place < 0.85:
            return self.one("seen" if place < 0.45 else "other", NO_FACE).pixels, np.inf
        # A part of a face, far too close.
        crop = self.one("bare", NONE) if self.chance(0.5) else self.one("real", WORN)
        half = self.random.uniform(0.15, 0.225) * BIG
        x, y = self.random.uniform(0.3, 0.7, 2) * BIG
        rows = slice(max(int(y - half), 0), int(y + half))
        part = crop.pixels[rows, max(int(x - half), 0) : int(x + half)]
        return cv2.resize(np.ascontiguousarray(part), (BIG, BIG)), np.inf


def deal(
    crops: Sequence[Crop], count: int, random: np.random.Generator
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return N pictures (N × SIDE × SIDE × 3) and their labels."""
    deck = Deck(crops, random)
    pictures, labels = np.empty((count, SIDE, SIDE, 3), np.uint8), np.empty(count, np.int64)
    for index in range(count):
        pictures[index], labels[index] = deck.draw()
    return pictures, labels
