from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.decision import decide
from kith.live.appearances import keep, people_of
from kith.tracking import Look, Track
from kith.types import Candidate, Face, Identification, Verdict

from .made import a_face

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.live.appearances import Kept
    from kith.live.timeline_records import TimelinePerson

LIMIT = 0.4


class People:
    """A gallery of unit vectors."""

    def __init__(self, random: np.random.Generator, *names: str) -> None:
        rows = np.linalg.qr(random.normal(size=(64, 64)))[0].astype(np.float32)
        self.known = dict(zip(names, rows, strict=False))
        self.strangers = list(rows[len(names) :])
        self.noise = random

    def ask(self, faces: Sequence[Face]) -> tuple[Identification, ...]:
        return tuple(self._answer(face) for face in faces)

    def _answer(self, face: Face) -> Identification:
        similar = ((name, float(row @ face.embedding)) for name, row in self.known.items())
        found = [Candidate(*pair) for pair in sorted(similar, key=lambda pair: -pair[1])]
        return decide(face, found, LIMIT)

    def look(self, row: np.ndarray, time: float, score: float = 0.9, noise: float = 0.05) -> Look:
        vector = row + noise * self.noise.normal(size=64).astype(np.float32)
        vector = (vector / np.linalg.norm(vector)).astype(np.float32)
        face = replace(a_face(score=score), embedding=vector)
        shade = np.full((160, 160, 3), round(time) % 200, np.uint8)
        return Look(face, time, self.ask([face])[0], shade)

    def track(
        self,
        number: int,
        first: float,
        last: float,
        row: np.ndarray,
        *,
        looks: int = 4,
        told: bool = True,
        noise: float = 0.05,
        score: float = 0.9,
    ) -> Track:
        times = np.linspace(first, last, looks)
        seen = tuple(self.look(row, time, score, noise) for time in times)
        answer = seen[0].answer if told else None
        return Track(number, first, last, seen, answer)


@pytest.fixture
def people(random: np.random.Generator) -> People:
    return People(random, "Ada", "Bo")


def told(people: People, *tracks: Track, votes: int = 3) -> tuple[list[TimelinePerson], int]:
    kept = [one for one in map(keep, tracks) if one is not None]
    found, untold = people_of(
        kept, people.ask, same=LIMIT, votes=votes, ends=lambda time: time + 0.04
    )
    return list(found), untold


def spans(person: TimelinePerson) -> list[tuple[float, float]]:
    return [(round(one.start, 3), round(one.end, 3)) for one in person.appearances]


def test_known_and_unknown(people: People) -> None:
    ada, bo = people.known["Ada"], people.known["Bo"]
    first, second = people.strangers[:2]
    found, untold = told(
        people,
        people.track(1, 4, 6, second),
        people.track(2, 1, 2, bo),
        people.track(3, 0, 5, ada),
        people.track(4, -1, 3, first),
        people.track(5, 8, 9, second),
    )
    assert [(one.label, one.verdict, one.number) for one in found] == [
        ("Ada", Verdict.MATCH, None),
        ("Bo", Verdict.MATCH, None),
        ("unknown 1", Verdict.UNKNOWN, 1),
        ("unknown 2", Verdict.UNKNOWN, 2),
    ]
    assert untold == 0
    assert spans(found[3]) == [(4, 6.04), (8, 9.04)]
    assert found[3].seconds == pytest.approx(3.08)
    assert found[0].similarity is not None
    assert found[0].similarity > 0.8
    assert found[2].similarity is not None
    assert found[2].similarity < LIMIT


def test_short_breaks_are_closed(people: People) -> None:
    ada = people.known["Ada"]
    found, _ = told(
        people,
        people.track(1, 0, 2, ada),
        people.track(2, 2.9, 4, ada),
        people.track(3, 5.2, 6, ada),
    )
    assert spans(found[0]) == [(0, 4.04), (5.2, 6.04)]
    assert [one.tracks for one in found[0].appearances] == [(1, 2), (3,)]


def test_one_appearance_within_another(people: People) -> None:
    """Two tracks of one name at once: herself, and her picture on the wall."""
    ada = people.known["Ada"]
    found, _ = told(people, people.track(1, 0, 9, ada), people.track(2, 3, 4, ada))
    assert spans(found[0]) == [(0, 9.04)]


def test_looks_too_few_to_tell_add_up(people: People) -> None:
    ada, (stranger, passer_by, *_) = people.known["Ada"], people.strangers
    found, untold = told(
        people,
        *(people.track(n, 10 * n, 10 * n + 0.2, ada, looks=1, told=False) for n in (1, 2, 3)),
        *(people.track(n, 10 * n, 10 * n + 0.2, stranger, looks=1, told=False) for n in (4, 5, 6)),
        people.track(7, 70, 70.2, passer_by, looks=2, told=False),
    )
    assert [one.label for one in found] == ["Ada", "unknown 1"]
    assert len(found[0].appearances) == 3
    assert untold == 1


