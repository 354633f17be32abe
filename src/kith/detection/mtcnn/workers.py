"""Threads that share the work of one call: onnxruntime, OpenCV and numpy let them run together."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

MOST = 4
"""Threads by default: the pipeline runs several pictures at a time anyway."""

T = TypeVar("T")
R = TypeVar("R")


class Workers:
    """A few threads, kept for as long as this object is. Safe to use from several threads."""

    def __init__(self, threads: int | None = None) -> None:
        """Make them.

        Args:
            threads: None: one per processor, four at most; 1: everything runs where it is called.
        """
        self.count = threads or min(MOST, os.cpu_count() or 1)
        self._pool = ThreadPoolExecutor(self.count, "mtcnn") if self.count > 1 else None

    def map(self, call: Callable[[T], R], jobs: Sequence[T]) -> Iterable[R]:
        """Do every job; the results come in the jobs' order."""
        if self._pool is None or len(jobs) < 2:
            return map(call, jobs)
        return self._pool.map(call, jobs)

    def pieces(self, boxes: Floats, most: int) -> list[Floats]:
        """Divide boxes into pieces of at most so many, the same number for each thread."""
        if not len(boxes):
            return []
        rounds = -(-len(boxes) // (most * self.count))
        return np.array_split(boxes, min(rounds * self.count, len(boxes)))
