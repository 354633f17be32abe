"""What every detector speaks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.types import Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Faces as arrays, in pixels of the picture they were found in.

    Attributes:
        boxes: float32, N × 4: x, y, width, height.
        points: float32, N × 5 × 2: left eye, right eye, nose, left and right mouth corner, as
            seen in the picture.
        scores: float32, N, 0–1.
        first: the detector's own scores, where a second opinion has changed them
            (`kith.detection.doubt`); None where they are `scores`.
    """

    boxes: npt.NDArray[np.float32]
    points: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    first: npt.NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def join(cls, parts: Sequence[Detections]) -> Detections:
        """Put several sets, of one picture, behind each other."""
        if not parts:
            return cls(
                np.empty((0, 4), np.float32),
                np.empty((0, 5, 2), np.float32),
                np.empty(0, np.float32),
            )
        changed = any(part.first is not None for part in parts)
        return cls(
            np.concatenate([part.boxes for part in parts]).astype(np.float32),
            np.concatenate([part.points for part in parts]).astype(np.float32),
            np.concatenate([part.scores for part in parts]).astype(np.float32),
            np.concatenate([part.own for part in parts]).astype(np.float32) if changed else None,
        )

    @property
    def own(self) -> npt.NDArray[np.float32]:
        """What the detector itself said, before any second opinion: float32, N, 0–1."""
        return self.scores if self.first is None else self.first

    def take(self, indices: Sequence[int] | npt.NDArray[np.intp]) -> Detections:
        """Return the faces at these places, in this order."""
        where = np.asarray(indices, dtype=np.intp)
        first = None if self.first is None else self.first[where]
        return Detections(self.boxes[where], self.points[where], self.scores[where], first)

    def scaled(self, factor_x: float, factor_y: float) -> Detections:
        """Return the same faces in a picture that is this many times as wide and as high."""
        factor = np.array([factor_x, factor_y], np.float32)
        boxes, points = self.boxes * np.tile(factor, 2), self.points * factor
        return replace(self, boxes=boxes, points=points)

    def moved(self, x: float, y: float) -> Detections:
        """Return the same faces, moved by this many pixels."""
        offset = np.array([x, y], np.float32)
        boxes = self.boxes.copy()
        boxes[:, :2] += offset
        return replace(self, boxes=boxes, points=self.points + offset)


class FaceNetwork(Protocol):
    """A detection network: one pass over a picture at the size it is given."""

    def detect(self, pixels: Pixels, score: float) -> Detections:
        """Return the faces of a picture (RGB, uint8, H × W × 3), best first."""
