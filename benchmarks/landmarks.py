"""Measure dense landmarks: how fast, how steady, and what the second look gains.

    python benchmarks/landmarks.py DATA/lfw_dev/images --limit 300
    python benchmarks/landmarks.py DATA/lfw_dev/images --fit

All numbers are of faces that YuNet finds. Distances are means over all points, in percent of the
face's size (between the eyes, or from there to the mouth). *Settled* are the points after four more
looks, each at the square that the last ones asked for; *moved* is the spread of the points when the
five are moved by normal noise of 4 % of that size. ``--fit`` prints the first square that settled
faces ask for, which `kith.landmarks` guesses from the five points.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

import kith
from kith.detection import open_detector
from kith.landmarks import DenseLandmarks, open_landmarks
from kith.landmarks.face_mesh import BELOW, LENGTH, SHIFT, FaceMesh, around
from kith.landmarks.square import guess, rotation, size_of
from kith.media import find_photos
from kith.models import ModelStore
from kith.types import Pixels

Points = npt.NDArray[np.float32]
Look = Callable[[Pixels, Points], DenseLandmarks | None]

NOISE, TIMES, SETTLING = 0.04, 4, 4
SEED = 0


def faces(paths: list[str], least: float) -> Iterator[tuple[Pixels, Points]]:
    """Yield photos and five points: of every face of at least so many pixels."""
    detector = open_detector("yunet", ModelStore())
    for path in paths:
        pixels = kith.load_photo(path).pixels
        for points in detector.detect(pixels).points:
            if size_of(points) >= least:
                yield pixels, points


def settled(network: FaceMesh, pixels: Pixels, found: DenseLandmarks) -> DenseLandmarks:
    """Return the points that further looks lead to."""
    for _ in range(SETTLING):
        found = network.look(pixels, around(found.points)) or found
    return found


def ways(network: FaceMesh) -> dict[str, Look]:
    """Return the ways to look that are compared."""

    def once(pixels: Pixels, points: Points) -> DenseLandmarks | None:
        return network.look(pixels, guess(points, LENGTH, BELOW))

    def twice(pixels: Pixels, points: Points) -> DenseLandmarks | None:
        found = once(pixels, points)
        return found and (network.look(pixels, around(found.points)) or found)

    return {"one look": once, "a second where needed": network.find, "always two": twice}


def spread(look: Look, pixels: Pixels, points: Points, random: np.random.Generator) -> float:
    """Return how far the points move with the five, in percent; nan where a face is lost."""
    size = size_of(points)
    rows = [
        look(pixels, points + random.normal(0, NOISE * size, points.shape).astype(np.float32))
        for _ in range(TIMES)
    ]
    if any(row is None for row in rows):
        return float("nan")
    stack = np.array([row.points for row in rows if row is not None])
    return 100 * float(np.sqrt(((stack - stack.mean(axis=0)) ** 2).sum(axis=-1).mean())) / size


def compare(network: FaceMesh, found: list[tuple[Pixels, Points]]) -> None:
    """Print a row for each way to look."""
    goals = []
    for pixels, points in found:
        first = network.find(pixels, points)
        goals.append(first and settled(network, pixels, first))
    seen = [goal is not None for goal in goals]
    print(f"{len(found)} faces, {np.mean(seen):.1%} of them seen")
    print("|  | to settled, half of faces | 95 % of faces | moved, half | moved, 95 % | looks |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, look in ways(network).items():
        random = np.random.default_rng(SEED)
        far, moves, again = [], [], []
        for (pixels, points), goal in zip(found, goals, strict=True):
            landmarks = look(pixels, points)
            if goal is None or landmarks is None:
                continue
            apart = np.hypot(*(landmarks.points - goal.points).T).mean()
            far.append(100 * float(apart) / size_of(points))
            moves.append(spread(look, pixels, points, random))
            first = guess(points, LENGTH, BELOW)
            asked = network.look(pixels, first)
            again.append(asked is not None and first.moved(around(asked.points)) > SHIFT)
        looks = {"one look": 1.0, "always two": 2.0}.get(name, 1 + float(np.mean(again)))
        cells = [*np.percentile(far, [50, 95]), *np.nanpercentile(moves, [50, 95])]
        print(f"| {name} | {' | '.join(f'{cell:.2f}' for cell in cells)} | {looks:.2f} |")


def time_faces(found: list[tuple[Pixels, Points]], model_id: str) -> None:
    """Print the milliseconds of one face on one thread."""
    network = open_landmarks(model_id, ModelStore())
    times = []
    for pixels, points in found:
        start = time.perf_counter()
        network.find(pixels, points)
        times.append(1000 * (time.perf_counter() - start))
    fast = np.percentile(times, 5)
    print(f"{model_id}: {statistics.median(times):.1f} ms a face (5 % below {fast:.1f})")


def fit(network: FaceMesh, found: list[tuple[Pixels, Points]]) -> None:
    """Print what the first square should be."""
    rows = []
    for pixels, points in found:
        first = network.find(pixels, points)
        if first is None:
            continue
        square, plain = around(settled(network, pixels, first).points), guess(points, 1, 0)
        size, eyes = size_of(points), points[:2].mean(axis=0)
        right, down = rotation(plain.angle)
        middle = (square.middle - eyes) / size
        nose = float((points[2] - eyes) @ right) / size
        rows.append((square.side / size, middle @ down, middle @ right, nose))
    side, below, aside, nose = np.array(rows).T
    behind = -np.polyfit(nose, aside, 1)[0]
    print(f"{len(rows)} faces: side {np.median(side):.2f}, below {np.median(below):.2f}, ", end="")
    print(f"away from the nose {behind:.2f} times its distance")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=Path, help="a folder")
    parser.add_argument("--limit", type=int, default=200, help="photos, at even distances")
    parser.add_argument("--least", type=float, default=20, help="size of a face, in pixels")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--time", action="append", metavar="ID", help="only time a network")
    arguments = parser.parse_args()
    paths = [str(path) for path in find_photos([arguments.photos])]
    paths = paths[:: max(len(paths) // arguments.limit, 1)][: arguments.limit]
    found = list(faces(paths, arguments.least))
    if arguments.time:
        for model_id in arguments.time:
            time_faces(found, model_id)
        return
    network = open_landmarks(store=ModelStore())
    assert isinstance(network, FaceMesh)
    if arguments.fit:
        fit(network, found)
        return
    compare(network, found)
    time_faces(found, network.id)


if __name__ == "__main__":
    main()
