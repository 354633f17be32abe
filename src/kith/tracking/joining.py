"""Joining the faces that a search found to those that are being followed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.tracking.matching import match

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.tracking.followed import Followed
    from kith.tracking.patch import Patch
    from kith.types import Box, Face

NEAR, FAR = 0.5, 2.0
"""A face is looked for so far from where it should be, in widths of it, at least and at most."""

SPREADS = 2.5
"""And so many standard deviations of where it should be."""

GROWTH = math.log(2.0)
"""Between two searches a face does not grow or shrink more than this, as a logarithm."""

BY_SIZE, BY_PATCH, UNSEEN = 0.5, 1.0, 0.2
"""What counts beside the place: how much the size differs, how much the patch, and that a track is
not confirmed or was not found the last time."""

LIMIT = 1.7
CLEAR = 0.5
"""A pair that costs `LIMIT` is none; one is sure where every other costs `CLEAR` more."""

SUDDEN, RESTLESS = 0.18, 3.5
"""Two patches that differ by so much make one doubt that it is the same face; where they have
differed before, so many times as much as on average."""

GAP = 0.35
"""Seconds out of sight after which one doubts it too."""


class Sight(NamedTuple):
    """A face that was found, in pixels of the frame, and what it looks like from afar."""

    face: Face
    patch: Patch


class Joined(NamedTuple):
    """What became of a search.

    Attributes:
        met: tracks that were found, each with what was found of it.
        new: what belongs to no track.
    """

    met: list[tuple[Followed, Sight]]
    new: list[Sight]


def join(tracks: Sequence[Followed], sights: Sequence[Sight], time: float) -> Joined:
    """Join what was found to the tracks, and tell the tracks of which one has to doubt.

    Args:
        tracks: those followed; they are not changed but for `doubt` and `restless`.
        sights: what a search found.
        time: of the frame.
    """
    if not tracks or not sights:
        return Joined([], list(sights))
    costs = _costs(tracks, sights, time)
    met = []
    for pair in match(costs, LIMIT, CLEAR):
        track, sight = tracks[pair.row], sights[pair.column]
        track.doubt |= not pair.sure or time - track.last > GAP or _is_sudden(track, sight)
        met.append((track, sight))
    taken = {id(sight) for _, sight in met}
    return Joined(met, [sight for sight in sights if id(sight) not in taken])


def _is_sudden(track: Followed, sight: Sight) -> bool:
    """Whether a face looks much less like before than it uses to."""
    difference = track.patch.difference(sight.patch)
    sudden = difference > max(SUDDEN, RESTLESS * track.restless)
    track.restless += 0.2 * (difference - track.restless)
    return sudden


def _costs(
    tracks: Sequence[Followed], sights: Sequence[Sight], time: float
) -> npt.NDArray[np.float64]:
    where = _places([track.motion.at(time) for track in tracks])
    found = _places([sight.face.box for sight in sights])
    spread = np.array([track.motion.spread(time) for track in tracks])[:, None]
    side = np.sqrt(where[:, None, 2] * found[None, :, 2])
    far = np.hypot(*np.moveaxis(where[:, None, :2] - found[None, :, :2], -1, 0))
    reach = np.clip(SPREADS * spread / side + 0.3, NEAR, FAR) * side
    growth = np.abs(np.log(where[:, None, 2] / found[None, :, 2]))
    # Faces keep a size on average; so a wrong pair of equal place costs by size and patch.
    costs = far / reach + BY_SIZE * growth / GROWTH
    costs += np.array([UNSEEN * (not track.id or not track.found) for track in tracks])[:, None]
    costs[(far > reach) | (growth > GROWTH)] = np.inf
    for row, column in np.argwhere(np.isfinite(costs)):
        costs[row, column] += BY_PATCH * tracks[row].patch.difference(sights[column].patch)
    return np.asarray(costs, np.float64)


def _places(boxes: Sequence[Box]) -> npt.NDArray[np.float64]:
    """Return x and y of the centre, and the side of a square of the same area."""
    return np.array([(*box.centre, math.sqrt(max(1.0, box.area))) for box in boxes])
