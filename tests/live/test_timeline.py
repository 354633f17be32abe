from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

import kith
from decision.calibrations import calibration
from kith.errors import OptionError, PhotoError, PhotoNotFound
from kith.live.timeline import _Watched
from kith.media.films import Frame
from kith.tracking import Follower
from kith.types import Verdict

from .made import SECONDS, TRUTH, party

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.tracking import Moment

NEAR = 0.45
"""Seconds: a face fades in and out, and is looked at some times a second."""


@pytest.fixture(scope="module")
def film(
    tmp_path_factory: pytest.TempPathFactory, celebrities: Path, recognizer: kith.Recognizer
) -> Path:
    path = tmp_path_factory.mktemp("films") / "party.mp4"
    party(path, celebrities, recognizer)
    return path


@pytest.fixture(scope="module")
def people(
    tmp_path_factory: pytest.TempPathFactory, celebrities: Path, recognizer: kith.Recognizer
) -> Iterator[kith.Gallery]:
    """A gallery that knows Madonna, and somebody who is not in the film."""
    path = tmp_path_factory.mktemp("gallery") / "people.kith"
    with kith.Gallery(path, recognizer=recognizer) as gallery:
        for name, folder in (("Madonna", "madonna"), ("Ben", "ben_afflek")):
            gallery.enroll(name, sorted((celebrities / "train" / folder).glob("*.jpg"))[:5])
        yield gallery


@pytest.fixture(scope="module")
def told(film: Path, people: kith.Gallery) -> kith.Timeline:
    return kith.timeline(film, people)


def near(person: kith.TimelinePerson, spans: list[tuple[float, float]]) -> bool:
    found = [(one.start, one.end) for one in person.appearances]
    return len(found) == len(spans) and bool(np.abs(np.subtract(found, spans)).max() < NEAR)


def test_who_appears_when(told: kith.Timeline) -> None:
    madonna, elton, mindy = told.people
    assert (madonna.name, madonna.verdict, madonna.number) == ("Madonna", Verdict.MATCH, None)
    assert near(madonna, TRUTH["Madonna"])
    assert (elton.label, elton.verdict) == ("unknown 1", Verdict.UNKNOWN)
    assert near(elton, TRUTH["Elton"])
    assert (mindy.label, mindy.verdict) == ("unknown 2", Verdict.UNKNOWN)
    assert near(mindy, TRUTH["Mindy"])
    assert told.known == (madonna,)
    assert told.unknown == (elton, mindy)


def test_the_film_itself(told: kith.Timeline, film: Path, people: kith.Gallery) -> None:
    assert told.source == str(film)
    assert (told.width, told.height, told.frames) == (640, 360, 120)
    assert told.duration == pytest.approx(SECONDS, abs=0.01)
    assert told.threshold == people.recognizer.threshold
    assert (told.calibration, told.error, told.skipped) == (None, None, 0)


def test_who_is_there_at_the_end_is_there_to_the_end(told: kith.Timeline) -> None:
    madonna, _, mindy = told.people
    assert madonna.appearances[-1].end == mindy.appearances[-1].end == told.duration


def test_an_appearance_ends_with_the_next_frame(people: kith.Gallery) -> None:
    watched = _Watched(Follower(people.recognizer, people.identify_faces), None)
    for time in (0.0, 0.5, 0.7):
        watched.look_at(Frame.of_pixels(np.zeros((90, 160, 3), np.uint8), time=time))
    watched.finish(None)
    assert watched.duration == pytest.approx(1.05)
    assert [watched.end_of(time) for time in (0.0, 0.5, 0.7)] == [0.5, 0.7, watched.duration]
    watched.finish(3.0)
    assert watched.end_of(0.7) == 3.0


def test_similarity_and_best_face(told: kith.Timeline) -> None:
    for person in told.people:
        assert person.similarity is not None
        assert (person.similarity >= person.threshold) == (person.name is not None)
        assert any(one.start <= person.best.time < one.end for one in person.appearances)
        assert person.best.portrait.shape == (160, 160, 3)
        assert person.best.face.quality is not None
        assert person.best.face.quality.score > 0.4
    madonna, elton, _ = told.people
    assert madonna.best.face.box.centre[0] < 320 < elton.best.face.box.centre[0]


def test_a_track_belongs_to_one_person(told: kith.Timeline) -> None:
    tracks = [n for person in told.people for one in person.appearances for n in one.tracks]
    assert len(set(tracks)) == len(tracks)


