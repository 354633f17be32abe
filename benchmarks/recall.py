"""Count the faces that the detector finds on photos with VOC boxes, by its score.

    python benchmarks/recall.py DATA/facemask_boxes

expects ``images/`` and ``annotations/*.xml``; a box is found at intersection over union 0.4.
"""

from __future__ import annotations

import argparse
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt

import kith
from kith.detection.nms import overlap

SCORES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
FOUND = 0.4


def read(file: Path) -> tuple[str, list[tuple[str, npt.NDArray[np.float32]]]]:
    """Return a photo's file name and its labelled boxes (x, y, width, height)."""
    root = ElementTree.parse(file).getroot()
    boxes = []
    for thing in root.iter("object"):
        left, top, right, bottom = (
            float(thing.findtext(f"bndbox/{side}", "0"))
            for side in ("xmin", "ymin", "xmax", "ymax")
        )
        box = np.array([left, top, right - left, bottom - top], np.float32)
        boxes.append((thing.findtext("name", ""), box))
    return root.findtext("filename", ""), boxes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    arguments = parser.parse_args()
    photos = [read(file) for file in sorted((arguments.root / "annotations").glob("*.xml"))]
    paths = [arguments.root / "images" / name for name, _ in photos]
    with kith.Recognizer(score=min(SCORES)) as recognizer:
        seen = [photo.faces for photo in recognizer.stream(paths, embed=False)]
    labels = Counter(label for _, boxes in photos for label, _ in boxes)
    for score in SCORES:
        hits: Counter[str] = Counter()
        faces = 0
        for (_, boxes), found in zip(photos, seen, strict=True):
            kept = np.array([face.box for face in found if face.score >= score], np.float32)
            kept = kept.reshape(-1, 4)
            faces += len(kept)
            for label, box in boxes:
                shares = overlap(box, kept)
                if len(shares) and shares.max() >= FOUND:
                    hits[label] += 1
                    kept = np.delete(kept, shares.argmax(), axis=0)
        shown = "  ".join(f"{label} {hits[label] / n:.3f}" for label, n in labels.items())
        print(f"score {score}: precision {sum(hits.values()) / max(faces, 1):.3f}  recall {shown}")


if __name__ == "__main__":
    main()
