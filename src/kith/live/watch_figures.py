"""How fast a source is watched: frames a second, and seconds from a frame to its answer."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

import numpy as np

_WINDOW = 2.0
_STEP, _STEPS = 0.0005, 8000


class Figures:
    """Counts frames and delays, in memory that does not grow.

    Attributes:
        frames: that were looked at.
    """

    def __init__(self) -> None:
        self.frames = 0
        self._began: float | None = None
        self._last = 0.0
        self._recent: deque[float] = deque()
        self._delays = np.zeros(_STEPS + 1, np.int64)

    def add(self, delay: float) -> None:
        """Count a frame that was answered now.

        Args:
            delay: seconds from its arrival to its answer.
        """
        now = time.monotonic()
        self._began = now - delay if self._began is None else self._began
        self._last = now
        self.frames += 1
        self._recent.append(now)
        while now - self._recent[0] > _WINDOW:
            self._recent.popleft()
        self._delays[min(_STEPS, round(delay / _STEP))] += 1

    @property
    def rate(self) -> float:
        """Frames a second, of the last two seconds."""
        if len(self._recent) < 2:
            return 0.0
        return (len(self._recent) - 1) / max(1e-6, self._recent[-1] - self._recent[0])

    @property
    def seconds(self) -> float:
        """From the first frame's arrival to the last one's answer."""
        return 0.0 if self._began is None else self._last - self._began

    def delay(self, part: float) -> float | None:
        """Return the seconds in which a part of the frames (0–1) was answered; None without any.

        Exact to half a millisecond; beyond four seconds, four seconds.
        """
        if not self.frames:
            return None
        rank = int(np.searchsorted(np.cumsum(self._delays), part * self.frames))
        return min(rank, _STEPS) * _STEP

    def as_json(self) -> dict[str, Any]:
        """Return them as programs read them."""
        p50, p95 = self.delay(0.5), self.delay(0.95)
        return {
            "frames": self.frames,
            "seconds": round(self.seconds, 3),
            "rate": round(self.frames / self.seconds, 2) if self.seconds else 0.0,
            "p50_ms": None if p50 is None else round(1000 * p50, 1),
            "p95_ms": None if p95 is None else round(1000 * p95, 1),
        }
