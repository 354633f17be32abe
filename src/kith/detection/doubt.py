"""A second opinion on faces that the detector is not sure of, by a network that sees them levelled.

YuNet has learned from bare faces: it is less sure of a masked one than of a bare one, and where it
is as sure of both, the masked one is a face more often. A score is therefore corrected by what a
second network says, which tells masked faces from bare ones and from what is no face at all
(docs/decisions/masks.md has what that gains). How well somebody can be recognised is another
question, which a mask does not help: quality is measured by the detector's own score.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from kith.detection.base import Detections
from kith.detection.level import tilt
from kith.detection.merge import merge, same_face

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.types import Pixels

LEAST = 0.4
"""Score from which a second opinion may make a face of a sighting; below, it could not suffice."""

SURE = 0.9
"""Score from which a face is not doubted."""

DOUBT, MASKED, LIKENESS = -0.3, 1.0, 0.05
"""What is added to the logarithm of the odds of a doubtful face: in any case, for a mask (times how
probable that is), and for each unit of the logarithm of the odds that it is a face at all."""

MOST_UNLIKE, MOST_LIKE = -4.0, 2.0
"""The bounds of the latter."""

TURNED = 30.0
"""Degrees by which two sets of points differ where a judge is asked which one is right."""


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What a network says of some places of a picture.

    Attributes:
        face: float32, N, how probable it is that a face is there.
        masked: float32, N, how probable it is that a face is there that wears a mask.
    """

    face: npt.NDArray[np.float32]
    masked: npt.NDArray[np.float32]


class Judge(Protocol):
    """Whoever is asked for the second opinion."""

    def judge(self, pixels: Pixels, points: npt.NDArray[np.float32]) -> Opinion:
        """Look at the faces of a picture.

        Args:
            pixels: RGB, uint8, H × W × 3.
            points: N × 5 × 2, as in `Detections`.
        """


def overlooked(sightings: Detections, found: Detections) -> Detections:
    """Return the sightings that are of none of the faces found, one for each face."""
    seen = np.zeros(len(sightings), bool)
    for box in found.boxes:
        seen |= same_face(box, sightings.boxes)
    return merge(sightings.take(np.nonzero(~seen)[0]))


def reconsidered(judge: Judge, pixels: Pixels, found: Detections) -> Detections:
    """Return the same faces, best first, the doubtful ones with the score that a judge leaves them.

    Args:
        judge: is asked only where the score is below `SURE`.
        pixels: RGB, uint8, H × W × 3.
        found: faces of that picture.
    """
    doubtful = np.nonzero(found.scores < SURE)[0]
    if not doubtful.size:
        return found
    opinion = judge.judge(pixels, found.points[doubtful])
    likeness = np.clip(_log_odds(opinion.face), MOST_UNLIKE, MOST_LIKE)
    odds = _log_odds(found.scores[doubtful]) + DOUBT
    odds += MASKED * opinion.masked + LIKENESS * likeness
    scores = found.scores.copy()
    scores[doubtful] = 1.0 / (1.0 + np.exp(-odds))
    changed = Detections(found.boxes, found.points, scores, found.own)
    return changed.take(np.argsort(-scores, kind="stable"))


def rather(judge: Judge, pixels: Pixels, found: Detections, turned: Detections) -> Detections:
    """Return faces with the points that show more of a face, where two opinions differ by a turn.

    What a detector sees of a masked face may look more like one under another angle.

    Args:
        judge: is asked only where the points differ by `TURNED` or more.
        pixels: RGB, uint8, H × W × 3.
        found: faces of that picture.
        turned: the same faces with other points, which stay where neither is better.
    """
    turns = [abs(tilt(a) - tilt(b)) for a, b in zip(found.points, turned.points, strict=True)]
    apart = np.nonzero([min(turn, 360 - turn) >= TURNED for turn in turns])[0]
    if not apart.size:
        return turned
    first = judge.judge(pixels, found.points[apart]).face
    second = judge.judge(pixels, turned.points[apart]).face
    points = turned.points.copy()
    back = apart[first > second]
    points[back] = found.points[back]
    return replace(turned, points=points)


def _log_odds(share: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    safe = np.clip(share, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(safe / (1 - safe)), np.float32)
