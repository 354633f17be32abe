"""MTCNN read from its description, box by box: what the fast cascade must agree with.

Works on the networks as they were published, with a mean taken over every bin on its own.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import onnxruntime

if TYPE_CHECKING:
    from kith.types import Pixels

Array = npt.NDArray[np.float64]


class Slowly:
    """Boxes are left, top, right, bottom."""

    def __init__(self, networks: list[bytes]) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.networks = [onnxruntime.InferenceSession(n, options) for n in networks]

    def faces(self, pixels: Pixels, min_face: float) -> list[tuple[Array, Array, float]]:
        """Return boxes, points (5 × 2) and scores, best first."""
        height, width = pixels.shape[:2]
        scale, boxes = 12 / min_face, []
        while min(height, width) * scale >= 12:
            boxes += kept(self.proposed(pixels, scale), 0.5)
            scale *= 0.709
        boxes = [squared(moved(box, shift, 0)) for box, _, shift in kept(boxes, 0.7)]
        second = []
        for box in boxes:
            found = self.look(1, pixels, box, 24)
            if found is not None and found[1][1] > 0.7:
                second.append((box, found[1][1], found[0]))
        boxes = [squared(moved(box, shift, 1)) for box, _, shift in kept(second, 0.7)]
        third = []
        for box in boxes:
            found = self.look(2, pixels, box, 48)
            if found is not None and found[2][1] > 0.7:
                points = found[0].reshape(2, 5).T * (box[2:] - box[:2] + 1) + box[:2] - 1
                third.append((moved(box, found[1], 1), points, float(found[2][1])))
        left: list[tuple[Array, Array, float]] = []
        for face in sorted(third, key=lambda face: -face[2]):
            if all(inside(face[0], better[0]) <= 0.7 for better in left):
                left.append(face)
        return left

    def proposed(self, pixels: Pixels, scale: float) -> list[tuple[Array, float, Array]]:
        height, width = pixels.shape[:2]
        level = means(pixels, int(height * scale + 1), int(width * scale + 1))
        shifts, probabilities = self.run(0, level)
        boxes = []
        for row, column in zip(*np.nonzero(probabilities[1] >= 0.6), strict=True):
            corner = np.array([column, row, column, row], float) * 2 + [1, 1, 12, 12]
            # As float32 rounds: half of these divisions end next to a whole number.
            box = np.floor(corner.astype(np.float32) / np.float32(scale)).astype(float)
            boxes.append((box, float(probabilities[1, row, column]), shifts[:, row, column]))
        return boxes

    def look(self, network: int, pixels: Pixels, box: Array, side: int) -> list[Array] | None:
        height, width = pixels.shape[:2]
        left, top, right, bottom = (math.trunc(corner) for corner in box)
        left, top = max(left, 1) - 1, max(top, 1) - 1
        crop = pixels[top : max(min(bottom, height), 0), left : max(min(right, width), 0)]
        return self.run(network, means(crop, side, side)) if crop.size else None

    def run(self, network: int, pixels: Array) -> list[Array]:
        batch = ((pixels - 127.5) / 128).transpose(2, 0, 1)[None].astype(np.float32)
        return [output[0] for output in self.networks[network].run(None, {"input": batch})]


def means(pixels: Pixels, rows: int, columns: int) -> Array:
    """Return the mean of every bin: rows × columns × 3."""
    height, width = pixels.shape[:2]
    over = np.empty((rows, width, 3))
    for row in range(rows):
        over[row] = pixels[row * height // rows : -(-(row + 1) * height // rows)].mean(axis=0)
    result = np.empty((rows, columns, 3))
    for column in range(columns):
        start, end = column * width // columns, -(-(column + 1) * width // columns)
        result[:, column] = over[:, start:end].mean(axis=1)
    return result


def moved(box: Array, shift: Array, last_pixel: int) -> Array:
    width, height = box[2] - box[0] + last_pixel, box[3] - box[1] + last_pixel
    return box + shift * np.array([width, height, width, height])


def squared(box: Array) -> Array:
    middle, side = (box[:2] + box[2:]) / 2, max(box[2] - box[0], box[3] - box[1])
    return np.concatenate([middle - side / 2, middle + side / 2])


def kept(boxes: list[tuple[Array, float, Array]], limit: float) -> list[tuple[Array, float, Array]]:
    left: list[tuple[Array, float, Array]] = []
    for one in sorted(boxes, key=lambda box: -box[1]):
        if all(union(one[0], better[0]) <= limit for better in left):
            left.append(one)
    return left


def shared(a: Array, b: Array, last_pixel: int) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0]) + last_pixel
    height = min(a[3], b[3]) - max(a[1], b[1]) + last_pixel
    return float(max(width, 0) * max(height, 0))


def area(a: Array, last_pixel: int) -> float:
    return float((a[2] - a[0] + last_pixel) * (a[3] - a[1] + last_pixel))


def union(a: Array, b: Array) -> float:
    both = shared(a, b, 0)
    return both / (area(a, 0) + area(b, 0) - both)


def inside(a: Array, b: Array) -> float:
    return shared(a, b, 1) / min(area(a, 1), area(b, 1))
