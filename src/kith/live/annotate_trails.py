"""Where faces were in a film, for any moment of it."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from kith.types import Box

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from kith.media.films import Frame
    from kith.tracking import Moment

    Numbers = npt.NDArray[np.float64]

_HIDDEN = 0.5
"""Seconds between two sightings from which the face is taken to have been hidden meanwhile."""
_TREMBLE = 0.08
"""Seconds; standard deviation of the weights by which sightings are evened out."""
_NEIGHBOURS = 4
_BEGINNING = 0.4
"""Seconds: a track is shown once its face was seen several times; by how it moved in this time
after that it is told where it was before, for no longer than this."""


class Trails:
    """Keeps where each track was seen, and says where it was in between.

    Sightings are evened out over a moment, to both sides so that boxes do not lag behind: a
    detector's boxes tremble.
    """

    def __init__(self) -> None:
        self._times: dict[int, array[float]] = {}
        self._boxes: dict[int, array[float]] = {}
        self._since: dict[int, float] = {}
        self._even: dict[int, tuple[Numbers, Numbers]] = {}
        self._spans: Numbers | None = None

    def note(self, _frame: Frame, moment: Moment) -> None:
        """Keep what was seen on a frame; for `timeline(on_moment=…)`."""
        for seen in moment.seen:
            if not seen.predicted:
                self._since.setdefault(seen.track, max(seen.since, moment.time - _BEGINNING))
                self._times.setdefault(seen.track, array("d")).append(moment.time)
                self._boxes.setdefault(seen.track, array("f")).extend(seen.face.box)

    def at(self, time: float) -> Iterator[tuple[int, Box]]:
        """Yield the tracks that were there at a time, with their boxes, the first first."""
        if self._spans is None:
            spans = [(self._since[n], times[-1], n) for n, times in self._times.items()]
            self._spans = np.array(sorted(spans)).reshape(-1, 3)
        starts, ends, tracks = self._spans.T
        for track in tracks[(starts <= time + 1e-6) & (ends >= time - 1e-6)]:
            box = self._box(int(track), time)
            if box is not None:
                yield int(track), box

    def _box(self, track: int, time: float) -> Box | None:
        if track not in self._even:
            times = np.array(self._times[track])
            self._even[track] = times, _evened(times, np.array(self._boxes[track]).reshape(-1, 4))
        times, boxes = self._even[track]
        if time < times[0]:
            return Box(*_before(times, boxes, time).tolist())
        after = int(np.searchsorted(times, time))
        before = max(0, after - 1)
        after = min(after, len(times) - 1)
        gap = times[after] - times[before]
        if gap > _HIDDEN and min(time - times[before], times[after] - time) > _TREMBLE:
            return None
        share = (time - times[before]) / gap if gap > 0 else 0.0
        moved = min(1.0, max(0.0, share)) * (boxes[after] - boxes[before])
        return Box(*(boxes[before] + moved).tolist())


def _before(times: Numbers, boxes: Numbers, time: float) -> Numbers:
    """Return where a face was a little before it was first noted."""
    early = times <= times[0] + _BEGINNING
    since = times[early] - times[early].mean()
    spread = float((since**2).sum())
    speed = since @ boxes[early] / spread if spread > 0 else np.zeros(4)
    speed[2:] = 0.0  # its size stays
    return np.asarray(boxes[0] + (time - times[0]) * speed)


def _evened(times: Numbers, boxes: Numbers) -> Numbers:
    """Return each box averaged with as many before it as after it, so that motion stays."""
    total, weights = boxes.copy(), np.ones(len(times))
    for step in range(1, min(_NEIGHBOURS, (len(times) - 1) // 2) + 1):
        inner = slice(step, len(times) - step)
        for others in (slice(0, len(times) - 2 * step), slice(2 * step, len(times))):
            weight = np.exp(-0.5 * ((times[inner] - times[others]) / _TREMBLE) ** 2)
            total[inner] += weight[:, None] * boxes[others]
            weights[inner] += weight
    return np.asarray(total / weights[:, None])
