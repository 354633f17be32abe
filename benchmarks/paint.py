"""Measure how fast masks are painted, from a path to a written file, and the parts of it.

The photos are brought to the same longer side first. `Recognizer.map` runs one photo per core, as
`kith mask` does; then each part alone on one thread, per photo or per face.

    python benchmarks/paint.py PHOTOS
    python benchmarks/paint.py PHOTOS --side 1280 --landmarks none
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

import kith
from kith.landmarks import open_landmarks
from kith.masks import Painter, random_look
from kith.media import find_photos, save_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kith.types import PhotoFaces, Pixels

PARTS = 40
"""Photos that the parts are measured on."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", help="a folder of photos")
    parser.add_argument("--most", type=int, default=200, help="photos at most")
    parser.add_argument("--side", type=int, default=640, help="longer side, in pixels")
    parser.add_argument("--landmarks", default="face-landmarker", help="a network's id, or none")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    landmarks = None if asked.landmarks == "none" else asked.landmarks
    with tempfile.TemporaryDirectory() as folder, kith.Recognizer() as recognizer:
        photos = list(brought_to(asked.side, asked.photos, asked.most, Path(folder)))
        painter = Painter(landmarks=landmarks)
        rates, costs, faces = [], [], 0
        for _ in range(asked.rounds):
            start, spent = time.perf_counter(), time.process_time()
            faces = sum(recognizer.map(lambda path: paint(recognizer, painter, path), photos))
            rates.append(len(photos) / (time.perf_counter() - start))
            costs.append(1000 * (time.process_time() - spent) / len(photos))
        print(f"{len(photos)} photos of {asked.side} pixels, {faces} faces painted")
        print(f"{statistics.median(rates):.1f} photos/s (median of {asked.rounds})")
        print(f"{statistics.median(costs):.0f} ms of processor time a photo, on however many cores")
        for name, milliseconds in parts(recognizer, painter, landmarks, photos[:PARTS]):
            print(f"{name:24} {milliseconds:6.1f} ms")


def brought_to(side: int, source: str, most: int, folder: Path) -> Iterator[Path]:
    for number, path in enumerate(find_photos([source])):
        if number == most:
            return
        pixels = kith.load_photo(path).pixels
        scale = side / max(pixels.shape[:2])
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        place = folder / f"{number:04}.jpg"
        save_picture(
            np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=how)), place
        )
        yield place


def paint(recognizer: kith.Recognizer, painter: Painter, path: Path) -> int:
    photo = recognizer.describe(path, embed=False, keep_pixels=True)
    painted = painted_on(painter, photo)
    save_picture(painted, path.with_name(f"masked-{path.name}"))
    return len(photo.faces)


def painted_on(painter: Painter, photo: PhotoFaces) -> Pixels:
    assert photo.pixels is not None
    rng = np.random.default_rng(0)
    looks = [random_look(rng) for _ in photo.faces]
    return painter.paint(photo.pixels, photo.faces, looks).pixels


def parts(
    recognizer: kith.Recognizer, painter: Painter, landmarks: str | None, photos: list[Path]
) -> Iterator[tuple[str, float]]:
    """Yield the name of each part and its mean time."""
    loaded = [kith.load_photo(path).pixels for path in photos]
    seen = [recognizer.describe(pixels, embed=False, keep_pixels=True) for pixels in loaded]
    faces = max(1, sum(len(photo.faces) for photo in seen))
    written = photos[0].with_name("written.jpg")

    def timed(work: Callable[[], object], over: int) -> float:
        start = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - start) / over

    many = len(photos)
    yield "a photo: decoding", timed(lambda: [kith.load_photo(path) for path in photos], many)
    yield "a photo: detection", timed(lambda: [recognizer.detect(p) for p in loaded], many)
    network = 0.0
    if landmarks is not None:
        mesh = open_landmarks(landmarks)
        pairs = [(p, f) for p, s in zip(loaded, seen, strict=True) for f in s.faces]
        network = timed(lambda: [mesh.find(p, f.landmarks) for p, f in pairs], faces)
        yield "a face: landmarks", network
    whole = timed(lambda: [painted_on(painter, photo) for photo in seen], faces)
    yield "a face: drawing", whole - network
    yield "a photo: writing", timed(lambda: [save_picture(p, written) for p in loaded], many)


if __name__ == "__main__":
    main()