def test_somebody_named_once_keeps_the_name(people: People) -> None:
    """A shot in which she is too little like her photos, and much like the shot before."""
    ada, side = people.known["Ada"], people.strangers[0]
    named = (0.75 * ada + 0.66 * side).astype(np.float32)
    turned = (0.3 * ada + 0.95 * side).astype(np.float32)
    found, _ = told(
        people, people.track(1, 0, 2, named), people.track(2, 5, 7, turned / np.linalg.norm(turned))
    )
    assert [one.label for one in found] == ["Ada"]
    assert spans(found[0]) == [(0, 2.04), (5, 7.04)]


def test_a_name_has_to_hold_for_all_of_the_film(people: People) -> None:
    """A stranger whom one shot names, and three do not, is a stranger."""
    ada, side = people.known["Ada"], people.strangers[0]
    like = (0.7 * ada + 0.71 * side).astype(np.float32)
    less = (0.2 * ada + 0.97 * side).astype(np.float32)
    tracks = [people.track(n, 10 * n, 10 * n + 2, less) for n in (2, 3, 4)]
    found, _ = told(people, people.track(1, 0, 2, like), *tracks)
    assert [(one.label, len(one.appearances)) for one in found] == [("unknown 1", 4)]
    # But she who is turned away three times is still herself.
    tracks = [people.track(n, 10 * n, 10 * n + 2, less, score=0.3) for n in (2, 3, 4)]
    found, _ = told(people, people.track(1, 0, 2, like), *tracks)
    assert [(one.label, len(one.appearances)) for one in found] == [("Ada", 4)]


def test_two_in_one_picture_are_two(people: People) -> None:
    stranger = people.strangers[0]
    found, _ = told(people, people.track(1, 0, 2, stranger), people.track(2, 1, 3, stranger))
    assert [one.label for one in found] == ["unknown 1", "unknown 2"]


def test_too_close_to_call(people: People) -> None:
    between = (people.known["Ada"] + people.known["Bo"]) / np.sqrt(2)
    found, _ = told(people, people.track(1, 0, 2, between.astype(np.float32), noise=0.005))
    assert [(one.verdict, one.name, one.label) for one in found] == [
        (Verdict.AMBIGUOUS, None, "unknown 1")
    ]
    assert {one.name for one in found[0].candidates[:2]} == {"Ada", "Bo"}


def test_the_mean_over_the_looks_is_what_decides(people: People) -> None:
    """A mean embedding is more similar to a template than the faces it is made of."""
    ada, (other, *_) = people.known["Ada"], people.strangers
    row = (0.38 * ada + 0.9 * other).astype(np.float32)
    track = people.track(1, 0, 2, row, looks=12, noise=0.08)
    each = [look.answer.candidates[0].similarity for look in track.looks]
    assert np.mean(each) < LIMIT
    found, _ = told(people, replace(track, answer=None))
    assert found[0].verdict is Verdict.UNKNOWN
    assert found[0].similarity == pytest.approx(np.mean(each), abs=1e-3)


def test_poor_faces_tell_nothing(people: People) -> None:
    row = people.strangers[0]
    assert keep(people.track(1, 0, 2, row, score=0.05, told=False)) is None
    poor = people.track(1, 0, 2, row)
    assert poor.answer is not None
    low = replace(poor.answer, verdict=Verdict.LOW_QUALITY, name=None)
    assert keep(replace(poor, answer=low)) is None
    assert keep(Track(1, 0, 2, (), None)) is None


def test_the_best_face(people: People) -> None:
    ada, bo = people.known["Ada"], people.known["Bo"]
    looks = (
        people.look(ada, 1.0, 0.5),
        people.look(ada, 2.0, 0.8),
        people.look(bo, 3.0, 0.99),  # who passed in front of her
    )
    kept = keep(Track(1, 0, 4, looks, looks[0].answer))
    assert kept is not None
    assert kept.time == 2.0
    [one] = told(people, Track(1, 0, 4, looks, looks[0].answer))[0]
    assert one.best.time == 2.0
    assert np.abs(one.best.portrait.astype(int) - 2).max() <= 2


def test_an_empty_gallery(random: np.random.Generator) -> None:
    people = People(random)
    found, _ = told(people, people.track(1, 0, 2, people.strangers[0]))
    assert [(one.label, one.similarity) for one in found] == [("unknown 1", None)]


def test_nobody(people: People) -> None:
    assert told(people) == ([], 0)


def test_little_is_kept_of_a_track(people: People) -> None:
    kept = keep(people.track(1, 0, 2, people.strangers[0], looks=12))
    assert kept is not None
    assert size_of(kept) < 15_000


def size_of(kept: Kept) -> int:
    return len(kept.portrait) + kept.mean.vector.nbytes + 100 * len(kept.similar)
