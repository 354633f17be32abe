"""Where do landmarks go when a photo is made smaller: does the half pixel matter?

A picture reduced by f has its pixels' middles at (i + ½)·f − ½ of the large one. Whether points
found on it are to be multiplied by f, or moved by (f − 1)/2 as well, depends on what the detector
was taught to call a pixel's place. This prints how far apart points are that were found on a photo
and on its reduced copy, when they are only multiplied.

    python benchmarks/halves.py PHOTO_OR_FOLDER...
"""

from __future__ import annotations

import argparse

import cv2
import numpy as np

from kith.detection import open_detector
from kith.media import find_photos, load_photo
from kith.models import ModelStore

FACTORS = (2, 3, 4)
LEAST = 40
"""Pixels between the eyes: a fourth of it is still a face that is found."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--detector", default="yunet")
    parser.add_argument("--photos", type=int, default=300)
    arguments = parser.parse_args()
    detector = open_detector(arguments.detector, ModelStore())
    paths = list(find_photos(arguments.paths))[: arguments.photos]
    for factor in FACTORS:
        shifts = []
        for path in paths:
            pixels = load_photo(path).pixels
            height, width = (length // factor for length in pixels.shape[:2])
            large = np.ascontiguousarray(pixels[: height * factor, : width * factor])
            small = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)
            found, again = detector.detect(large), detector.detect(np.asarray(small, np.uint8))
            if len(found) != 1 or len(again) != 1:
                continue
            points = found.points[0]
            if np.linalg.norm(points[1] - points[0]) >= LEAST:
                shifts.append((again.points[0] * factor - points).mean(axis=0))
        means = np.mean(shifts, axis=0)
        errors = np.std(shifts, axis=0) / np.sqrt(len(shifts))
        print(
            f"reduced by {factor}, {len(shifts)} faces: x {means[0]:+.2f} ± {errors[0]:.2f}, "
            f"y {means[1]:+.2f} ± {errors[1]:.2f} pixels; middles would ask for "
            f"{-(factor - 1) / 2:+.1f}"
        )


if __name__ == "__main__":
    main()
