"""Levelled crops of faces, masked or not, and of what is no face, from the photos to learn from.

A crop is larger than what the network sees, so that it can still be turned, moved and zoomed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

import kith
from kith.alignment.similarity import similarity_transform
from kith.detection import Detections
from kith.detection.merge import merge
from kith.detection.nms import overlap
from kith.detection.scales import _resized
from kith.detection.yunet import YuNet
from kith.errors import PhotoError
from kith.masks import Painter, random_look
from kith.masks.state import FRAME, SIDE, STATES
from kith.media.warp import warp
from kith.types import Box, Face, MaskState, Pixels

sys.path.append(str(Path(__file__).resolve().parent.parent))

from masks import fold_of, read

BIG = 160
WIDER = 1.5
"""Side of a crop in pixels, and how much wider than the network's own it is framed."""

NO_FACE = len(STATES)
LOW = 0.15
"""Score from which a sighting of the detector counts as one to learn from."""

SCALES = (0.5, 1.0, 2.0, 3.0)
PHOTOS = {".jpg", ".jpeg", ".png"}

Five = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Crop:
    """One crop.

    Attributes:
        pixels: RGB, uint8, `BIG` × `BIG` × 3.
        label: place in `STATES`, or `NO_FACE`.
        group: photo or person; all crops of one are in the same fold.
        width: of the face in its photo, pixels.
        kind: ``bare``, ``real``, ``seen`` (by the detector, wrongly), ``other``, or a coverage.
    """

    pixels: Pixels
    label: int
    group: str
    width: float
    kind: str

    @property
    def fold(self) -> int:
        return fold_of(self.group)


FIELDS = fields(Crop)


def framed(pixels: Pixels, points: Five) -> Pixels:
    """Cut a crop out of a photo."""
    zoom = BIG / (SIDE * WIDER)
    template = (FRAME.template + SIDE * (WIDER - 1) / 2) * zoom
    return warp(pixels, similarity_transform(points, template.astype(np.float32)), BIG)


def sightings(network: YuNet, pixels: Pixels, scales: Iterable[float] = SCALES) -> Detections:
    """Return whatever the detector takes for a face, however unsure it is."""
    passes = []
    for scale in scales:
        seen = np.ascontiguousarray(_resized(pixels, scale))
        ratio = pixels.shape[1] / seen.shape[1], pixels.shape[0] / seen.shape[0]
        passes.append(network.detect(seen, LOW).scaled(*ratio))
    return merge(Detections.join(passes))


