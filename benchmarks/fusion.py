"""Compare fusions of networks with one network; `paired.py` says what the columns are.

Every network describes every photo once; a fusion's similarity is the weighted sum of theirs.
Networks are written with their weights, as the commands take them, or without: then each one weighs
as much as the deviation of its impostors' similarities is smaller, which makes a sum of z-scores.

Where one network is nearly always right, a second can hardly help. ``--side`` makes all photos
small and square, ``--mask`` paints a mask on the later photo of each pair.

    python benchmarks/fusion.py DATA/lfw_dev
    python benchmarks/fusion.py DATA/lfw_dev --side 90
    python benchmarks/fusion.py DATA/lfw_dev --mask --system sface --system sface@0.4+edgeface-s@0.6
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

import kith
from kith.embedding import parse
from kith.evaluation.records import FAILED
from paired import Comparison, Photos, Scores, embeddings

SYSTEMS = (
    *("sface", "sface+mirror", "retail-0095", "retail-0095+mirror", "facenet-128"),
    *(f"sface@{w / 10:g}+retail-0095@{1 - w / 10:g}" for w in range(3, 8)),
    "sface+retail-0095",
    *("sface@0.6+retail-0095@0.4+mirror", "sface@0.6+facenet-128@0.4", "sface+facenet-128"),
    *("retail-0095@0.6+facenet-128@0.4", "retail-0095+facenet-128"),
    *("sface@0.5+retail-0095@0.3+facenet-128@0.2", "sface+retail-0095+facenet-128"),
    *("edgeface-s", "sface+edgeface-s"),
)

Image = str | npt.NDArray[np.uint8]


def masked(recognizer: kith.Recognizer, path: str) -> Image:
    """Return a photo with a flat mask from the nose to below the chin of its face."""
    pixels = np.array(kith.load_photo(path).pixels)
    height, width = pixels.shape[:2]
    face = kith.largest_central(recognizer.detect(pixels), width, height)
    if face is None:
        return pixels
    eyes, mouth = face.landmarks[:2].mean(axis=0), face.landmarks[3:].mean(axis=0)
    down, across = mouth - eyes, face.landmarks[1] - face.landmarks[0]
    # A turned head brings the eyes closer together, not the mouth closer to them.
    across *= max(1.0, 0.9 * np.linalg.norm(down) / np.linalg.norm(across))
    bridge = eyes + 0.42 * down
    outline = np.array(
        [
            *(bridge - 1.05 * across, bridge - 0.12 * down, bridge + 1.05 * across),
            *(mouth + 0.35 * down + 0.85 * across, mouth + 0.85 * down),
            mouth + 0.35 * down - 0.85 * across,
        ]
    )
    cv2.fillPoly(pixels, [np.round(outline).astype(np.int32)], (205, 220, 230))
    return pixels


class Networks:
    """What each network says of each two photos; asked once."""

    def __init__(self, paths: list[str], detector: str, side: int | None, mask: bool) -> None:
        self._detector = detector
        self._known: dict[str, Scores] = {}
        self._images: list[Image] = list(paths)
        self._probes: list[Image] | None = None
        if side is not None:
            self._images = [
                cv2.resize(kith.load_photo(path).pixels, (side, side), interpolation=cv2.INTER_AREA)
                for path in paths
            ]
        if mask:
            with kith.Recognizer(detector) as recognizer:
                self._probes = [masked(recognizer, path) for path in paths]

    def table(self, name: str) -> Scores:
        """Return the similarities of all photos to all; −∞ where one has no face."""
        if name not in self._known:
            with kith.Recognizer(self._detector, name, accept_license=True) as recognizer:
                rows = probes = embeddings(recognizer, self._images)
                if self._probes is not None:
                    probes = embeddings(recognizer, self._probes)
            found = rows.any(axis=1)[:, None] & probes.any(axis=1)
            self._known[name] = np.where(found, rows @ probes.T, FAILED).astype(np.float32)
        return self._known[name]


def system(name: str, networks: Networks, photos: Photos) -> tuple[str, Scores]:
    """Return a system's name, with its weights, and the similarities of all photos to all."""
    bare, mirror = name.removesuffix("+mirror"), "+mirror" * name.endswith("+mirror")
    if "@" not in name and "+" not in bare:
        return name, networks.table(name)
    shown = name
    if "@" not in name:
        parts = bare.split("+")
        deviations = [deviation(networks.table(part + mirror), photos) for part in parts]
        weights = [round(min(deviations) / one, 3) for one in deviations]
        shares = [round(weight / sum(weights), 3) for weight in weights]
        shares[-1] = round(1 - sum(shares[:-1]), 3)
        name = "+".join(f"{p}@{s:g}" for p, s in zip(parts, shares, strict=True)) + mirror
        shown = f"{name} by spread"
    spec = parse(name)
    pairs = zip(spec.parts, spec.weights, strict=True)
    total = sum(weight * networks.table(part.id).astype(np.float64) for part, weight in pairs)
    return shown, np.asarray(total, np.float32)


def deviation(table: Scores, photos: Photos) -> float:
    """Return that of the similarities of pairs of two people."""
    scores = photos.every(table).impostor
    return float(scores[np.isfinite(scores)].std())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="folder with images/ and pairs.txt")
    parser.add_argument("--system", action="append", help="the first is compared with")
    parser.add_argument("--side", type=int, help="of the photos, in pixels")
    parser.add_argument("--mask", action="store_true")
    parser.add_argument("--detector", default="yunet")
    parser.add_argument("--rounds", type=int, default=1000)
    arguments = parser.parse_args()
    photos = Photos(arguments.root)
    networks = Networks(photos.paths, arguments.detector, arguments.side, arguments.mask)
    comparison = Comparison(photos, arguments.rounds)
    for name in arguments.system or SYSTEMS:
        comparison.row(*system(name, networks, photos))


if __name__ == "__main__":
    main()
