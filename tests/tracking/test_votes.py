from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kith.tracking.album import Album
from kith.tracking.votes import Standing, ask_again, ballot, too_poor
from kith.types import Candidate, Identification, Verdict

from .looks import THRESHOLD, direction, face, gallery, look

ADA, BO = direction(0), direction(90)
KNOWN = {"Ada": ADA, "Bo": BO}


def album(*looks) -> Album:
    kept = Album(12, 6, 0.2, THRESHOLD)
    for one in looks:
        kept.add(one)
    return kept


def seen_at(degrees: float, time: float = 0.0, score: float = 0.9):
    """A look that is so far from Ada, away from Bo."""
    return look(direction(degrees, 1), time, KNOWN, score)


def test_looks_that_agree_make_a_name() -> None:
    looks = [seen_at(degrees, degrees) for degrees in (20, 30, 40)]
    answer = ballot(album(*looks), gallery(KNOWN), 3)
    assert answer is not None
    assert (answer.verdict, answer.name) == (Verdict.MATCH, "Ada")
    assert answer.similarity == pytest.approx(
        np.mean([np.cos(np.radians(degrees)) for degrees in (20, 30, 40)]), abs=1e-5
    )
    assert answer.face is looks[0].face


def test_fewer_looks_say_nothing() -> None:
    assert ballot(album(seen_at(0), seen_at(1)), gallery(KNOWN), 3) is None


def test_poor_looks_never_vote() -> None:
    looks = [seen_at(0, number, score=0.15) for number in range(10)]
    assert ballot(album(*looks), gallery(KNOWN), 3) is None


def test_a_lucky_look_names_nobody() -> None:
    # Six looks at a stranger, one of them by chance just like Ada.
    stranger = [look(direction(75, 2 + number % 2), number, KNOWN) for number in range(6)]
    answer = ballot(album(*stranger, seen_at(0, 7)), gallery(KNOWN), 3)
    assert answer is not None
    assert (answer.verdict, answer.name) == (Verdict.UNKNOWN, None)


def test_the_mean_may_pass_and_too_few_agree() -> None:
    high = [seen_at(0, 0), seen_at(1, 1)]
    low = [seen_at(68, 2 + number) for number in range(4)]
    answer = ballot(album(*high, *low), gallery(KNOWN), 3)
    assert answer is not None
    assert (answer.verdict, answer.name) == (Verdict.UNKNOWN, None)
    assert answer.reason == "too few looks agree on a name"
    assert answer.similarity > THRESHOLD


def test_near_the_threshold_more_looks_are_waited_for() -> None:
    near = [seen_at(69, number) for number in range(5)]
    assert ballot(album(*near), gallery(KNOWN), 3) is None
    answer = ballot(album(*near, seen_at(69, 6)), gallery(KNOWN), 3)
    assert answer is not None
    assert answer.verdict is Verdict.UNKNOWN


def test_two_people_alike_are_ambiguous() -> None:
    twins = {"Ada": direction(10), "Eda": direction(11)}
    looks = [look(direction(20, 1), number, twins) for number in range(3)]
    answer = ballot(album(*looks), gallery(twins), 3)
    assert answer is not None
    assert answer.verdict is Verdict.AMBIGUOUS


def test_the_gallery_s_own_rules_hold() -> None:
    looks = [seen_at(50, number) for number in range(3)]
    strict = gallery(KNOWN, threshold=0.8)
    answer = ballot(album(*looks), strict, 3)
    assert answer is not None
    assert (answer.verdict, answer.threshold) == (Verdict.UNKNOWN, 0.8)


def test_somebody_enrolled_meanwhile_is_known_once_asked_again() -> None:
    kept = album(*(look(direction(20, 1), number, {"Bo": BO}) for number in range(3)))
    assert ballot(kept, gallery({"Bo": BO}), 3).verdict is Verdict.UNKNOWN
    ask_again(kept, gallery(KNOWN))
    assert ballot(kept, gallery(KNOWN), 3).name == "Ada"
    assert [one.answer.name for one in kept] == ["Ada"] * 3


def test_a_face_too_poor_says_why() -> None:
    poor = seen_at(0, score=0.05)
    poor = replace(poor, face=replace(poor.face, quality=replace(poor.face.quality, size=5.0)))
    answer = too_poor(face(ADA), [poor], THRESHOLD)
    assert (answer.verdict, answer.name, answer.reason) == (
        Verdict.LOW_QUALITY,
        None,
        "face too small",
    )
    assert too_poor(face(ADA), [], THRESHOLD).verdict is Verdict.LOW_QUALITY


def said(name: str | None, **candidates: float) -> Identification:
    verdict = Verdict.UNKNOWN if name is None else Verdict.MATCH
    ranked = tuple(Candidate(who, value) for who, value in candidates.items())
    return Identification(verdict, name, ranked[0].similarity, THRESHOLD, ranked)


class TestStanding:
    def test_a_name_stays_until_evidence_against_it_is_sustained(self) -> None:
        standing = Standing(3)
        standing.hear(said("Ada", Ada=0.6))
        for _ in range(2):
            standing.hear(said("Bo", Bo=0.6, Ada=0.5))
            assert standing.answer.name == "Ada"
        standing.hear(said("Bo", Bo=0.6, Ada=0.5))
        assert standing.answer.name == "Bo"

    def test_evidence_between_is_not_sustained(self) -> None:
        standing = Standing(3)
        for name in ("Ada", None, None, "Ada", None, None):
            standing.hear(said(name, Ada=0.39))
            assert standing.answer.name == "Ada"

    def test_unknown_becomes_a_name_at_once(self) -> None:
        standing = Standing(3)
        standing.hear(said(None, Ada=0.2))
        standing.hear(said("Ada", Ada=0.6))
        assert standing.answer.name == "Ada"

    def test_who_was_forgotten_is_gone_at_once(self) -> None:
        standing = Standing(3)
        standing.hear(said("Ada", Ada=0.6, Bo=0.1))
        standing.hear(said(None, Bo=0.1))
        assert standing.answer.name is None

    def test_no_ballot_changes_nothing(self) -> None:
        standing = Standing(3)
        standing.hear(said("Ada", Ada=0.6))
        standing.hear(None)
        assert standing.answer.name == "Ada"
