"""Where a face is going.

A Kalman filter (R. E. Kálmán, *A New Approach to Linear Filtering and Prediction Problems*, 1960)
for each of the centre's two coordinates and the logarithms of the two sides, of constant velocity
as in SORT (A. Bewley et al., *Simple Online and Realtime Tracking*, ICIP 2016). Two things differ:
frames may come at any rate, so noise grows with the seconds between them; and velocity fades, for
a head that is out of sight rarely goes on for long.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.types import Box

if TYPE_CHECKING:
    import numpy.typing as npt

    Four = npt.NDArray[np.float64]

FADE = np.array([1.0, 1.0, 0.6, 0.6])
"""Seconds in which velocity falls to a third."""

SEEN = np.array([0.04, 0.04, 0.06, 0.06])
"""How far a detection is off (standard deviation); of a place, in widths of the face."""

PUSH = np.array([4.0, 4.0, 0.5, 0.5])
"""How much velocity changes in a second (standard deviation)."""

START = np.array([3.0, 3.0, 0.4, 0.4])
"""How large it may be at first (standard deviation), per second."""


class Course(NamedTuple):
    """What is known at one time: means and variances.

    Attributes:
        place: centre x and y in pixels, logarithms of width and height.
        speed: of these, per second.
        pp, ps, ss: variances of place and speed and their covariance.
    """

    place: Four
    speed: Four
    pp: Four
    ps: Four
    ss: Four


class Motion:
    """The motion of one face.

    Args:
        box: where it was first seen.
        time: at this second.
    """

    def __init__(self, box: Box, time: float) -> None:
        unit = _unit(box)
        self._time = time
        self._course = Course(
            _place(box), np.zeros(4), (SEEN * unit) ** 2, np.zeros(4), (START * unit) ** 2
        )

    def at(self, time: float) -> Box:
        """Return where the face should be."""
        return _box(self._predicted(time).place)

    def spread(self, time: float) -> float:
        """Return how far off that may be (standard deviation of the centre, in pixels)."""
        return float(math.sqrt(self._predicted(time).pp[:2].max()))

    def update(self, box: Box, time: float) -> None:
        """Take in where the face was seen."""
        course = self._predicted(time)
        gain = 1.0 / (course.pp + (SEEN * _unit(box)) ** 2)
        place_gain, speed_gain = course.pp * gain, course.ps * gain
        surprise = _place(box) - course.place
        self._time = time
        self._course = Course(
            course.place + place_gain * surprise,
            course.speed + speed_gain * surprise,
            (1 - place_gain) * course.pp,
            (1 - place_gain) * course.ps,
            course.ss - speed_gain * course.ps,
        )

    def rest(self, time: float) -> None:
        """Take in that nothing moves."""
        self._time = time
        self._course = self._course._replace(speed=np.zeros(4))

    def _predicted(self, time: float) -> Course:
        seconds = max(0.0, time - self._time)
        place, speed, pp, ps, ss = self._course
        kept = np.exp(-seconds / FADE)
        way = FADE * (1.0 - kept)
        push = (PUSH * _unit(_box(place))) ** 2
        return Course(
            place + way * speed,
            kept * speed,
            pp + 2 * way * ps + way**2 * ss + push * seconds**3 / 3,
            kept * (ps + way * ss) + push * seconds**2 / 2,
            kept**2 * ss + push * seconds,
        )


def moved(points: npt.NDArray[np.float32], old: Box, new: Box) -> npt.NDArray[np.float32]:
    """Return points of a box where they are in another."""
    scale = np.array([new.width / old.width, new.height / old.height])
    return np.asarray((points - old.centre) * scale + new.centre, np.float32)


def _unit(box: Box) -> Four:
    """What the noise of each number is measured in: places in widths of the face."""
    side = math.sqrt(max(1e-6, box.area))
    return np.array([side, side, 1.0, 1.0])


def _place(box: Box) -> Four:
    x, y = box.centre
    return np.array([x, y, math.log(max(1e-3, box.width)), math.log(max(1e-3, box.height))])


def _box(place: Four) -> Box:
    x, y = float(place[0]), float(place[1])
    width, height = math.exp(min(place[2], 12.0)), math.exp(min(place[3], 12.0))
    return Box(x - width / 2, y - height / 2, width, height)
