"""Show what the second look and the levelling are worth, in verification.

For each way of finding the five points (one pass at the photo's own size, one at 320 pixels, two
looks, two looks and levelling) every photo's largest central face is embedded and all pairs are
compared: share of genuine pairs missed at several false match rates, and d', the distance of the
genuine and the impostor mean in standard deviations.

    python benchmarks/looks.py DATA/lfw_dev
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

import kith
from kith.detection import Detections
from kith.detection.level import level
from kith.detection.scales import Search
from kith.detection.yunet import YuNet
from kith.embedding import Embedder, open_embedder
from kith.media import find_photos
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.session import open_session
from kith.types import Box, Face, Pixels
from paired import all_pairs

RATES = (1e-2, 1e-3, 1e-4)
SCORE = 0.6


def one_pass(network: YuNet, pixels: Pixels, side: int | None) -> Detections:
    """Look once, at the photo's own size or with its longer side brought to `side`."""
    factor = 1.0 if side is None else side / max(pixels.shape[:2])
    seen = cv2.resize(pixels, None, fx=factor, fy=factor) if side else pixels
    return network.detect(np.asarray(seen, np.uint8), SCORE).scaled(1 / factor, 1 / factor)


def points_of(found: Detections, pixels: Pixels) -> npt.NDArray[np.float32] | None:
    """Return the five points of the largest central face."""
    faces = [
        Face(Box(*map(float, box)), points, float(score))
        for box, points, score in zip(found.boxes, found.points, found.scores, strict=True)
    ]
    meant = kith.largest_central(faces, pixels.shape[1], pixels.shape[0])
    return None if meant is None else meant.landmarks


def embed(
    embedder: Embedder, pictures: list[Pixels], find: Callable[[Pixels], Detections]
) -> npt.NDArray[np.float32]:
    rows = np.zeros((len(pictures), embedder.contract.dimension), np.float32)
    for row, pixels in zip(rows, pictures, strict=True):
        points = points_of(find(pixels), pixels)
        if points is not None:
            row[:] = embedder.embed([embedder.recipe.crop(pixels, points)])[0]
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="folder with images/, a folder per person")
    parser.add_argument("--embedder", default="sface")
    arguments = parser.parse_args()
    store = ModelStore()
    network = YuNet(open_session(card("yunet"), store))
    embedder = open_embedder(arguments.embedder, store)
    search = Search(network, SCORE)
    ways: dict[str, Callable[[Pixels], Detections]] = {
        "one pass, own size": lambda pixels: one_pass(network, pixels, None),
        "one pass at 320": lambda pixels: one_pass(network, pixels, 320),
        "two looks": search.find,
        "two looks, levelled": lambda pixels: level(network, pixels, search.find(pixels)),
    }
    paths = list(find_photos([arguments.root / "images"]))
    people = [Path(path).parent.name for path in paths]
    pictures = [kith.load_photo(path).pixels for path in paths]
    for name, find in ways.items():
        genuine, impostor = all_pairs(embed(embedder, pictures, find), people)
        missed = [np.mean(genuine < np.quantile(impostor, 1 - rate)) for rate in RATES]
        spread = np.sqrt((genuine.var() + impostor.var()) / 2)
        shown = "  ".join(f"{100 * m:5.2f} %" for m in missed)
        print(
            f"{name:20} missed at FMR 1e-2, 1e-3, 1e-4: {shown}  "
            f"d' {(genuine.mean() - impostor.mean()) / spread:.3f}"
        )


if __name__ == "__main__":
    main()
