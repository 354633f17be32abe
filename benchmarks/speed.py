"""Time each network alone on one thread, as its card says it (`measured.milliseconds`).

An embedder: one crop, through its own preprocessing; a fusion: one for each of its networks. A
detector: one picture of 640 × 480 with a face, everything that detecting does. Landmarks: the same
picture and the face's five points. Any other network: one picture of its size, nothing around it.
Networks take turns; the figure is the median. VGGFace's, whose files cannot be had everywhere, are
timed with random weights of the same layout, which take as long.

    taskset -c 0 python benchmarks/speed.py --photo PORTRAIT.jpg
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from kith import load_photo
from kith.detection import DETECTORS, open_detector
from kith.embedding import open_embedder
from kith.landmarks import open_landmarks
from kith.models import CARDS, ModelStore
from kith.models.catalogue import FUSIONS
from kith.models.imports import import_file
from kith.models.session import open_session

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from reference import random_weights

NETWORK = {
    "vggface-vgg16": "vgg16",
    "vggface2-resnet50": "resnet50",
    "vggface2-senet50": "senet50",
}


def detector(model_id: str, store: ModelStore, pixels: np.ndarray) -> Callable[[], object]:
    opened = open_detector(model_id, store)
    return lambda: opened.detect(pixels)


def embedder(model_id: str, store: ModelStore) -> Callable[[], object]:
    opened = open_embedder(model_id, store)
    random = np.random.default_rng(0)
    shapes = [(part.recipe.side, part.recipe.side, 3) for part in opened.parts]
    crops = [random.integers(0, 256, shape, dtype=np.uint8) for shape in shapes]
    pairs = list(zip(opened.parts, crops, strict=True))
    return lambda: opened.join([part.describe([crop]) for part, crop in pairs])


def landmarks(model_id: str, store: ModelStore, pixels: np.ndarray) -> Callable[[], object]:
    opened = open_landmarks(model_id, store)
    points = open_detector("yunet", store).detect(pixels).points[0]
    return lambda: opened.find(pixels, points)


def network(model_id: str, store: ModelStore) -> Callable[[], object]:
    known = CARDS[model_id]
    session = open_session(known, store)
    shape = (1, 3, known.input.height, known.input.width)
    batch = np.random.default_rng(0).random(shape, np.float32)
    return lambda: session.run(batch)


def timed(model_id: str, store: ModelStore, pixels: np.ndarray) -> Callable[[], object]:
    """Return what to time of a network."""
    task = CARDS[model_id].task if model_id in CARDS else "embedding"
    if task == "embedding":
        return embedder(model_id, store)
    if task == "masks":
        return network(model_id, store)
    return (detector if model_id in DETECTORS else landmarks)(model_id, store, pixels)


def random_store(folder: Path) -> ModelStore:
    """Return a store with random networks in the place of those that no registry carries."""
    store = ModelStore(folder / "home")
    for model_id, network in NETWORK.items():
        layout = random_weights.layout(network, classifier=True)
        file = random_weights.write_h5(folder, layout, 0)
        import_file(file, CARDS[model_id], store)
        file.unlink()
    return store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photo", required=True, help="with one face")
    parser.add_argument("--only", action="append", metavar="ID", help="default: every network")
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    photo = load_photo(arguments.photo).pixels
    scale = min(640 / photo.shape[1], 480 / photo.shape[0])
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    pixels = np.zeros((480, 640, 3), np.uint8)
    pixels[: small.shape[0], : small.shape[1]] = small
    store = ModelStore()
    for card in CARDS.values():
        if not card.licence.commercial and card.id not in NETWORK:
            store.accept(card)
    with tempfile.TemporaryDirectory() as folder:
        random = random_store(Path(folder))
        runs = {
            model_id: timed(model_id, random if model_id in NETWORK else store, pixels)
            for model_id in arguments.only or (*CARDS, *FUSIONS)
        }
    times: dict[str, list[float]] = {model_id: [] for model_id in runs}
    for number in range(arguments.rounds + 3):
        for model_id, run in runs.items():
            start = time.perf_counter()
            run()
            if number >= 3:
                times[model_id].append(1000 * (time.perf_counter() - start))
    for model_id, found in times.items():
        print(f"{model_id:18} {statistics.median(found):7.2f} ms (least {min(found):.2f})")


if __name__ == "__main__":
    main()
