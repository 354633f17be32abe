"""Show what tilt, blur and small size do to a face, photo by photo against its own original.

Takes a folder of upright portraits. For each degradation it prints the median and the tenth
percentile of the similarity that a face keeps to its original, with and without levelling for
tilts, and the quality that is measured for blur and size.

    python benchmarks/degrade.py DATA/lfw_dev/images --limit 150
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

import kith
from kith.detection.level import level
from kith.detection.scales import Search
from kith.detection.yunet import YuNet
from kith.embedding import open_embedder
from kith.media import find_photos
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.session import open_session
from kith.types import Pixels

TILTS = (0, 5, 10, 20, 30, 45, 60, 90, 135, 180)
BLURS = (1, 2, 3, 4, 6, 8)
SIDES = (125, 80, 50, 32, 24, 16)


def turned(degrees: float) -> Callable[[Pixels], Pixels]:
    def turn(pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
        return np.asarray(cv2.warpAffine(pixels, matrix, (width, height)), np.uint8)

    return turn


def blurred(sigma: float) -> Callable[[Pixels], Pixels]:
    return lambda pixels: np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8)


def reduced(side: int) -> Callable[[Pixels], Pixels]:
    return lambda pixels: np.asarray(
        cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA), np.uint8
    )


class Bench:
    """Embeds the main face of a picture, with or without levelling."""

    def __init__(self) -> None:
        store = ModelStore()
        self._recognizer = kith.Recognizer(store=store)
        self._embedder = open_embedder("sface", store)
        self._network = YuNet(open_session(card("yunet"), store))

    def embed(self, pixels: Pixels, *, levelled: bool) -> np.ndarray | None:
        found = Search(self._network, 0.6).find(pixels)
        if levelled:
            found = level(self._network, pixels, found)
        if not len(found):
            return None
        largest = int(found.boxes[:, 2].argmax())
        return self._embedder.embed([self._embedder.recipe.crop(pixels, found.points[largest])])[0]

    def quality(self, pixels: Pixels) -> kith.Quality | None:
        faces = self._recognizer.faces(pixels)
        return max(faces, key=lambda face: face.box.area).quality if faces else None


def row(name: str, values: list[float], photos: int) -> str:
    kept = f"{np.median(values):.3f}  tenth {np.percentile(values, 10):.3f}" if values else "-"
    return f"{name:28} similarity to the original: median {kept}  found {len(values)}/{photos}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=100)
    arguments = parser.parse_args()
    paths = list(find_photos([arguments.folder]))
    step = max(1, len(paths) // arguments.limit)
    pictures = [kith.load_photo(path).pixels for path in paths[::step][: arguments.limit]]
    bench = Bench()
    originals = [bench.embed(picture, levelled=False) for picture in pictures]

    def similarities(change: Callable[[Pixels], Pixels], *, levelled: bool) -> list[float]:
        found = [bench.embed(change(picture), levelled=levelled) for picture in pictures]
        return [
            float(a @ b)
            for a, b in zip(originals, found, strict=True)
            if a is not None and b is not None
        ]

    for degrees in TILTS:
        for levelled in (False, True):
            word = "levelled" if levelled else "as found"
            values = similarities(turned(degrees), levelled=levelled)
            print(row(f"tilt {degrees}°, {word}", values, len(pictures)))
    changes = [(f"blur {sigma} px", blurred(sigma)) for sigma in BLURS]
    changes += [(f"reduced to {side} px", reduced(side)) for side in SIDES]
    for name, change in changes:
        measured = [bench.quality(change(picture)) for picture in pictures]
        scores = [quality.score for quality in measured if quality is not None]
        shown = row(name, similarities(change, levelled=True), len(pictures))
        print(f"{shown}  quality {np.median(scores) if scores else 0:.2f}")


if __name__ == "__main__":
    main()
