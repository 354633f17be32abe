"""One face that is being followed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kith.tracking.motion import moved
from kith.tracking.records import Look, Seen, Track
from kith.types import Identification, Verdict

if TYPE_CHECKING:
    from kith.tracking.album import Album
    from kith.tracking.motion import Motion
    from kith.tracking.patch import Patch
    from kith.tracking.votes import Standing
    from kith.types import Face


@dataclass(slots=True, eq=False)
class Followed:
    """A track in the making.

    Attributes:
        id: its number; 0 until it is confirmed.
        face: as it was found last, with a box in pixels of the frame.
        motion: where it goes.
        patch: what it looks like from afar.
        album: the close looks.
        standing: who it is by their votes.
        first: second it was first found at.
        last: second it was last found at.
        found: whether the last search found it.
        hits: searches that found it; a close look at a usable face counts as several.
        sureness: the detector's scores of these, in all.
        finds: how many they are.
        missed: searches since it was found last.
        displaced: somebody else was found to be where it was thought to be.
        restless: how much its patches differ, on average.
        doubt: somebody else may have taken its place: a look has to show that it is the same.
        alarms: doubts in a row that were for nothing.
        alarmed: second of the last one.
        strange: looks, one after the other, that are of somebody else.
        next_look: second from which another look is wanted.
        wait: seconds from the last look to that.
        looked: second of the last attempt at a look.
        asked: second at which all looks were asked about anew.
        attempts: looks attempted.
        failures: those that found no face.
        yaws: how far it was turned in the last looks, as `attention.yaw`.
        promise: how good the best face looked at seemed from afar, 0–1.
        person: whose it is; 0 until that is known.
        beside: tracks that were seen at the same time.
        said: what a human said of it: a name, or None for nobody.
        corrected: whether a human did.
    """

    id: int
    face: Face
    motion: Motion
    patch: Patch
    album: Album
    standing: Standing
    first: float
    last: float
    found: bool = True
    hits: int = 1
    sureness: float = 0.0
    finds: int = 0
    missed: int = 0
    displaced: bool = False
    restless: float = 0.05
    doubt: bool = False
    alarms: int = 0
    alarmed: float = -1e9
    strange: list[Look] = field(default_factory=list)
    next_look: float = 0.0
    wait: float = 0.0
    looked: float = -1e9
    asked: float = 0.0
    attempts: int = 0
    failures: int = 0
    promise: float = 0.0
    yaws: list[float] = field(default_factory=list)
    person: int = 0
    beside: set[int] = field(default_factory=set)
    said: str | None = None
    corrected: bool = False

    def meet(self, face: Face, patch: Patch, time: float) -> None:
        """Take in that it was found."""
        self.motion.update(face.box, time)
        self.patch = self.patch.blend(patch)
        self.face, self.last, self.found = face, time, True
        self.hits += 1
        self.finds += 1
        self.sureness += face.score
        self.missed = 0
        self.displaced = False

    def miss(self) -> None:
        """Take in that it was looked for and not found."""
        self.found = False
        self.missed += 1

    def rest(self, time: float) -> None:
        """Take in that nothing moves."""
        if self.found:
            self.motion.rest(time)
            self.last = time

    def take_place(self, other: Followed) -> None:
        """Be where another was taken to be."""
        self.face, self.motion, self.patch = other.face, other.motion, other.patch
        self.last, self.found, self.missed = other.last, other.found, other.missed
        self.hits += other.hits
        self.finds, self.sureness = self.finds + other.finds, self.sureness + other.sureness
        self.doubt = self.displaced = False
        self.strange.clear()

    def exchange(self, other: Followed) -> None:
        """Be where another was taken to be, and it where this was."""
        mine = (self.face, self.motion, self.patch, self.last, self.found, self.missed)
        self.take_place(other)
        other.face, other.motion, other.patch, other.last, other.found, other.missed = mine
        other.strange.clear()

    def answer(self, threshold: float) -> Identification | None:
        """Return who it is: what a human said, else by the votes.

        Args:
            threshold: that a match needs, where no look has told.
        """
        stands = self.standing.answer
        if not self.corrected:
            return stands
        least = stands.threshold if stands else threshold
        if self.said is None:
            return Identification(
                Verdict.UNKNOWN, None, None, least, (), "corrected by hand", self.face
            )
        candidates = stands.candidates if stands else ()
        similar = next((one.similarity for one in candidates if one.name == self.said), None)
        return Identification(Verdict.MATCH, self.said, similar, least, candidates, None, self.face)

    def seen(self, time: float, threshold: float) -> Seen:
        """Return the track as it is on a frame."""
        box = self.motion.at(time)
        if self.last == time:
            face = self.face
        else:
            points = moved(self.face.landmarks, self.face.box, box)
            points.setflags(write=False)
            face = replace(self.face, box=box, landmarks=points)
        return Seen(
            self.id, face, self.first, self.answer(threshold), self.last != time, self.person
        )

    def finished(self, threshold: float) -> Track:
        """Return the track as it was."""
        return Track(
            self.id, self.first, self.last, tuple(self.album), self.answer(threshold), self.person
        )
