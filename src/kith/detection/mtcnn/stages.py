"""The three stages of the cascade: propose boxes, drop most of them, be sure of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from kith.detection.base import Detections
from kith.detection.mtcnn.boxes import (
    Candidates,
    refined,
    squared,
    suppress,
    suppress_inside,
    sure,
)
from kith.detection.mtcnn.levels import pyramid

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.detection.mtcnn.levels import Part
    from kith.detection.mtcnn.settings import MtcnnSettings
    from kith.detection.mtcnn.workers import Workers
    from kith.models.session import Session

    Floats = npt.NDArray[np.float32]

SAME_LEVEL, SAME_PICTURE, INSIDE = 0.5, 0.7, 0.7
"""Overlap above which the weaker box goes: within a level, within a picture, and at the end."""


class Picture(Protocol):
    """A picture that can be reduced."""

    height: int
    width: int

    def part(self, part: Part) -> Floats:
        """Return a part of a level: 3 × rows × columns, 0–255."""

    def usable(self, corners: Floats) -> npt.NDArray[np.bool_]:
        """Tell which boxes (N × 4) can be cut out."""

    def crops(self, corners: Floats, side: int) -> Floats:
        """Return boxes (N × 4) as squares: N × 3 × side × side, 0–255."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """The second or the third network.

    Attributes:
        network: takes N crops, gives N rows: log-odds of a face, four shifts, ten places of points.
        side: of a crop, in pixels.
        batch: crops per call; about what fits a processor's cache.
    """

    network: Session
    side: int
    batch: int

    def show(
        self, pictures: Sequence[Picture], boxes: Sequence[Floats], workers: Workers
    ) -> list[tuple[Floats, Floats]]:
        """Show the network boxes of each picture.

        Returns:
            Of each picture, the boxes that could be shown (N × 4) and what the network said (N × 5
            or N × 15).
        """
        usable = [box[picture.usable(box)] for picture, box in zip(pictures, boxes, strict=True)]
        jobs = [
            (index, piece)
            for index, box in enumerate(usable)
            for piece in workers.pieces(box, self.batch)
        ]

        def look(job: tuple[int, Floats]) -> Floats:
            crops = pictures[job[0]].crops(job[1], self.side)
            return self.network.run(crops)[0]

        said: list[list[Floats]] = [[np.empty((0, 15), np.float32)] for _ in pictures]
        for (index, _), output in zip(jobs, workers.map(look, jobs), strict=True):
            said[index].append(output)
        # The empty one, of any width, only stands in for a picture without boxes.
        rows = [np.concatenate(outputs[1:] or outputs) for outputs in said]
        return list(zip(usable, rows, strict=True))


def propose(
    network: Session,
    pictures: Sequence[Picture],
    min_face: float,
    settings: MtcnnSettings,
    workers: Workers,
) -> list[Floats]:
    """Return the square boxes (N × 4) of each picture that the first network proposes."""

    def look(job: tuple[int, Part]) -> Candidates:
        pixels = pictures[job[0]].part(job[1])
        return job[1].proposals(network.run(pixels[None])[0][0], settings)

    levels = [pyramid(picture.height, picture.width, min_face, settings) for picture in pictures]
    jobs = [
        (index, part)
        for index, of_picture in enumerate(levels)
        for level in of_picture
        for part in level.parts()
    ]
    # The largest first, so that no thread is left with a large one at the end.
    jobs.sort(key=lambda job: -job[1].cells)
    found: dict[tuple[int, float], list[Candidates]] = {}
    for (index, part), boxes in zip(jobs, workers.map(look, jobs), strict=True):
        found.setdefault((index, part.level.scale), []).append(boxes)
    return [
        _joined([found[index, level.scale] for level in of_picture], settings)
        for index, of_picture in enumerate(levels)
    ]


def _joined(levels: list[list[Candidates]], settings: MtcnnSettings) -> Floats:
    """Return the best boxes of all levels of a picture, as squares."""
    kept = [_distinct(Candidates.join(parts), SAME_LEVEL, settings) for parts in levels]
    boxes = _distinct(Candidates.join(kept), SAME_PICTURE, settings)
    if settings.refine_first:
        return squared(boxes.corners)
    return squared(refined(boxes.corners, boxes.shifts, last_pixel=False))


def second(said: tuple[Floats, Floats], settings: MtcnnSettings) -> Floats:
    """Return the boxes that the second network takes for faces, corrected, as squares (N × 4).

    Args:
        said: boxes, and the network's rows for them.
        settings: its threshold, and the order of things.
    """
    corners, rows = said
    places, scores = sure(rows[:, 0], settings.thresholds[1])
    corners, shifts = corners[places], rows[places, 1:5]
    if settings.refine_first:
        corners, shifts = refined(corners, shifts), np.zeros_like(shifts)
    boxes = _distinct(Candidates(corners, scores, shifts), SAME_PICTURE, settings)
    boxes = boxes.best(settings.most_refined)
    return squared(refined(boxes.corners, boxes.shifts))


def third(said: tuple[Floats, Floats], settings: MtcnnSettings) -> Detections:
    """Return the faces that the third network is sure of, best first.

    Args:
        said: boxes, and the network's rows for them.
        settings: its threshold, and how overlaps are judged.
    """
    corners, rows = said
    places, scores = sure(rows[:, 0], settings.thresholds[2])
    corners, rows = corners[places], rows[places]
    start, sides = corners[:, None, :2], corners[:, None, 2:] - corners[:, None, :2] + 1
    points = start + np.stack([rows[:, 5:10], rows[:, 10:15]], axis=2) * sides - 1
    corners = refined(corners, rows[:, 1:5])
    kept = suppress_inside(corners, scores, INSIDE, chained=settings.chained)
    boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    return Detections(boxes, points, scores).take(kept)


def _distinct(boxes: Candidates, limit: float, settings: MtcnnSettings) -> Candidates:
    return suppress(boxes.best(settings.most_proposals), limit, chained=settings.chained)
