"""What happens to photos: blur, darkness, hands, masks, compression; made by code.

A kind of damage takes a photo (RGB, uint8), the five landmarks of its face and a random generator
that says how bad it gets, from hardly visible to hopeless, and returns the damaged photo.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from kith.types import Pixels

Points: TypeAlias = npt.NDArray[np.float32]
Random: TypeAlias = np.random.Generator
Damage: TypeAlias = Callable[[Pixels, Points, Random], Pixels]


class Frame(NamedTuple):
    """A face's own axes: its middle, unit vectors across and down, eyes to mouth in pixels."""

    middle: npt.NDArray[np.float64]
    across: npt.NDArray[np.float64]
    down: npt.NDArray[np.float64]
    length: float

    def at(self, across: float, down: float) -> npt.NDArray[np.float64]:
        return self.middle + self.length * (across * self.across + down * self.down)


def frame(points: Points) -> Frame:
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    length = float(np.linalg.norm(mouth - eyes)) + 1e-6
    down = (mouth - eyes).astype(np.float64) / length
    return Frame((eyes + mouth) / 2.0, np.array([down[1], -down[0]]), down, length)


def between(random: Random, low: float, high: float) -> float:
    """Return a number whose logarithm is even: as many small ones as large ones."""
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def pixels_of(values: npt.NDArray[np.floating]) -> Pixels:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


def resized(pixels: Pixels, side: int, how: int = cv2.INTER_AREA) -> Pixels:
    """Return the photo with this width."""
    height = max(1, round(side * pixels.shape[0] / pixels.shape[1]))
    return np.asarray(cv2.resize(pixels, (side, height), interpolation=how), np.uint8)


def compressed(pixels: Pixels, quality: float) -> Pixels:
    _, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, 1), np.uint8)[..., ::-1])


def covered(pixels: Pixels, corners: npt.NDArray[np.floating], colours: Pixels) -> Pixels:
    """Return the photo with a polygon of another picture's pixels."""
    shape = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(shape, [np.round(corners).astype(np.int32)], 1)
    return np.where(shape[..., None] > 0, colours, pixels)


def blur(pixels: Pixels, _points: Points, random: Random) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), between(random, 0.6, 9)), np.uint8)


def motion(pixels: Pixels, _points: Points, random: Random) -> Pixels:
    length, angle = int(between(random, 4, 45)), random.uniform(0, np.pi)
    reach = 0.5 * length * np.array([np.cos(angle), np.sin(angle)])
    kernel = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
    ends = [tuple(int(v) for v in length + side * reach) for side in (-1, 1)]
    cv2.line(kernel, *ends, 1.0)
    return np.asarray(cv2.filter2D(pixels, -1, kernel / kernel.sum()), np.uint8)


def small(pixels: Pixels, _points: Points, random: Random) -> Pixels:
    return resized(pixels, int(between(random, 14, 140)))


def enlarged(pixels: Pixels, points: Points, random: Random) -> Pixels:
    return resized(small(pixels, points, random), pixels.shape[1], cv2.INTER_CUBIC)


def jpeg(pixels: Pixels, _points: Points, random: Random) -> Pixels:
    return compressed(pixels, between(random, 1, 25))


def thumbnail(pixels: Pixels, _points: Points, random: Random) -> Pixels:
    return compressed(resized(pixels, int(between(random, 30, 140))), between(random, 4, 40))


def dark(pixels: Pixels, _points: Points, random: Random) -> Pixels:
    noise = random.normal(0, between(random, 0.3, 4), pixels.shape)
    return pixels_of(pixels * between(random, 0.008, 0.4) + noise)


def bright(pixels: Pixels, _points: Points, random: Random) -> Pixels:
    return pixels_of(pixels * between(random, 1.4, 12) + random.uniform(0, 80))


def fog(pixels: Pixels, _points: Points, random: Random) -> Pixels:
    seen = between(random, 0.01, 0.4)
    return pixels_of(pixels * seen + random.uniform(40, 210) * (1 - seen))


def side_light(pixels: Pixels, points: Points, random: Random) -> Pixels:
    face, angle = frame(points), random.uniform(-np.pi, np.pi)
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    towards = (columns - face.middle[0]) * np.cos(angle)
    towards += (rows - face.middle[1]) * 0.6 * np.sin(angle)
    lit = 1 / (1 + np.exp(-towards / face.length * random.uniform(2, 10)))
    low, high = np.log(between(random, 0.01, 0.4)), np.log(between(random, 1, 3))
    return pixels_of(pixels * np.exp(low + (high - low) * lit)[..., None])


def noise(pixels: Pixels, _points: Points, random: Random) -> Pixels:
    return pixels_of(pixels + random.normal(0, between(random, 8, 120), pixels.shape))


