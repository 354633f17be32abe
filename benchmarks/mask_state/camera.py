"""What cameras and distance do to a face, and a detector to its place."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from crops import BIG, WIDER
from kith.masks.state import SIDE
from kith.types import Pixels

Picture = npt.NDArray[np.float32]
Random = np.random.Generator

FACE = 80 / 150 * SIDE
"""Width of a face in the network's picture, in pixels."""


def moved(picture: Picture, random: Random) -> Picture:
    """Cut the network's picture out of a crop, a little off, as five guessed points are."""
    zoom = SIDE * WIDER / BIG * np.exp(random.normal(0, 0.07))
    angle = np.radians(
        random.normal(0, 5) + (random.normal(0, 20) if random.random() < 0.08 else 0)
    )
    cos, sin = zoom * np.cos(angle), zoom * np.sin(angle)
    matrix = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
    matrix[:, 2] = SIDE / 2 - matrix[:, :2] @ [BIG / 2, BIG / 2] + random.normal(0, 2.2, 2)
    seen = cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    return seen[:, ::-1] if random.random() < 0.5 else seen


def photographed(picture: Picture, random: Random, width: float) -> Pixels:
    """Reduce, blur, light, tint, and compress a picture.

    Args:
        picture: `SIDE` × `SIDE` × 3, 0–255.
        random: decides.
        width: of the face where it comes from: it is not made larger.
    """
    picture = _coarse(np.ascontiguousarray(picture, np.float32), random, width)
    chance = random.random()
    if chance < 0.15:
        picture = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.5, 2.2))
    elif chance < 0.22:
        picture = _shaken(picture, random)
    picture = _lit(picture, random)
    if random.random() < 0.3:
        picture = picture + random.normal(0, random.uniform(1, 14), picture.shape)
    done = np.clip(picture, 0, 255).astype(np.uint8)
    if random.random() < 0.4:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(15, 85))]
        done = cv2.imdecode(cv2.imencode(".jpg", done, quality)[1], cv2.IMREAD_COLOR)
    return np.asarray(done, np.uint8)


def _coarse(picture: Picture, random: Random, width: float) -> Picture:
    seen = float(np.exp(random.uniform(np.log(9), np.log(34))))
    if random.random() >= 0.65 or seen >= min(FACE, width):
        return picture
    side = max(round(SIDE * seen / FACE), 10)
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    method = cv2.INTER_LINEAR if random.random() < 0.8 else cv2.INTER_CUBIC
    return cv2.resize(small, (SIDE, SIDE), interpolation=method)


def _shaken(picture: Picture, random: Random) -> Picture:
    length = int(random.integers(3, 8))
    path = np.zeros((length, length), np.float32)
    start, end = random.integers(length, size=2).tolist()
    cv2.line(path, (0, start), (length - 1, end), 1.0)
    return cv2.filter2D(picture, -1, path / path.sum())


def _lit(picture: Picture, random: Random) -> Picture:
    picture = picture * np.exp(random.normal(0, 0.22))
    if random.random() < 0.5:
        picture = picture * np.exp(random.normal(0, 0.10, 3))
    if random.random() < 0.4:
        mean = picture.mean()
        contrast = np.exp(random.normal(0, 0.25))
        picture = (picture - mean) * contrast + mean + random.normal(0, 12)
    if random.random() < 0.2:
        gamma = np.exp(random.normal(0, 0.3))
        picture = 255 * np.clip(picture / 255, 1e-4, 1) ** gamma
    if random.random() < 0.18:
        grey = picture @ np.array([0.299, 0.587, 0.114])
        return np.repeat(grey[..., None], 3, axis=2).astype(np.float32)
    if random.random() < 0.15:
        grey = picture.mean(axis=2, keepdims=True)
        picture = grey + (picture - grey) * random.uniform(0.2, 1.6)
    return picture.astype(np.float32)
