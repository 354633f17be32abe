"""Overlap of boxes and greedy non-maximum suppression. Boxes are x, y, width, height."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]


def intersection(box: Array, boxes: Array) -> Array:
    """Return the area that one box (4) shares with each of N others (N × 4)."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[:2] + box[2:], boxes[:, :2] + boxes[:, 2:])
    return np.asarray(np.prod(np.clip(high - low, 0, None), axis=1), dtype=np.float32)


def overlap(box: Array, boxes: Array) -> Array:
    """Return intersection over union of one box (4) with each of N others (N × 4)."""
    shared = intersection(box, boxes)
    union = box[2] * box[3] + boxes[:, 2] * boxes[:, 3] - shared
    return np.asarray(shared / np.maximum(union, 1e-9), dtype=np.float32)


def suppress(boxes: Array, scores: Array, limit: float) -> list[int]:
    """Keep the best of each group of boxes that overlap by more than a limit.

    Args:
        boxes: N × 4.
        scores: N; the better of two is kept, the earlier one where they are equal.
        limit: intersection over union above which the weaker box goes.

    Returns:
        Indices of the boxes kept, best first.
    """
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(int(best))
        order = rest[overlap(boxes[best], boxes[rest]) <= limit]
    return kept