def test_frames_may_be_left_out(film: Path, people: kith.Gallery) -> None:
    sparse = kith.timeline(film, people, per_second=6)
    assert sparse.frames == pytest.approx(SECONDS * 6, abs=1)
    assert sparse.duration == pytest.approx(SECONDS, abs=0.01)
    assert near(sparse.people[0], TRUTH["Madonna"])
    assert sparse.people[0].name == "Madonna"
    once = kith.timeline(film, people, per_second=1)
    assert once.frames == 8
    assert [len(one.tracks) for one in once.people[0].appearances] == [1, 1]
    assert kith.timeline(film, people, every=5).frames == 24


def test_a_stricter_threshold(film: Path, people: kith.Gallery) -> None:
    told = kith.timeline(film, people, threshold=0.99, per_second=8)
    assert told.threshold == 0.99
    assert told.known == ()
    assert {person.threshold for person in told.people} == {0.99}


def test_a_calibrated_gallery(film: Path, people: kith.Gallery) -> None:
    """Who it is needs the threshold of a search, who is who in the film that of two faces."""
    contract = people.recognizer.contract
    people.set_calibration(calibration(contract=contract, tail=((1e-2, 0.9), (1e-3, 0.95))))
    try:
        told = kith.timeline(film, people, per_second=8)
    finally:
        people.set_calibration(None)
    assert told.threshold >= 0.9
    assert told.calibration is not None
    assert told.calibration.gallery == 2
    assert [one.label for one in told.people] == ["unknown 1", "unknown 2", "unknown 3"]
    assert near(told.people[0], TRUTH["Madonna"])


def test_it_is_told_how_far_it_is(film: Path, people: kith.Gallery) -> None:
    steps: list[tuple[float, float | None]] = []
    seen: list[tuple[int, int]] = []

    def look(frame: Frame, moment: Moment) -> None:
        assert frame.index == moment.index
        seen.append((frame.width, len(moment.seen)))

    kith.timeline(
        film,
        people,
        every=4,
        on_progress=lambda done, of: steps.append((done, of)),
        on_moment=look,
    )
    assert len(steps) == len(seen) == 30
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert steps[-1] == (pytest.approx(SECONDS, abs=0.35), pytest.approx(SECONDS, abs=0.01))
    assert max(count for _, count in seen) >= 2


def test_as_many_candidates_as_are_wanted(film: Path, people: kith.Gallery) -> None:
    told = kith.timeline(film, people, top=1, per_second=8)
    assert {len(person.candidates) for person in told.people} == {1}
    assert [person.label for person in told.people] == ["Madonna", "unknown 1", "unknown 2"]


def test_an_empty_gallery_numbers_everybody(
    film: Path, tmp_path: Path, recognizer: kith.Recognizer
) -> None:
    with kith.Gallery(tmp_path / "empty.kith", recognizer=recognizer) as nobody:
        told = kith.timeline(film, nobody, per_second=8)
    assert [person.label for person in told.people] == ["unknown 1", "unknown 2", "unknown 3"]
    assert near(told.people[0], TRUTH["Madonna"])
    assert {person.similarity for person in told.people} == {None}


def test_a_film_that_breaks_off(film: Path, tmp_path: Path, people: kith.Gallery) -> None:
    """What was read counts, and the reason is told."""
    whole = tmp_path / "whole.mkv"
    import av

    with av.open(str(film)) as source, av.open(str(whole), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    torn = tmp_path / "torn.mkv"
    torn.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    told = kith.timeline(torn, people)
    assert told.error is not None
    assert "\n" not in told.error
    assert 2 < told.duration < 6
    assert told.people[0].name == "Madonna"
    assert all(one.end <= told.duration for p in told.people for one in p.appearances)


def test_what_is_no_film(tmp_path: Path, people: kith.Gallery) -> None:
    with pytest.raises(PhotoNotFound):
        kith.timeline(tmp_path / "gone.mp4", people)
    text = tmp_path / "text.mp4"
    text.write_text("not a film")
    with pytest.raises(PhotoError):
        kith.timeline(text, people)


def test_options_out_of_range(film: Path, people: kith.Gallery) -> None:
    for options in ({"per_second": 0}, {"every": 0}, {"threshold": 2.0}, {"top": 0}):
        with pytest.raises(OptionError):
            kith.timeline(film, people, **options)


def test_who_stops_it_stops_all_of_it(film: Path, people: kith.Gallery) -> None:
    def stop(_frame: Frame, moment: Moment) -> None:
        if moment.time > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kith.timeline(film, people, on_moment=stop)
    assert not [one for one in threading.enumerate() if one.name == "kith-frames"]
