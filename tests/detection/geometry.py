"""Boxes and points by brute force, networks made of paint, and pictures with faces moved about."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from kith.detection import Detections

if TYPE_CHECKING:
    from kith.types import Pixels

PAINT = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255))
"""Colours of the five points of a painted face: both eyes, nose, both corners of the mouth."""

Points = npt.NDArray[np.floating]


def iou(a: Points, b: Points) -> float:
    """Intersection over union of two boxes, in plain arithmetic."""
    (ax, ay, aw, ah), (bx, by, bw, bh) = map(float, a), map(float, b)
    across = max(0.0, min(ax + aw, bx + bw) - max(ax, bx))
    down = max(0.0, min(ay + ah, by + bh) - max(ay, by))
    shared = across * down
    return shared / (aw * ah + bw * bh - shared)


def detections(boxes: Points, scores: Points) -> Detections:
    """Faces with points that follow from the box."""
    places = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]])
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    points = boxes[:, None, :2] + places * boxes[:, None, 2:]
    return Detections(boxes, points.astype(np.float32), np.asarray(scores, np.float32))


class Painted:
    """A network that knows no faces: it finds dots in the five paints, wherever they are.

    It measures exactly (centres of mass), so that what remains of an error is the caller's.
    """

    def __init__(self, score: float = 0.95) -> None:
        self.score = score
        self.seen: list[tuple[int, int]] = []

    def detect(self, pixels: Pixels, score: float) -> Detections:
        self.seen.append(pixels.shape[:2])
        points = [centre_of(pixels, colour) for colour in PAINT]
        if self.score < score or any(point is None for point in points):
            return Detections.join([])
        five = np.array(points, np.float32)
        low, high = five.min(axis=0), five.max(axis=0)
        middle, side = (low + high) / 2, float((high - low).max()) * 1.6
        box = np.array([[*(middle - side / 2), side, side]], np.float32)
        return Detections(box, five[None], np.array([self.score], np.float32))


def paint(pixels: Pixels, points: Points, radius: float) -> None:
    """Draw a face's five dots, each at its place to a fraction of a pixel."""
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    for (x, y), colour in zip(points, PAINT, strict=True):
        away = np.hypot(columns - x, rows - y)
        cover = np.clip(radius + 0.5 - away, 0, 1)[..., None]
        pixels[:] = np.rint(pixels * (1 - cover) + np.array(colour) * cover)


def centre_of(pixels: Pixels, colour: tuple[int, int, int]) -> tuple[float, float] | None:
    """The centre of mass of one paint; None where there is hardly any."""
    channels = pixels.astype(np.float64)
    there = channels[..., [i for i in range(3) if colour[i]]].min(axis=2)
    absent = channels[..., [i for i in range(3) if not colour[i]]].max(axis=2)
    weight = np.clip(there - absent, 0, None)
    if weight.sum() < 255:
        return None
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    total = weight.sum()
    return float((columns * weight).sum() / total), float((rows * weight).sum() / total)


def turned(pixels: Pixels, degrees: float) -> tuple[Pixels, npt.NDArray[np.float64]]:
    """A picture turned about its middle, nothing cut off, and the matrix that did it."""
    height, width = pixels.shape[:2]
    side = math.ceil(math.hypot(height, width)) + 2
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    matrix[:, 2] += [(side - width) / 2, (side - height) / 2]
    made = cv2.warpAffine(pixels, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    return made, np.asarray(matrix)


def moved(points: Points, matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])


def turned_quarters(points: Points, quarters: int, width: int, height: int) -> Points:
    """Where points of a picture lie after np.rot90, one quarter after the other."""
    for _ in range(quarters):
        points = np.stack([points[..., 1], width - 1 - points[..., 0]], axis=-1)
        width, height = height, width
    return points


def point_error(points: Points, truth: Points) -> float:
    """Mean distance of five points from where they should be, in distances between the eyes."""
    away = np.linalg.norm(np.asarray(points, np.float64) - truth, axis=-1).mean()
    return float(away / np.linalg.norm(np.asarray(truth[1], np.float64) - truth[0]))
