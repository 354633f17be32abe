"""What following faces tells of each frame: frozen, slotted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kith.types import Face, Identification, Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A close look at a face of a track.

    Attributes:
        face: with quality and embedding, in pixels of the frame.
        time: of the frame, in seconds.
        answer: who this one look says it is.
        portrait: the aligned face for people to see, RGB, uint8, square; None unless kept.
    """

    face: Face
    time: float
    answer: Identification
    portrait: Pixels | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One face for as long as it was followed without a break.

    Attributes:
        id: number of the track, from 1, never given twice.
        first, last: seconds of the first and the last frame it was seen on.
        looks: the best ones, best quality first.
        answer: who it is by the votes of its looks; None where they do not suffice to say
            anything.
        person: a number, from 1, that all tracks of the same person in this source share, whether
            that person has a name or not; 0 where the looks do not suffice to tell.
    """

    id: int
    first: float
    last: float
    looks: tuple[Look, ...]
    answer: Identification | None
    person: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A track on one frame.

    Attributes:
        track: its number.
        face: where it is, in pixels of the frame; without embedding.
        since: seconds of the first frame the track was seen on.
        answer: who it is, by the votes so far; None while they do not suffice.
        predicted: not seen on this frame: the place is where it should be by its motion.
        person: as in `Track`; 0 until the looks suffice to tell, a fraction of a second as a rule.
    """

    track: int
    face: Face
    since: float
    answer: Identification | None
    predicted: bool = False
    person: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What one frame tells.

    Attributes:
        index, time: of the frame.
        seen: the tracks on it, oldest first.
        left: tracks that ended with it.
    """

    index: int
    time: float
    seen: tuple[Seen, ...]
    left: tuple[Track, ...] = ()
