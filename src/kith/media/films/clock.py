"""When a frame was taken, and whether it is wanted then."""

from __future__ import annotations

import math

LONGEST_GAP = 86_400.0
"""Seconds between two frames that are believed."""

_NUDGE = 1e-4


class Clock:
    """Makes rising times of what a film says: nothing, twice the same, a jump back.

    Args:
        base: what the film calls its start, in seconds.
        step: seconds between frames that say nothing.
    """

    def __init__(self, base: float, step: float) -> None:
        self._shift = -base
        self._step = step
        self._last: float | None = None

    def of(self, said: float | None) -> float:
        """Return the seconds since the start of the next frame; above the last's."""
        last = self._last
        if said is None:
            time = 0.0 if last is None else last + self._step
        else:
            time = said + self._shift
            if last is not None and not last < time <= last + LONGEST_GAP:
                time = self._mended(said, time, last)
        self._last = time
        return time

    def _mended(self, said: float, time: float, last: float) -> float:
        if last - self._step < time <= last:
            return last + _NUDGE
        # The film was joined from parts, or its counter ran over: it goes on where it was.
        time = last + self._step
        self._shift = time - said
        return time


class Pace:
    """Passes over frames that come sooner than so many seconds apart, on average.

    Args:
        per_second: frames that are wanted of each second; None: all.
    """

    def __init__(self, per_second: float | None) -> None:
        self._step = 1 / per_second if per_second else 0.0
        self._due = -math.inf

    def wants(self, time: float) -> bool:
        """Whether the frame of this second is wanted; times must rise."""
        if time < self._due - 1e-6:
            return False
        self._due += self._step
        if self._due <= time:  # the first, or the film itself has fewer
            self._due = time + self._step
        return True
