"""Measure each embedder on labelled photos and derive the thresholds that the cards hold.

The photos lie in a folder per person (``PERSON/PERSON_0001.jpg``), with pairs in LFW's format
beside it. Every photo gives one face, the largest central one; a photo without a face counts as
never matching. The threshold is the similarity that one impostor pair in a thousand reaches, over
all pairs of photos of different people.

    python benchmarks/accuracy.py DATA/lfw_dev
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

import kith
from kith.media import find_photos

EMBEDDERS = (
    *("sface", "sface+mirror", "arcface-mbf", "edgeface-s"),
    *("facenet-vggface2", "facenet-128", "openface", "dlib-resnet", "retail-0095"),
    *("sface-retail", "sface-retail+mirror"),
)
FMR = 1e-3


def embeddings(recognizer: kith.Recognizer, paths: list[str]) -> npt.NDArray[np.float32]:
    """Return one unit vector per photo; zeros where no face was found."""
    rows = np.zeros((len(paths), recognizer.contract.dimension), np.float32)
    for row, photo in zip(rows, recognizer.stream(paths), strict=True):
        face = kith.largest_central(photo.faces, photo.width, photo.height)
        if face is not None and face.embedding is not None:
            row[:] = face.embedding
    return rows


def read_pairs(file: Path, images: Path) -> list[tuple[str, str, bool]]:
    """Read pairs in LFW's format: two photos of one person, or one each of two."""

    def photo(name: str, number: str) -> str:
        return str(images / name / f"{name}_{int(number):04d}.jpg")

    pairs = []
    for line in file.read_text("utf-8").splitlines()[1:]:
        parts = line.split("\t")
        if len(parts) == 3:
            pairs.append((photo(parts[0], parts[1]), photo(parts[0], parts[2]), True))
        elif len(parts) == 4:
            pairs.append((photo(parts[0], parts[1]), photo(parts[2], parts[3]), False))
    return pairs


def all_pairs(rows: npt.NDArray[np.float32], people: list[str]) -> tuple[npt.NDArray, npt.NDArray]:
    """Return the similarities of all genuine and of all impostor pairs."""
    names = np.array(people)
    similarities = rows @ rows.T
    upper = np.triu(np.ones_like(similarities, dtype=bool), 1)
    same = names[:, None] == names[None, :]
    return similarities[upper & same], similarities[upper & ~same]


def ten_fold(scores: npt.NDArray[np.float32], same: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return LFW's accuracy: on each tenth at the threshold best on the other nine; mean, std."""
    fold = np.arange(len(scores)) * 10 // len(scores)
    results = []
    for held in range(10):
        rest, tested = fold != held, fold == held
        steps = np.sort(scores[rest])
        right = [np.mean((scores[rest] >= step) == same[rest]) for step in steps]
        best = steps[int(np.argmax(right))]
        results.append(float(np.mean((scores[tested] >= best) == same[tested])))
    return float(np.mean(results)), float(np.std(results, ddof=1))


def report(name: str, root: Path, detector: str) -> None:
    images = root / "images"
    paths = list(find_photos([images]))
    with kith.Recognizer(detector, name, accept_license=True) as recognizer:
        rows = embeddings(recognizer, paths)
    missed = int(np.sum(~rows.any(axis=1)))
    genuine, impostor = all_pairs(rows, [Path(path).parent.name for path in paths])
    threshold = float(np.quantile(impostor, 1 - FMR))
    place = {path: index for index, path in enumerate(paths)}
    pairs = read_pairs(root / "pairs.txt", images)
    scores = np.array([rows[place[a]] @ rows[place[b]] for a, b, _ in pairs])
    mean, std = ten_fold(scores, np.array([same for *_, same in pairs]))
    print(
        f"{name:17} threshold {threshold:.3f} at FMR {FMR:g} ({len(impostor):,} impostor pairs), "
        f"FNMR {np.mean(genuine < threshold):.4f}, TAR {np.mean(genuine >= threshold):.4f} "
        f"({len(genuine):,} genuine pairs); "
        f"pairs.txt {100 * mean:.2f} ± {100 * std:.2f} %; {missed} of {len(paths)} without a face"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="folder with images/ and pairs.txt")
    parser.add_argument("--embedder", action="append", help=f"default: {', '.join(EMBEDDERS)}")
    parser.add_argument("--detector", default="yunet")
    arguments = parser.parse_args()
    for name in arguments.embedder or EMBEDDERS:
        report(name, arguments.root, arguments.detector)


if __name__ == "__main__":
    main()
