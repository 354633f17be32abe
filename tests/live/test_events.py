from __future__ import annotations

import json
from datetime import timedelta

from kith.live.events import Visits, WatchEvent
from kith.types import Box

from .watched import NOON, answered, moment, seen, track

ADA = answered("match", "Ada", 0.71)
BO = answered("match", "Bo", 0.52)
NOBODY = answered("unknown", similarity=0.12)


def kinds(events: list[WatchEvent]) -> list[str]:
    return [event.event for event in events]


def test_somebody_known_comes_and_goes() -> None:
    visits = Visits("door")
    [entered] = visits.of(moment(2.0, seen(7, since=1.8)), NOON)
    assert (entered.event, entered.track, entered.since, entered.name) == ("entered", 7, 1.8, None)
    assert (entered.time, entered.at, entered.source) == (2.0, NOON, "door")
    assert visits.of(moment(2.1, seen(7)), NOON) == []
    [named] = visits.of(moment(2.2, seen(7, ADA, person=3, box=Box(1, 2, 3, 4))), NOON)
    assert (named.event, named.name, named.similarity) == ("recognised", "Ada", 0.71)
    assert (named.person, named.box, named.reason) == (3, Box(1, 2, 3, 4), None)
    assert visits.of(moment(2.3, seen(7, ADA)), NOON) == []
    [left] = visits.of(moment(5.0, left=(track(7, 4.0, ADA),)), NOON)
    assert (left.event, left.name, left.time) == ("left", "Ada", 4.0)
    assert left.at == NOON - timedelta(seconds=1)  # when it was last seen, not when that was known
    assert (left.since, left.box) == (1.8, Box(10, 20, 30, 40))


def test_a_film_is_looked_at_now_whatever_its_seconds_say() -> None:
    visits = Visits(live=False)
    visits.of(moment(0, seen(1)), NOON)
    [left] = visits.of(moment(100, left=(track(1, 3.0),)), NOON)
    assert (left.time, left.at) == (3.0, NOON)


def test_known_at_once() -> None:
    events = Visits().of(moment(0, seen(1, ADA)), NOON)
    assert [(one.event, one.name) for one in events] == [("entered", "Ada"), ("recognised", "Ada")]


def test_a_name_that_changes_is_told_again() -> None:
    visits = Visits()
    visits.of(moment(0, seen(1, ADA)), NOON)
    [event] = visits.of(moment(1, seen(1, BO)), NOON)
    assert (event.event, event.name) == ("recognised", "Bo")
    [event] = visits.of(moment(2, seen(1, ADA)), NOON)
    assert (event.event, event.name) == ("recognised", "Ada")


def test_a_name_that_was_wrong_is_taken_back_at_once() -> None:
    visits = Visits()
    visits.of(moment(0, seen(1, ADA)), NOON)
    assert visits.of(moment(1, seen(1, None)), NOON) == []  # nothing is said: nothing changes
    close = answered("ambiguous")
    [event] = visits.of(moment(2, seen(1, close)), NOON)
    assert (event.event, event.verdict, event.name) == ("unknown", "ambiguous", None)
    assert visits.of(moment(9, seen(1, NOBODY)), NOON) == []  # once is enough
    assert kinds(visits.of(moment(10, seen(1, ADA)), NOON)) == ["recognised"]


def test_a_stranger_is_told_once_and_after_a_while() -> None:
    visits = Visits(stranger_after=1.0)
    assert kinds(visits.of(moment(0, seen(1, NOBODY)), NOON)) == ["entered"]
    assert visits.of(moment(0.9, seen(1, NOBODY)), NOON) == []
    [event] = visits.of(moment(1.0, seen(1, NOBODY)), NOON)
    assert (event.event, event.similarity, event.threshold) == ("unknown", 0.12, 0.36)
    assert event.reason == "nobody similar enough"
    assert visits.of(moment(5, seen(1, NOBODY)), NOON) == []


def test_first_looks_at_somebody_known_make_no_stranger() -> None:
    visits = Visits(stranger_after=1.0)
    visits.of(moment(0, seen(1, NOBODY)), NOON)
    visits.of(moment(0.5, seen(1, answered("low_quality"))), NOON)
    assert visits.of(moment(1.2, seen(1, NOBODY)), NOON) == []  # the second begins anew
    assert kinds(visits.of(moment(1.5, seen(1, ADA)), NOON)) == ["recognised"]


def test_who_never_entered_does_not_leave() -> None:
    visits = Visits()
    assert visits.of(moment(1, left=(track(5, 0.5),)), NOON) == []
    assert visits.gone([track(5, 0.5)], 1.0, NOON) == []


def test_several_at_once() -> None:
    visits = Visits()
    events = visits.of(moment(0, seen(1, ADA), seen(2)), NOON)
    assert [(one.event, one.track) for one in events] == [
        ("entered", 1),
        ("recognised", 1),
        ("entered", 2),
    ]
    left = visits.gone([track(1, 3.0, ADA), track(2, 2.0)], 3.0, NOON)
    assert [(one.track, one.time) for one in left] == [(2, 2.0), (1, 3.0)]
    assert visits.gone([track(1, 3.0, ADA)], 3.0, NOON) == []


def test_json() -> None:
    visits = Visits("door")
    visits.of(moment(1 / 3, seen(1, since=1 / 3, box=Box(1 / 3, 2, 3, 4))), NOON)
    [event] = visits.of(moment(2 / 3, seen(1, ADA, person=2, box=Box(1 / 3, 2, 3, 4))), NOON)
    assert json.loads(json.dumps(event.as_json())) == {
        "event": "recognised",
        "time": 0.667,
        "at": "2026-11-22T12:00:00.000+00:00",
        "source": "door",
        "track": 1,
        "person": 2,
        "verdict": "match",
        "name": "Ada",
        "similarity": 0.71,
        "threshold": 0.36,
        "box": [0.33, 2, 3, 4],
        "since": 0.333,
        "reason": None,
    }
    [entered] = visits.of(moment(1, seen(2)), NOON)
    assert entered.as_json()["verdict"] is None
    assert entered.as_json()["person"] is None


def test_json_of_a_source_that_is_lost() -> None:
    event = Visits("door").state("lost", "no data for 10 s", 12.5, NOON)
    assert event.as_json() == {
        "event": "state",
        "time": 12.5,
        "at": "2026-11-22T12:00:00.000+00:00",
        "source": "door",
        "state": "lost",
        "reason": "no data for 10 s",
    }
    assert Visits().state("connected", "", 0, NOON).reason is None
