"""Compare ways to cut a face out, to see it twice, to find its points and to normalise its scores.

    python benchmarks/crops.py DATA/lfw_dev
    python benchmarks/crops.py DATA/lfw_dev --cohort PHOTOS_OF_OTHERS

Everything is compared with kith's own crop (the ArcFace template, Deng et al. 2019, on YuNet's
points), seen by SFace; `paired.py` says what the columns are. The template is made larger about its
middle (then less of the head is seen) or smaller, moved, or laid on another detector's points.
Several views are joined by their normalised mean.

Scores are normalised with the photos of other people: half the people are compared with each other
and the other half is the cohort, and then the other way round. "Centred" takes the cohort's mean
off every vector; "AS-norm" is the adaptive symmetric normalisation (P. Matejka et al., Analysis of
score normalization in multilingual speaker recognition, Interspeech 2017) with the nearest of it.
With ``--cohort`` the mean of all faces on other photos is taken off instead, and nothing else done.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

import kith
from kith.alignment import ARCFACE, SimilarityCrop
from kith.decision import unusable
from kith.embedding import open_embedder
from kith.media import find_photos
from kith.models import ModelStore
from paired import Comparison, Photos, Scores, embeddings, similarities

SCALES = (0.88, 0.92, 0.96, 1.04, 1.08, 1.15)
MOVES = (-4, -2, 2, 4)
OWN, MIRROR = "kith's own", "mirror image"
NEAREST = (20, 200)
SEED = 0


def recipes() -> dict[str, SimilarityCrop]:
    """Return the crops by name."""
    middle = np.full(2, ARCFACE.side / 2 - 0.5, np.float32)

    def other(scale: float, down: float) -> SimilarityCrop:
        template = (np.asarray(ARCFACE.template) - middle) * scale + middle + [0.0, down]
        return replace(ARCFACE, template=template.astype(np.float32))

    found = {OWN: ARCFACE}
    found |= {f"template × {scale:g}": other(scale, 0.0) for scale in SCALES}
    return found | {f"template {down:+d} px down": other(1.0, down) for down in MOVES}


def views(paths: list[str], detector: str) -> dict[str, Scores]:
    """Return the vectors of all photos by the way their faces were cut out; zeros for no face."""
    embedder = open_embedder("sface", ModelStore())
    ways = recipes()
    names = [*ways, MIRROR]
    rows = {name: np.zeros((len(paths), embedder.contract.dimension), np.float32) for name in names}
    with kith.Recognizer(detector, accept_license=True) as recognizer:
        for number, photo in enumerate(recognizer.stream(paths, embed=False, keep_pixels=True)):
            face = kith.largest_central(photo.faces, photo.width, photo.height)
            if face is None or photo.pixels is None:
                continue
            box = np.array(face.box, np.float32)
            crops = [way.crop(photo.pixels, face.landmarks, box) for way in ways.values()]
            crops.append(np.asarray(cv2.flip(crops[0], 1), np.uint8))
            for name, row in zip(names, embedder.embed(crops), strict=True):
                rows[name][number] = row
    return rows


def joined(*rows: Scores) -> Scores:
    """Return the normalised mean of several views."""
    return unit(np.sum(rows, axis=0))


def unit(rows: Scores) -> Scores:
    """Return rows of unit length; those of zeros as they are."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)


def normalised(
    rows: Scores, half: npt.NDArray[np.bool_], nearest: int | None
) -> npt.NDArray[np.float32]:
    """Return similarities, each normalised with the photos of the half that it is not of.

    Args:
        rows: vectors of all photos.
        half: of each photo.
        nearest: of the cohort that AS-norm looks at; None: centred instead.
    """
    table = similarities(rows)
    for side in (half, ~half):
        cohort = rows[~side & rows.any(axis=1)]
        if nearest is None:
            found = rows[side].any(axis=1, keepdims=True)
            part = similarities(unit(np.where(found, rows[side] - cohort.mean(axis=0), 0)))
        else:
            close = np.sort(rows[side] @ cohort.T, axis=1)[:, -nearest:]
            mean, deviation = close.mean(axis=1), np.maximum(close.std(axis=1), 1e-6)
            one = (similarities(rows[side]) - mean[:, None]) / deviation[:, None]
            part = (one + one.T) / 2
        table[np.ix_(side, side)] = part
    return table


def elsewhere(paths: list[str], cohort: Path) -> tuple[Scores, Scores]:
    """Return the vectors of photos, and the mean vector of the faces on a cohort's photos."""
    with kith.Recognizer() as recognizer:
        others = [
            face.embedding
            for photo in recognizer.stream(find_photos([cohort]))
            for face in photo.faces
            if face.embedding is not None and unusable(face) is None
        ]
        print(f"the cohort has {len(others)} faces")
        rows = embeddings(recognizer, paths)
    return rows, np.mean(others, axis=0)


def compare_elsewhere(photos: Photos, cohort: Path) -> None:
    """Print what centring with a cohort of other photos does."""
    rows, mean = elsewhere(photos.paths, cohort)
    comparison = Comparison(photos)
    comparison.row("as it is", similarities(rows))
    found = rows.any(axis=1, keepdims=True)
    comparison.row("centred with the cohort", similarities(unit(np.where(found, rows - mean, 0))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="folder with images/ and pairs.txt")
    parser.add_argument("--detector", action="append", help="others than YuNet to compare")
    parser.add_argument("--cohort", type=Path, help="photos whose mean vector is taken off")
    arguments = parser.parse_args()
    photos = Photos(arguments.root)
    if arguments.cohort:
        compare_elsewhere(photos, arguments.cohort)
        return
    comparison = Comparison(photos)
    own = views(photos.paths, "yunet")
    for name, rows in own.items():
        comparison.row(name, similarities(rows))
    comparison.row("both views", similarities(joined(own[OWN], own[MIRROR])))
    pair = joined(own["template × 0.92"], own["template × 1.08"])
    comparison.row("template × 0.92 and × 1.08", similarities(pair))
    for detector in arguments.detector or ("mtcnn", "scrfd-500m"):
        comparison.row(f"points of {detector}", similarities(views(photos.paths, detector)[OWN]))
    people = np.random.default_rng(SEED).permutation(photos.people) < photos.people // 2
    halves = Comparison(photos, within=people)
    halves.row("each half: as it is", similarities(own[OWN]))
    half = people[photos.person]
    halves.row("each half: centred", normalised(own[OWN], half, None))
    for count in NEAREST:
        halves.row(f"each half: AS-norm, {count}", normalised(own[OWN], half, count))


if __name__ == "__main__":
    main()
