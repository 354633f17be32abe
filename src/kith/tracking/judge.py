"""What a close look changes: the votes, the person, and whose track it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.tracking import attention, disputes
from kith.tracking.common import of_look
from kith.tracking.people import People
from kith.tracking.person import Person, Traits
from kith.tracking.votes import ask_again, ballot, too_poor
from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.tracking.crowd import Crowd
    from kith.tracking.followed import Followed
    from kith.tracking.records import Look
    from kith.tracking.settings import Settings
    from kith.tracking.votes import Ask
    from kith.types import Identification

AGAIN = 5.0
"""Seconds after which all looks of a track are asked about again: the gallery may have changed."""

POOR_FOR = 0.8
"""Seconds without a look that counts after which it is said that a face is too poor."""

CLEARLY = 0.2
"""One look suffices to know again whom it resembles so much more than the same person has to."""

CALM = 3.0
"""Seconds without a doubt after which the next one is as urgent as the first."""


class Judge:
    """Says whose a track is and who that is.

    Args:
        crowd: the tracks.
        ask: who a face is.
        settings: how closely faces are followed.
        same: similarity from which two looks show the same person.
        threshold: what a match needs where no look has told.
    """

    def __init__(
        self, crowd: Crowd, ask: Ask, settings: Settings, same: float, threshold: float
    ) -> None:
        self.people = People(settings.people, same, crowd.space)
        self._crowd = crowd
        self._ask = ask
        self._settings = settings
        self._same = same
        self._threshold = threshold

    def hear(self, track: Followed, look: Look | None, time: float) -> None:
        """Take in an attempt at a look."""
        told = look is not None and track.album.counts(look)
        attention.attempted(track, time)
        if look is None:
            track.failures += 1
        elif told and disputes.is_strange(track, look, self._same):
            if not disputes.tells(track, look):
                attention.plan(track, time, self._settings, told=False)
                return
            track.strange.append(look)
            owner = disputes.settle(track, self._crowd, self._same)
            if owner is not track:
                self._conclude(track, time)
            track = owner
        else:
            track = self._familiar(track, look, told=told)
        self._conclude(track, time)
        attention.plan(track, time, self._settings, told=told)

    def ask_again(self, tracks: Iterable[Followed]) -> None:
        """Ask about all looks anew: the gallery has changed."""
        self.people.forget_names()
        for track in tracks:
            track.standing.forget()
            ask_again(track.album, self._ask)
            self._vote(track, track.last)
            self.settle_person(track)

    def settle_person(self, track: Followed, *, last: bool = False) -> None:
        """Say which person a track is of.

        Args:
            track: the track.
            last: it has ended: what there is has to do.
        """
        mean = track.album.mean()
        if mean is None or not track.id:
            return
        looks = len(track.album.counting())
        stands = track.standing.answer
        matches = stands is not None and stands.verdict is Verdict.MATCH
        name = stands.name if stands is not None and matches else None
        traits = Traits(mean, looks, name, track.beside)
        early = looks < 2 and not last and not track.person
        if early and not self.people.knows(track.id, traits, CLEARLY):
            return
        track.person = self.people.place(track.id, track.person, traits, stands)
        person = self.people.get(track.person)
        if person is not None and person.corrected:
            track.corrected, track.said = True, person.said
        if person is not None and stands is None:
            track.standing.hear(_same_again(track, person))

    def correct(self, track: Followed, name: str | None) -> None:
        """Take a human's word for who a track is."""
        person: Person | None = None
        mean = track.album.mean()
        if mean is not None:
            traits = Traits(mean, len(track.album), None, track.beside)
            person = self.people.corrected(track.id, track.person, traits, name)
            track.person = person.id
        track.corrected, track.said = True, name

    def _familiar(self, track: Followed, look: Look, *, told: bool) -> Followed:
        """Take in a look that may well be of its track."""
        if told:
            seen = of_look(look)
            own = None if seen is None else track.album.similarity(seen)
            if track.doubt and own is not None and own < self._same:
                return track  # perhaps two faces at once; the next look will tell
            if track.doubt:
                track.alarms = track.alarms + 1 if look.time - track.alarmed < CALM else 0
                track.alarmed = look.time
            track.doubt = False
            track.strange.clear()
        track.album.add(look)
        if not track.id and told:
            old = disputes.lost_one(track, self._crowd, self._same)
            if old is not None:
                self._crowd.resume(old, track)
                return old
            self._crowd.vouch(track, look.face.score)
        return track

    def _conclude(self, track: Followed, time: float) -> None:
        if time - track.asked > AGAIN:
            track.asked = time
            ask_again(track.album, self._ask)
        self._vote(track, time)
        self.settle_person(track)

    def _vote(self, track: Followed, time: float) -> None:
        votes = self._settings.votes
        answer = ballot(track.album, self._ask, votes)
        track.standing.hear(answer)
        stands = track.standing.answer
        tried = track.attempts > votes and time - track.first >= POOR_FOR
        hopeless = stands is None or stands.verdict is Verdict.LOW_QUALITY
        if answer is None and hopeless and tried and len(track.album.counting()) < votes:
            track.standing.hear(too_poor(track.face, list(track.album), self._threshold))


def _same_again(track: Followed, person: Person) -> Identification | None:
    """Return what was said of a person before, if a look at the track by itself says the same."""
    looks = track.album.counting()
    if person.answer is None or not looks:
        return None
    said = looks[0].answer
    same = said.verdict is person.answer.verdict and said.name == person.answer.name
    return said if same else None