def patch(pixels: Pixels, points: Points, random: Random) -> Pixels:
    """Something with a texture of its own in front of the face."""
    face = frame(points)
    x, y = random.uniform(-0.9, 0.9), random.uniform(-1, 1)
    width, height = between(random, 0.25, 1.2), between(random, 0.2, 0.9)
    turns = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    corners = np.array([face.at(x + a * width, y + b * height) for a, b in turns])
    grain = random.normal(0, 1, pixels.shape[:2]).astype(np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), between(random, 0.7, 8))
    grain *= random.uniform(0, 50) / (grain.std() + 1e-6)
    return covered(pixels, corners, pixels_of(random.integers(30, 220, 3) + grain[..., None]))


def hand(pixels: Pixels, points: Points, random: Random) -> Pixels:
    """A palm and four fingers in the colour of the nose."""
    face, angle = frame(points), random.uniform(0, 2 * np.pi)
    scale = face.length * random.uniform(0.5, 1.2)
    palm = face.at(random.uniform(-1, 1), random.uniform(-0.9, 1.2))
    along = np.array([np.cos(angle), np.sin(angle)])
    beside = np.array([-along[1], along[0]])
    shape = np.zeros(pixels.shape[:2], np.float32)
    size = (int(0.55 * scale), int(0.45 * scale))
    cv2.ellipse(shape, palm.astype(int).tolist(), size, np.degrees(angle), 0, 360, 1.0, -1)
    for finger in (-1.5, -0.5, 0.5, 1.5):
        root = palm + scale * (0.35 * along + 0.24 * finger * beside)
        tip = root + scale * (1.0 - 0.07 * abs(finger)) * along
        ends = (root.astype(int).tolist(), tip.astype(int).tolist())
        cv2.line(shape, *ends, 1.0, max(1, int(0.21 * scale)))
    rim = cv2.GaussianBlur(shape - cv2.erode(shape, np.ones((3, 3))), (0, 0), 1.5)
    column, row = np.clip(points[2].astype(int), 0, np.array(pixels.shape[1::-1]) - 1)
    skin = random.uniform(0.7, 1.2) * pixels[row, column] * (1 - 0.35 * rim[..., None])
    return pixels_of(np.where(shape[..., None] > 0, skin, pixels))


def mask(pixels: Pixels, points: Points, random: Random) -> Pixels:
    """A flat mask from the nose to the chin, with pleats."""
    face, width = frame(points), random.uniform(0.9, 1.2)
    outline = [(1, -0.05), (0.95, 0.75), (0.4, 1.25), (-0.4, 1.25), (-0.95, 0.75), (-1, -0.05)]
    top = points[2] + face.length * random.uniform(-0.12, 0.12) * face.down
    corners = np.array([top, *(face.at(x * width, y) for x, y in outline)])
    colour = random.choice([(200, 215, 225), (120, 170, 205), (25, 25, 30), (235, 235, 235)])
    rows = np.mgrid[: pixels.shape[0], : pixels.shape[1]][0]
    pleats = 8 * np.sin(18 * (rows - face.middle[1]) / face.length)
    return covered(pixels, corners, pixels_of(colour + pleats[..., None]))


def glasses(pixels: Pixels, points: Points, random: Random) -> Pixels:
    """Dark glasses."""
    length, changed = frame(points).length, pixels.copy()
    colour, size = random.integers(0, 45, 3).tolist(), random.uniform(0.3, 0.5) * length
    for eye in points[:2].astype(int).tolist():
        cv2.ellipse(changed, eye, (int(size) + 1, int(0.75 * size) + 1), 0, 0, 360, colour, -1)
    cv2.line(changed, *points[:2].astype(int).tolist(), colour, 2)
    return changed


def border(pixels: Pixels, points: Points, random: Random) -> Pixels:
    """The photo ends in the middle of the face."""
    face, side = frame(points), int(random.integers(4))
    x, y = face.middle.astype(int).tolist()
    reach = int(random.uniform(-0.5, 1.2) * face.length)
    parts = (np.s_[:, max(0, x - reach) :], np.s_[:, : max(1, x + reach)])
    parts += (np.s_[max(0, y - reach) :], np.s_[: max(1, y + reach)])
    return np.ascontiguousarray(pixels[parts[side]])


def phone(pixels: Pixels, _points: Points, random: Random) -> Pixels:
    """Small, out of focus, dim, noisy and compressed at once."""
    reduced = resized(pixels, int(between(random, 40, 200)))
    soft = cv2.GaussianBlur(reduced, (0, 0), between(random, 0.3, 1.5)).astype(np.float32)
    grain = random.normal(0, between(random, 1, 14), soft.shape)
    return compressed(pixels_of(soft * between(random, 0.06, 1.2) + grain), between(random, 8, 80))


KINDS: dict[str, Damage] = {
    damage.__name__: damage
    for damage in (
        *(blur, motion, small, enlarged, jpeg, thumbnail, dark, bright, fog, side_light, noise),
        *(patch, hand, mask, glasses, border, phone),
    )
}
