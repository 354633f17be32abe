"""Compare onnxruntime with OpenVINO, in float32 and in bfloat16, on one thread.

Prints for each network milliseconds of CPU time per picture (median of interleaved rounds; for a
detector per look at 320 × 320, for an embedder per crop in batches as the pipeline makes them) and
how far the results are from onnxruntime's: the cosine of a crop's two vectors, or the pixels
between a face's two sets of points. For an embedder also the share of genuine pairs above the
similarity that one impostor pair in a thousand reaches, over all pairs of photos.

    python benchmarks/devices.py DATA/lfw_dev yunet sface arcface-mbf edgeface-s
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kith.detection import Detections, open_detector
from kith.embedding.embedder import BATCH, open_embedder
from kith.media import find_photos, load_photo
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.session import open_session
from kith.types import Pixels
from paired import all_pairs

DEVICES = ("cpu", "openvino", "openvino:bf16")
LOOK = 320
CROPS = 8 * BATCH
FMR = 1e-3


def median_ms(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median of each, of CPU time and interleaved: what else runs here counts little."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            began = time.process_time()
            run()
            times[name].append((time.process_time() - began) * 1e3)
    return {name: statistics.median(took[1:]) for name, took in times.items()}


def central(found: Detections, pixels: Pixels) -> int:
    """Return the place of the largest central face."""
    height, width = pixels.shape[:2]
    away = found.boxes[:, :2] + found.boxes[:, 2:] / 2 - np.array([width / 2, height / 2])
    areas = found.boxes[:, 2] * found.boxes[:, 3]
    return int(np.argmax(areas - 2 * np.sum(away**2, axis=1)))


def compare_detectors(name: str, store: ModelStore, photos: Sequence[Pixels], rounds: int) -> None:
    sessions = {d: open_session(card(name), store, d) for d in DEVICES}
    look = np.random.default_rng(0).integers(0, 256, (1, 3, LOOK, LOOK)).astype(np.float32)
    times = median_ms({d: lambda s=s: s.run(look) for d, s in sessions.items()}, 8 * rounds)
    seen: dict[str, list[Detections]] = {}
    for device in DEVICES:
        detector = open_detector(name, store, device=device)
        seen[device] = [detector.detect(photo) for photo in photos]
        both = list(zip(photos, seen[DEVICES[0]], seen[device], strict=True))
        same = np.mean([len(a.boxes) == len(b.boxes) for _, a, b in both])
        apart = [
            np.linalg.norm(a.points[central(a, p)] - b.points[central(b, p)], axis=1).mean()
            for p, a, b in both
            if len(a.boxes) and len(b.boxes)
        ]
        print(
            f"{name:12} {device:14} {times[device]:6.2f} ms  as many faces in {same:.2%} of "
            f"{len(photos)} photos; points of the central one apart by {np.median(apart):.3f} px "
            f"(median), {np.percentile(apart, 99):.3f} px (99 in 100)"
        )


def compare_embedders(
    name: str,
    store: ModelStore,
    faces: Sequence[tuple[Pixels, Detections]],
    people: list[str],
    rounds: int,
) -> None:
    embedders = {d: open_embedder(name, store, d) for d in DEVICES}
    recipe = embedders[DEVICES[0]].recipe
    places = [central(found, pixels) for pixels, found in faces]
    crops = [
        recipe.crop(pixels, found.points[place], found.boxes[place])
        for place, (pixels, found) in zip(places, faces, strict=True)
    ]
    times = median_ms({d: lambda e=e: e.embed(crops[:CROPS]) for d, e in embedders.items()}, rounds)
    rows = {device: embedder.embed(crops) for device, embedder in embedders.items()}
    for device in DEVICES:
        cosine = np.sum(rows[device] * rows[DEVICES[0]], axis=1)
        genuine, impostor = all_pairs(rows[device], people)
        threshold = float(np.quantile(impostor, 1 - FMR))
        print(
            f"{name:12} {device:14} {times[device] / CROPS:6.2f} ms  cosine {cosine.mean():.5f} "
            f"(mean), {cosine.min():.5f} (least); at FMR {FMR:g} (threshold {threshold:.3f}) "
            f"{np.mean(genuine >= threshold):.2%} of {len(genuine):,} genuine pairs match"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="folder with images/PERSON/…")
    parser.add_argument("networks", nargs="*", default=["yunet", "sface"])
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    store = ModelStore()
    paths = list(find_photos([arguments.root / "images"]))
    photos = [load_photo(path).pixels for path in paths]
    detector = open_detector("yunet", store)
    faces, people = [], []
    for path, pixels in zip(paths, photos, strict=True):
        found = detector.detect(pixels)
        if len(found.boxes):
            faces.append((pixels, found))
            people.append(Path(path).parent.name)
    for name in arguments.networks:
        if card(name).task == "detection":
            compare_detectors(name, store, photos, arguments.rounds)
        else:
            compare_embedders(name, store, faces, people, arguments.rounds)


if __name__ == "__main__":
    main()
