"""Whose face it really is: tracks that took one another's place are put right by a close look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.tracking.album import goodness
from kith.tracking.album import mean as mean_of
from kith.tracking.common import Common, of_look, one_kind
from kith.tracking.crowd import lose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.tracking.crowd import Crowd
    from kith.tracking.followed import Followed
    from kith.tracking.records import Look

UNLIKE = 0.6
"""A look that is less like its track than this share of what two looks of one person are is of
somebody else."""

LEAD = 0.15
"""And one that is so much more like another track is of that one."""

SURE = 0.35
"""Quality from which one look suffices to say so; of poorer ones it takes two."""

GOOD, NOT_AT_ALL = 0.5, 0.3
"""One so good, and so unlike, suffices to say that it is somebody new where one doubted already."""

POORER = 0.6
"""A look that is poorer than this share of the best ones tells nothing against them."""


def is_strange(track: Followed, look: Look, same: float) -> bool:
    """Whether a look is of somebody else than its track's."""
    seen = of_look(look)
    own = None if seen is None else track.album.similarity(seen)
    return own is not None and own < UNLIKE * same


def tells(track: Followed, look: Look) -> bool:
    """Whether a strange look is good enough to speak against its track.

    A face that goes out of focus is not like itself any more; where another may have taken its
    place, that is the less likely reason.
    """
    best = max(map(goodness, track.album), default=0.0)
    return track.doubt or goodness(look) >= POORER * best


def owner(track: Followed, others: Iterable[Followed], same: float) -> Followed | None:
    """Return the track that the strange looks of another are of; None for none that is known.

    Args:
        track: with strange looks.
        others: whose they may be.
        same: similarity from which two looks show the same person.
    """
    if len(track.strange) < 2 and goodness(track.strange[-1]) < SURE:
        return None
    seen = _direction(mean_of(one_kind(track.strange)))
    own = track.album.similarity(seen) or 0.0
    best, most = None, max(same, own + LEAD)
    for other in others:
        similarity = other.album.similarity(seen)
        if other is not track and similarity is not None and similarity >= most:
            best, most = other, similarity
    return best


def is_somebody_new(track: Followed, same: float) -> bool:
    """Whether the strange looks of a track are of one person, or a single one says enough."""
    looks = [seen for seen in map(of_look, track.strange) if seen is not None]
    if len(looks) >= 2:
        return looks[-1].likeness(looks[-2], track.album.space) >= same
    own = track.album.similarity(looks[-1])
    good = track.doubt and goodness(track.strange[-1]) >= GOOD
    return good and own is not None and own < NOT_AT_ALL * same


def settle(track: Followed, crowd: Crowd, same: float) -> Followed:
    """Put right where a track took another's place, if that is what its strange looks tell.

    Returns:
        The track that is now where this one was: another, or itself where nothing can be told yet.
    """
    other = owner(track, (one for one in crowd.tracks if one.id), same)
    if other is None:
        return crowd.split(track) if is_somebody_new(track, same) else track
    looks = list(track.strange)
    if other.found:
        other.exchange(track)
        track.doubt = True
    else:
        other.take_place(track)
        lose(track)
    for look in looks:
        other.album.add(look)
    return other


def lost_one(track: Followed, crowd: Crowd, same: float) -> Followed | None:
    """Return the track that was lost a moment ago and that a new one goes on with, if any."""
    mean = track.album.mean()
    if mean is None:
        return None
    best, most = None, same
    for other in crowd.tracks:
        similarity = None if other.found or not other.id else other.album.similarity(mean)
        if similarity is not None and similarity >= most:
            best, most = other, similarity
    return best


def _direction(mean: Common) -> Common:
    length = max(1e-6, float(np.linalg.norm(mean.vector)))
    return mean._replace(vector=np.asarray(mean.vector / length, np.float32))
