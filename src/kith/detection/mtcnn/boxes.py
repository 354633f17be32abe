"""Boxes of the cascade: corners left, top, right, bottom, float32, in pixels of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Order = npt.NDArray[np.intp]

BLOCK = 256
"""Boxes compared with all others at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Boxes that may be faces.

    Attributes:
        corners: N × 4.
        scores: N, 0–1.
        shifts: N × 4: how far the network wants each corner moved, in widths and heights.
    """

    corners: Floats
    scores: Floats
    shifts: Floats

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def join(cls, parts: Sequence[Candidates]) -> Candidates:
        """Put several sets behind each other."""
        if not parts:
            return cls(
                np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty((0, 4), np.float32)
            )
        return cls(
            np.concatenate([part.corners for part in parts]),
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.shifts for part in parts]),
        )

    def take(self, where: Order | npt.NDArray[np.bool_]) -> Candidates:
        """Return those at these places."""
        return Candidates(self.corners[where], self.scores[where], self.shifts[where])

    def best(self, most: int) -> Candidates:
        """Return the best, in the order they were in."""
        if len(self) <= most:
            return self
        return self.take(np.sort(np.argsort(-self.scores, kind="stable")[:most]))


def probability(log_odds: Floats) -> Floats:
    """Turn log-odds into 0–1."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-log_odds)), np.float32)


def least_log_odds(threshold: float) -> float:
    """Return a number just below the log-odds of a probability: cheap to compare everywhere."""
    return float(np.log(threshold / (1 - threshold))) - 1e-3


def sure(log_odds: Floats, threshold: float) -> tuple[Order, Floats]:
    """Return the places where a probability is above a threshold, and the probabilities there."""
    likely = np.nonzero(log_odds >= least_log_odds(threshold))[0]
    scores = probability(log_odds[likely])
    above = scores > threshold
    return likely[above], scores[above]


def suppress(boxes: Candidates, limit: float, *, chained: bool) -> Candidates:
    """Drop each box that overlaps a better one by more than a limit; best first.

    Args:
        boxes: the earlier one of two equally good ones is kept.
        limit: intersection over union.
        chained: a box that was dropped drops others all the same.
    """
    if chained:
        ranked = boxes.take(np.argsort(-boxes.scores, kind="stable"))
        return ranked.take(~_overlapped(ranked.corners, limit, of_smaller=False))
    corners = boxes.corners.astype(np.float64)
    sized = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    kept = cv2.dnn.NMSBoxes(sized, boxes.scores, 0.0, limit)  # type: ignore[arg-type]
    return boxes.take(np.asarray(kept, np.intp).ravel())


def suppress_inside(corners: Floats, scores: Floats, limit: float, *, chained: bool) -> Order:
    """Drop each box that shares more than a limit, of the smaller one's area, with a better one.

    Args:
        corners: N × 4.
        scores: N; of two equally good boxes the later one is kept.
        limit: shared area over the smaller area.
        chained: a box that was dropped drops others all the same, and corners are points;
            otherwise corners are pixels that belong to the box.

    Returns:
        Places of the boxes kept, best first.
    """
    # Many scores are 1 as far as float32 can tell; the order decides which of them stay.
    order = np.argsort(scores, kind="stable")[::-1]
    if chained:
        return order[~_overlapped(corners[order], limit, of_smaller=True)]
    corners = corners + np.array([0, 0, 1, 1], np.float32)
    kept = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        shared, areas = _shared(corners[best : best + 1], corners[rest])
        smaller = np.minimum(_area(corners[best]), areas)
        order = rest[shared[0] <= limit * smaller]
    return np.array(kept, np.intp)


def refined(corners: Floats, shifts: Floats, *, last_pixel: bool = True) -> Floats:
    """Move corners by shifts in widths and heights; those count the last pixel, or do not."""
    sides = corners[:, 2:] - corners[:, :2] + np.float32(last_pixel)
    return corners + shifts * np.tile(sides, 2)


def squared(corners: Floats) -> Floats:
    """Make boxes square around their middle, as wide as their longer side."""
    sides = corners[:, 2:] - corners[:, :2]
    longest = sides.max(axis=1, keepdims=True)
    start = corners[:, :2] + sides * np.float32(0.5) - longest * np.float32(0.5)
    return np.concatenate([start, start + longest], axis=1)


def _overlapped(corners: Floats, limit: float, *, of_smaller: bool) -> npt.NDArray[np.bool_]:
    """Tell which boxes, best first, overlap any better one by more than a limit."""
    areas = _area(corners)
    dropped = np.zeros(len(corners), np.bool_)
    for start in range(0, len(corners), BLOCK):
        block = slice(start, min(start + BLOCK, len(corners)))
        shared, better = _shared(corners[block], corners[: block.stop])
        own = areas[block, None]
        whole = np.minimum(own, better) if of_smaller else own + better - shared
        over = shared > limit * whole
        dropped[block] = np.tril(over, start - 1).any(axis=1)
    return dropped


def _shared(some: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Return the areas that M boxes share with N others (M × N), and the areas of those (N)."""
    low = np.maximum(some[:, None, :2], others[:, :2])
    high = np.minimum(some[:, None, 2:], others[:, 2:])
    sides = np.maximum(high - low, np.float32(0))
    return sides[..., 0] * sides[..., 1], _area(others)


def _area(corners: Floats) -> Floats:
    return np.asarray(np.prod(corners[..., 2:] - corners[..., :2], axis=-1), np.float32)
