"""Who was here before: people of one source, known or not, over all their tracks.

Tracks are joined by the mean similarity of all pairs of their looks (average linkage), which is
the product of their means. Two tracks that were seen at the same time are never one person.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from kith.tracking.person import Person, Traits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.masks import MaskedSpace
    from kith.types import Identification

TRACKS = 12
"""Tracks of a person that are remembered."""

LOOKS = 6
"""A track counts for as many looks as it has, and for so many at most."""

STAYS = 0.7
"""Share of the similarity of two looks of a person under which a track is taken out again."""


class People:
    """The people of one source.

    Args:
        most: people remembered, at most; those not seen for longest go first.
        same: similarity from which two looks show the same person.
        space: where looks with a mask are compared with others; None: as all others.
    """

    def __init__(self, most: int, same: float, space: MaskedSpace | None = None) -> None:
        self._space = space
        self._most = most
        self._same = same
        self._people: OrderedDict[int, Person] = OrderedDict()
        self._made = 0

    def get(self, number: int) -> Person | None:
        """Return a person; None where there is none of this number."""
        return self._people.get(number)

    def knows(self, track: int, traits: Traits, lead: float) -> bool:
        """Whether a track is so clearly of a person that few looks suffice to say so."""
        best = self._best(track, traits, None)
        similarity = None if best is None else best.similarity(track, traits, self._space)
        return similarity is not None and similarity >= self._same + lead

    def place(
        self, track: int, number: int, traits: Traits, answer: Identification | None = None
    ) -> int:
        """Return whose a track is, and remember it.

        Args:
            track: its number.
            number: of the person it was taken for so far; 0: nobody's.
            traits: what it brings.
            answer: who it is by its votes.
        """
        old = self._people.get(number)
        if old is None or not self._stays(old, track, traits):
            if old is not None:
                self._take_out(old, track)
            old = None
        alone = old is None or len(old.tracks) == 1
        if alone and not (old is not None and old.corrected):
            best = self._best(track, traits, old)
            if best is not None:
                if old is not None:
                    self._take_out(old, track)
                old = best
        person = old or self._new()
        self._keep(person, track, traits)
        if answer is not None:
            person.answer = answer
        return person.id

    def corrected(self, track: int, number: int, traits: Traits, said: str | None) -> Person:
        """Keep what a human said of a track, and return the person it is of from now on.

        It is said of all tracks that are of the same person by their looks.
        """
        person = self._people.get(number)
        if person is not None and track in person.tracks:
            similarity = person.similarity(track, traits, self._space)
            if similarity is not None and similarity < self._same:
                self._take_out(person, track)
                person = None
        known = self._named(said, track, traits)
        if known is not None and known is not person:
            if person is not None:
                self._take_out(person, track)
            person = known
        person = person or self._new()
        person.said, person.corrected = said, True
        self._keep(person, track, traits)
        return person

    def _named(self, said: str | None, track: int, traits: Traits) -> Person | None:
        """Return the person of whom a human said this name before."""
        for person in self._people.values():
            known = person.corrected and said is not None and person.said == said
            if known and traits.beside.isdisjoint(person.tracks.keys() - {track}):
                return person
        return None

    def unsay(self, name: str) -> None:
        """Forget that a human said this name."""
        for person in self._people.values():
            if person.said == name:
                person.said, person.corrected = None, False

    def forget_names(self) -> None:
        """Forget who is who by the votes; the numbers stay."""
        for person in self._people.values():
            person.name = person.answer = None

    def _stays(self, person: Person, track: int, traits: Traits) -> bool:
        if person.corrected:
            return True
        if traits.name and person.name not in (None, traits.name) and len(person.tracks) > 1:
            return False
        if traits.name is not None and person.name == traits.name:
            return True
        similarity = person.similarity(track, traits, self._space)
        return similarity is None or similarity >= STAYS * self._same

    def _best(self, track: int, traits: Traits, own: Person | None) -> Person | None:
        """Return the person that a track is most likely of, if anybody."""
        best, most = None, self._same
        for person in self._possible(track, traits, own):
            similarity = person.similarity(track, traits, self._space)
            if similarity is None:
                continue
            if traits.name is not None and person.name == traits.name:
                similarity += 1.0  # the gallery knows them better than these looks do
            if similarity >= most:
                best, most = person, similarity
        return best

    def _possible(self, track: int, traits: Traits, own: Person | None) -> Iterable[Person]:
        for person in self._people.values():
            if person is own or not traits.beside.isdisjoint(person.tracks.keys() - {track}):
                continue
            if traits.name is None or person.name in (None, traits.name):
                yield person

    def _new(self) -> Person:
        self._made += 1
        person = self._people[self._made] = Person(self._made)
        while len(self._people) > self._most:
            self._people.popitem(last=False)
        return person

    def _keep(self, person: Person, track: int, traits: Traits) -> None:
        person.tracks[track] = (traits.mean, min(traits.looks, LOOKS))
        person.tracks.move_to_end(track)
        if len(person.tracks) > TRACKS:
            person.tracks.popitem(last=False)
        if traits.name is not None:
            person.name = traits.name
        if person.id in self._people:
            self._people.move_to_end(person.id)

    def _take_out(self, person: Person, track: int) -> None:
        person.tracks.pop(track, None)
        if not person.tracks:
            self._people.pop(person.id, None)
