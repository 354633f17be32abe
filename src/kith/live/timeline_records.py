"""Who appears when, as values: frozen, slotted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kith.types import Candidate, Face, Pixels, Promise, Verdict


@dataclass(frozen=True, slots=True)
class Appearance:
    """A stretch of a film in which somebody is seen, short breaks closed.

    Attributes:
        start: seconds from the beginning of the film to the first frame with them.
        end: seconds to the end of the last one: the time of the frame after it.
        tracks: numbers of the tracks it is made of.
    """

    start: float
    end: float
    tracks: tuple[int, ...]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, eq=False)
class BestFace:
    """The best look that a film offers at somebody.

    Attributes:
        time: of the frame, in seconds.
        face: with quality and embedding, in pixels of the frame.
        portrait: the aligned face for people to see, RGB, uint8, square.
    """

    time: float
    face: Face
    portrait: Pixels = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class TimelinePerson:
    """Somebody in a film: of the gallery, or one whom it does not know.

    Attributes:
        verdict: `match`; else `unknown`, or `ambiguous` where two people are too close to call.
        name: the person on `match`, else None.
        number: of somebody without a name, from 1 in the order of their first appearance; None
            with one.
        similarity: with a name, of the look that is most similar to the person; without, the mean
            over the looks of the best candidate's; None in an empty gallery.
        threshold: the similarity a match needs.
        candidates: the most similar people, best first, by the mean over the looks.
        appearances: when they are seen, in order.
        best: the best face of them.
    """

    verdict: Verdict
    name: str | None
    number: int | None
    similarity: float | None
    threshold: float
    candidates: tuple[Candidate, ...]
    appearances: tuple[Appearance, ...]
    best: BestFace

    @property
    def label(self) -> str:
        """The name, or "unknown 1" and so on."""
        return self.name or f"unknown {self.number}"

    @property
    def seconds(self) -> float:
        """How long they are seen, all appearances together."""
        return sum(one.seconds for one in self.appearances)


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Who appears when in a film.

    Attributes:
        source: the film, as given.
        width, height: of its frames, in pixels, upright.
        duration: in seconds; of what was read where `error` says that this is not all.
        frames: how many were looked at.
        people: those with a name first, each group in the order of their first appearance.
        untold: tracks too short or too poor to say anything of.
        threshold: the similarity a match needs.
        calibration: what the threshold promises; None for one that was not calibrated.
        error: why the film was not read to its end, in one line; None where it was.
        skipped: damaged parts that were passed over on the way.
    """

    source: str
    width: int
    height: int
    duration: float
    frames: int
    people: tuple[TimelinePerson, ...]
    untold: int
    threshold: float
    calibration: Promise | None = None
    error: str | None = None
    skipped: int = 0

    @property
    def known(self) -> tuple[TimelinePerson, ...]:
        """Those with a name."""
        return tuple(one for one in self.people if one.name is not None)

    @property
    def unknown(self) -> tuple[TimelinePerson, ...]:
        """Those without."""
        return tuple(one for one in self.people if one.name is None)