class Cutter:
    """Cuts crops out of photos.

    Args:
        network: finds faces.
        random: decides.
    """

    def __init__(self, network: YuNet, random: np.random.Generator) -> None:
        self.network = network
        self.random = random
        # Where the five points lie in a marked box, in the mean of the street photos.
        self.mean = np.array(
            [[0.276, 0.232], [0.692, 0.231], [0.488, 0.457], [0.320, 0.632], [0.657, 0.637]]
        )

    def points_of(self, box: npt.NDArray[np.floating]) -> Five:
        return (box[:2] + self.mean * box[2:]).astype(np.float32)

    def others(
        self, pixels: Pixels, boxes: npt.NDArray[np.float32], count: int, group: str
    ) -> Iterator[Crop]:
        """Yield what is no face: places anywhere, and parts of faces."""
        height, width = pixels.shape[:2]
        for _ in range(4 * count):
            side = float(np.exp(self.random.uniform(np.log(12), np.log(0.6 * min(height, width)))))
            x, y = self.random.uniform(-0.2 * side, (width - 0.8 * side, height - 0.8 * side))
            box = np.array([x, y, side, 1.25 * side], np.float32)
            if count and not (len(boxes) and overlap(box, boxes).max() > 0.05):
                count -= 1
                yield Crop(framed(pixels, self.points_of(box)), NO_FACE, group, side, "other")
        for box in boxes:
            angle, reach = self.random.uniform(0, 2 * np.pi), self.random.uniform(0.6, 1.0)
            zoom = self.random.uniform(0.7, 1.4)
            away = reach * np.array([np.cos(angle), np.sin(angle)]) * box[2:]
            half = np.concatenate([box[:2] + away, box[2:] * zoom]).astype(np.float32)
            if overlap(half, boxes).max() < 0.25:
                points = self.points_of(half)
                yield Crop(framed(pixels, points), NO_FACE, group, float(half[2]), "other")

    def marked(self, root: Path) -> Iterator[Crop]:
        """Yield the faces of photos with marked boxes, and what was wrongly taken for one."""
        for path, faces in read(root):
            pixels, group = kith.load_photo(path).pixels, path.name
            found = sightings(self.network, pixels)
            boxes = np.array([face.box for face in faces], np.float32).reshape(-1, 4)
            for face, box in zip(faces, boxes, strict=True):
                label, width = STATES.index(face.state), face.box.width
                yield Crop(framed(pixels, self.points_of(box)), label, group, width, "real")
                shares = overlap(box, found.boxes)
                if len(shares) and shares.max() > 0.4:
                    points = found.points[shares.argmax()]
                    yield Crop(framed(pixels, points), label, group, width, "real")
            for one in range(len(found)):
                # The surer ones are faces that nobody marked: blurred, turned away, half hidden.
                unlike = not len(boxes) or overlap(found.boxes[one], boxes).max() < 0.15
                if unlike and found.scores[one] <= 0.45:
                    crop = framed(pixels, found.points[one])
                    yield Crop(crop, NO_FACE, group, float(found.boxes[one, 2]), "seen")
            yield from self.others(pixels, boxes, 4, group)

    def bare(
        self,
        paths: Iterable[Path],
        group_of: Callable[[Path], str],
        find: Callable[[Pixels], Detections],
        painter: Painter,
    ) -> Iterator[Crop]:
        """Yield the faces of photos on which nobody wears a mask, and painted copies of them."""
        for path in paths:
            try:
                pixels, group = kith.load_photo(path).pixels, group_of(path)
            except PhotoError as error:
                print(f"{path.name} left out: {error.reason}", file=sys.stderr)
                continue
            found = find(pixels)
            for index in range(len(found)):
                one = found.take([index])
                width = float(one.boxes[0, 2])
                yield Crop(framed(pixels, one.points[0]), 0, group, width, "bare")
                yield from self.painted(pixels, one, painter, group)
            low = sightings(self.network, pixels, [1.0])
            for box, points, score in zip(low.boxes, low.points, low.scores, strict=True):
                if score <= 0.3 and not (len(found) and overlap(box, found.boxes).max() >= 0.15):
                    yield Crop(framed(pixels, points), NO_FACE, group, float(box[2]), "seen")
            yield from self.others(pixels, found.boxes[:1], 1, group)

    def painted(
        self, pixels: Pixels, one: Detections, painter: Painter, group: str
    ) -> Iterator[Crop]:
        """Yield a face behind painted masks, two worn and two wrongly, as the detector sees it."""
        face = Face(Box(*one.boxes[0].tolist()), one.points[0], 1.0)
        for coverage in ("nose", "nose", "mouth", "chin"):
            look = replace(random_look(self.random), coverage=coverage)
            done = painter.paint(pixels, [face], look)
            if done.faces[0].reason is not None:
                continue
            points = one.points[0]
            if self.random.random() < 0.5 and max(pixels.shape) <= 640:
                again = self.network.detect(done.pixels, 0.3)
                shares = overlap(one.boxes[0], again.boxes)
                if len(shares) and shares.max() > 0.4:
                    points = again.points[shares.argmax()]
            state = MaskState.WORN if coverage == "nose" else MaskState.WRONG
            label, width = STATES.index(state), float(one.boxes[0, 2])
            yield Crop(framed(done.pixels, points), label, group, width, coverage)


def photos_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in PHOTOS)


def keep(crops: Sequence[Crop], file: Path) -> None:
    """Write crops into a file."""
    columns = {field.name: np.array([getattr(c, field.name) for c in crops]) for field in FIELDS}
    np.savez(file, **columns)


def kept(file: Path) -> list[Crop]:
    """Return the crops of a file."""
    with np.load(file, allow_pickle=False) as columns:
        lists = [columns[field.name] for field in FIELDS]
    return [
        Crop(pixels, int(label), str(group), float(width), str(kind))
        for pixels, label, group, width, kind in zip(*lists, strict=True)
    ]
