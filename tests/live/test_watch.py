"""A film and a camera of which it is known who is before them, watched for real."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

import kith
from kith import GalleryError, InputError, PhotoError, WatchEvent
from kith.live.watch import Step, Watching
from kith.live.watch_figures import Figures
from kith.live.watch_inbox import Arrived, Ended, Inbox, News
from kith.media.films import Frame, live
from kith.media.films.source import Source

from .watched import Camera, enrol_ada, jpegs, make_film

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def place(
    recognizer: kith.Recognizer, presidents: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with ``film.mp4`` and ``people.kith``, who are Ada."""
    folder = tmp_path_factory.mktemp("watched")
    make_film(folder / "film.mp4", recognizer)
    enrol_ada(folder / "people.kith")
    return folder


@pytest.fixture(scope="module")
def pictures(recognizer: kith.Recognizer, presidents: Path) -> list[bytes]:
    """Three seconds of Ada and the stranger, to be shown again and again."""
    times = [1.0 + n / 12 for n in range(36)]
    return jpegs(recognizer, times + times[::-1])


@pytest.fixture
def people(place: Path, recognizer: kith.Recognizer) -> Iterator[kith.Gallery]:
    with kith.Gallery(place / "people.kith", recognizer=recognizer) as gallery:
        yield gallery


def threads() -> set[str]:
    """Return what watching started; the recogniser that all tests share has threads of its own."""
    names = {thread.name for thread in threading.enumerate()}
    return {name for name in names if name.startswith("kith-") and "kith-faces" not in name}


def test_a_film(place: Path, people: kith.Gallery) -> None:
    began = datetime.now(UTC)
    events = list(kith.watch(place / "film.mp4", people))
    assert all(began <= event.at <= datetime.now(UTC) for event in events)
    assert {event.source for event in events} == {str(place / "film.mp4")}
    by_track: dict[int | None, list[WatchEvent]] = {}
    for event in events:
        by_track.setdefault(event.track, []).append(event)
    assert len(by_track) == 2
    ada, stranger = sorted(by_track.values(), key=lambda told: told[0].time)
    assert [event.event for event in ada] == ["entered", "recognised", "left"]
    assert [event.event for event in stranger] == ["entered", "unknown", "left"]
    entered, named, left = ada
    assert entered.time < 0.5
    assert named.name == left.name == "Ada"
    assert named.similarity is not None
    assert named.threshold is not None
    assert named.similarity > named.threshold
    assert 0.1 < named.time < 1.5  # several looks, not the first
    assert left.time == pytest.approx(4.0, abs=0.3)
    assert named.box is not None
    assert named.box.centre[0] < 320
    assert (stranger[0].time, stranger[-1].time) == pytest.approx((1.0, 6.0), abs=0.4)
    assert {event.name for event in stranger} == {None}
    assert stranger[1].verdict == "unknown"
    assert stranger[1].time - stranger[0].time > 1.0
    assert ada[0].person != stranger[1].person
    assert not threads()


def test_only_every_so_manieth_frame(place: Path, people: kith.Gallery) -> None:
    with Watching(place / "film.mp4", people, every=5) as watching:
        steps = list(watching.steps())
    times = [step.frame.time for step in steps if step.frame]
    assert len(times) == watching.figures.frames == 30
    assert all(b - a == pytest.approx(0.2, abs=0.01) for a, b in pairwise(times))
    assert {"Ada", None} == {event.name for step in steps for event in step.events}


def test_every_frame_is_looked_at_once_and_in_order(place: Path, people: kith.Gallery) -> None:
    with Watching(place / "film.mp4", people) as watching:
        steps = [step for step in watching.steps() if step.frame]
    assert [step.frame.index for step in steps if step.frame] == list(range(150))
    assert [step.moment.index for step in steps if step.moment] == list(range(150))
    assert (watching.dropped, watching.problem, watching.live) == (0, None, False)


def test_events_may_be_left_at_any_time(place: Path, people: kith.Gallery) -> None:
    events = kith.watch(str(place / "film.mp4"), people)
    assert next(events).event == "entered"
    events.close()  # type: ignore[attr-defined]
    assert not threads()


def test_at_the_pace_of_a_film_for_people(place: Path, people: kith.Gallery) -> None:
    with Watching(place / "film.mp4", people, paced=True) as watching:
        began = time.monotonic()
        for step in watching.steps():
            if step.frame is not None and step.frame.time >= 1.0:
                break
        assert 0.9 < time.monotonic() - began < 2.5
        began = time.monotonic()
        watching.stop()
        assert time.monotonic() - began < 0.5


def test_who_is_there_when_it_is_stopped_leaves(place: Path, people: kith.Gallery) -> None:
    told = []
    with Watching(place / "film.mp4", people) as watching:
        for step in watching.steps():
            told += step.events
            if any(event.event == "recognised" for event in step.events):
                watching.stop()
    assert [event.event for event in told] == ["entered", "recognised", "left"]


def test_a_name_needs_several_looks(place: Path, people: kith.Gallery) -> None:
    """One look at one frame, however good, names nobody."""
    with Watching(place / "film.mp4", people) as watching:
        first = next(step for step in watching.steps() if step.events)
    assert [(one.event, one.name) for one in first.events] == [("entered", None)]


def test_an_empty_gallery_knows_nobody(
    place: Path, recognizer: kith.Recognizer, tmp_path: Path
) -> None:
    with kith.Gallery(tmp_path / "nobody.kith", recognizer=recognizer) as nobody:
        events = list(kith.watch(place / "film.mp4", nobody, every=2))
    assert {event.name for event in events} == {None}
    assert "unknown" in {event.event for event in events}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda gallery: gallery.forget("Ada"), ("unknown", None)),
        (lambda gallery: gallery.rename("Ada", "Countess"), ("recognised", "Countess")),
    ],
    ids=["forgotten", "renamed"],
)
def test_a_change_of_the_gallery_is_told_at_once(
    place: Path,
    recognizer: kith.Recognizer,
    pictures: list[bytes],
    tmp_path: Path,
    change: Callable[[kith.Gallery], object],
    told: tuple[str, str | None],
) -> None:
    """Also where another program made it; what was seen so far is asked about anew."""
    path = enrol_ada(tmp_path / "people.kith")
    changed: list[float] = []
    seen: list[tuple[str, str | None]] = []

    def stop(step: Step) -> bool:
        new = [(event.event, event.name) for event in step.events]
        if not changed and ("recognised", "Ada") in new:
            with kith.Gallery(path, recognizer=recognizer) as other:
                change(other)
            changed.append(time.monotonic())
        elif changed and step.moment is not None:
            seen.extend(new)
            return told in seen or time.monotonic() > changed[0] + 1.0
        return False

    with (
        kith.Gallery(path, recognizer=recognizer) as people,
        Camera(pictures) as camera,
        Watching(camera.address, people) as watching,
    ):
        follow(watching, stop)
    assert told in seen
    assert "Ada" not in {name for _, name in seen}


def test_who_is_enrolled_meanwhile_is_recognised(
    place: Path, recognizer: kith.Recognizer, pictures: list[bytes], tmp_path: Path
) -> None:
    path = tmp_path / "people.kith"
    enrolled: list[float] = []
    named: list[float] = []

    def stop(step: Step) -> bool:
        kinds = {event.event for event in step.events}
        if not enrolled and "unknown" in kinds:
            enrol_ada(path)
            enrolled.append(time.monotonic())
        elif "recognised" in kinds:
            named.append(time.monotonic())
        return bool(named)

    with (
        kith.Gallery(path, recognizer=recognizer) as people,
        Camera(pictures) as camera,
        Watching(camera.address, people) as watching,
    ):
        follow(watching, stop)
    assert named[0] - enrolled[0] < 1.0


@pytest.mark.parametrize(
    ("source", "options", "complaint"),
    [
        ("film.mp4", {"threshold": 3.0}, "threshold"),
        ("film.mp4", {"every": 0}, "every"),
        ("film.mp4", {"timeout": -1}, "timeout"),
        ("missing.mp4", {}, "no such file"),
        ("people.kith", {}, "people.kith"),
        ("gopher://door/", {}, "no address"),
    ],
)
def test_what_cannot_be_watched(
    place: Path,
    people: kith.Gallery,
    source: str,
    options: dict[str, float],
    complaint: str,
) -> None:
    path = source if "//" in source else str(place / source)
    with pytest.raises(InputError, match=complaint) as refused:
        list(kith.watch(path, people, **options))  # type: ignore[arg-type]
    assert len(str(refused.value).splitlines()) == 1
    assert not threads()


@pytest.mark.skipif("sys.platform != 'linux'")
def test_a_camera_that_is_not_there(people: kith.Gallery) -> None:
    with pytest.raises(PhotoError, match="camera 97"):
        list(kith.watch(97, people))


def test_a_gallery_of_another_network(
    place: Path, recognizer: kith.Recognizer, tmp_path: Path
) -> None:
    from gallery.people import CONTRACT, fill

    fill(tmp_path / "other.kith", CONTRACT, 2)
    with (
        kith.Gallery(tmp_path / "other.kith", recognizer=recognizer) as other,
        pytest.raises(GalleryError),
    ):
        next(iter(kith.watch(place / "film.mp4", other)))


def test_a_truncated_film_counts_as_far_as_it_goes(
    place: Path, people: kith.Gallery, recognizer: kith.Recognizer, tmp_path: Path
) -> None:
    from kith.samples.clip import make_clip

    from .watched import cast

    make_clip(tmp_path / "whole.mkv", cast(recognizer), seconds=3)
    whole = (tmp_path / "whole.mkv").read_bytes()
    (tmp_path / "torn.mkv").write_bytes(whole[: len(whole) // 2])
    with Watching(tmp_path / "torn.mkv", people) as watching:
        events = [event for step in watching.steps() for event in step.events]
    assert 10 < watching.figures.frames < 60
    assert events[-1].event == "left"


# A camera of the network.


def follow(
    watching: Watching, on_step: Callable[[Step], object], seconds: float = 20.0
) -> list[WatchEvent]:
    """Take steps until a function says stop."""
    deadline = time.monotonic() + seconds
    told: list[WatchEvent] = []
    for step in watching.steps():
        told += step.events
        if on_step(step) or time.monotonic() > deadline:
            watching.stop()
    assert time.monotonic() < deadline
    return told


def test_a_camera(people: kith.Gallery, pictures: list[bytes]) -> None:
    with Camera(pictures) as camera, Watching(camera.address, people) as watching:
        assert watching.live
        wanted = {"Ada"}

        def stop(step: Step) -> bool:
            wanted.difference_update(event.name for event in step.events if event.name)
            return not wanted

        events = follow(watching, stop)
    kinds = [event.event for event in events]
    assert kinds[:2] == ["state", "state"]
    assert [event.state for event in events[:2]] == ["connecting", "connected"]
    assert "recognised" in kinds
    assert kinds[-1] == "left"
    for event in events:
        assert abs(event.at - datetime.now(UTC)) < timedelta(seconds=20)
    delay = watching.figures.delay(0.95)
    assert delay is not None
    assert delay < 1.0


def test_a_camera_that_is_lost_and_comes_back(
    people: kith.Gallery, pictures: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "FIRST_PAUSE", 0.1)
    with Camera(pictures) as camera, Watching(camera.address, people, timeout=1) as watching:
        states: list[str | None] = []

        def stop(step: Step) -> bool:
            for event in step.events:
                states.append(event.state) if event.event == "state" else None
            if "lost" not in states:
                camera.mood = "stuck" if watching.figures.frames > 15 else "well"
            else:
                camera.mood = "well"
            return states.count("connected") == 2 and step.frame is not None

        events = follow(watching, stop)
    assert states == ["connecting", "connected", "lost", "connecting", "connected"]
    [lost] = [event for event in events if event.state == "lost"]
    assert lost.reason
    # Who is before a camera that shows nothing is not known: everybody has left.
    kinds = [event.state or event.event for event in events]
    before, after = kinds[: kinds.index("lost")], kinds[kinds.index("lost") :]
    assert before.count("entered") == 2
    assert after[1 : after.index("connecting")] == ["left", "left"]
    times = [event.time for event in events if event.event == "state"]
    assert times == sorted(times)


def test_nobody_who_works_on_an_event_causes_a_delay(
    people: kith.Gallery, pictures: list[bytes]
) -> None:
    with Camera(pictures, rate=50) as camera, Watching(camera.address, people) as watching:
        times = []

        def stop(step: Step) -> bool:
            if step.frame is not None:
                times.append(step.frame.time)
                time.sleep(0.2)
            return len(times) == 6

        follow(watching, stop)
        assert watching.dropped >= 20
        assert all(b - a > 0.15 for a, b in pairwise(times))  # the newest each time


@pytest.mark.parametrize("mood", ["well", "stuck"])
def test_a_camera_is_let_go_at_once(people: kith.Gallery, pictures: list[bytes], mood: str) -> None:
    with Camera(pictures) as camera, Watching(camera.address, people) as watching:
        stopping = threading.Timer(1.0, watching.stop)

        def begin(step: Step) -> bool:
            if step.frame is not None and not stopping.is_alive() and camera.mood != mood:
                camera.mood = mood
            return False

        camera.mood = "well"
        stopping.start()
        follow(watching, begin)
        began = time.monotonic()
        watching.close()
        assert time.monotonic() - began < 1.0
        stopping.join()


# The parts.


class Frames(Source):
    """Made-up frames."""

    def __init__(self, count: int, *, live: bool, error: Exception | None = None) -> None:
        self.live = live
        self.name = "made up"
        self.taken = 0
        self._count, self._error = count, error

    def frames(self) -> Iterator[Frame]:
        for number in range(1, self._count + 1):
            self.taken = number
            yield Frame.of_pixels(np.zeros((8, 8, 3), np.uint8), self.taken, self.taken / 10)
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        pass


def drain(inbox: Inbox) -> Iterator[Arrived | News]:
    while True:
        item = inbox.take(5)
        assert item is not None
        if isinstance(item, Ended):
            assert item.error is None
            return
        yield item


def test_of_a_camera_the_newest_frame_waits() -> None:
    inbox = Inbox()
    inbox.tell("connected", "")
    inbox.read(Frames(100, live=True))
    inbox.join(5)
    news, arrived = drain(inbox)
    assert isinstance(news, News)
    assert isinstance(arrived, Arrived)
    assert arrived.frame.index == 100
    assert inbox.dropped == 99


def test_of_a_film_every_frame_waits_and_few_at_a_time() -> None:
    inbox, source = Inbox(), Frames(100, live=False)
    inbox.read(source)
    time.sleep(0.1)
    assert source.taken <= 3
    items = list(drain(inbox))
    assert [item.frame.index for item in items if isinstance(item, Arrived)] == list(range(1, 101))
    assert inbox.dropped == 0


def test_an_inbox_that_is_closed_lets_the_source_go() -> None:
    inbox, source = Inbox(), Frames(100, live=False)
    inbox.read(source)
    inbox.close()
    inbox.join(5)
    assert not threads()
    assert source.taken < 5


def test_an_error_comes_after_the_frames_before_it() -> None:
    inbox = Inbox()
    inbox.read(Frames(2, live=False, error=PhotoError("film", "torn")))
    items = [inbox.take(5) for _ in range(3)]
    assert [type(item) for item in items] == [Arrived, Arrived, Ended]
    assert isinstance(items[2], Ended)
    assert isinstance(items[2].error, PhotoError)
    assert inbox.take(0.01) is None


def test_news_is_kept_in_order_and_bounded() -> None:
    inbox = Inbox()
    for number in range(1000):
        inbox.tell("lost", str(number))
    kept = []
    while (item := inbox.take(0)) is not None:
        assert isinstance(item, News)
        kept.append(int(item.reason))
    assert kept == list(range(len(kept)))
    assert 10 < len(kept) < 100


def test_delays(random: np.random.Generator) -> None:
    figures = Figures()
    assert figures.delay(0.5) is None
    assert figures.as_json()["p95_ms"] is None
    delays = random.gamma(2.0, 0.02, 500)
    for delay in delays:
        figures.add(float(delay))
    for part in (0.5, 0.95):
        measured = figures.delay(part)
        assert measured == pytest.approx(np.quantile(delays, part), abs=0.001)
    figures.add(1000.0)
    assert figures.delay(1.0) == 4.0
    assert figures.as_json()["frames"] == 501


def test_frames_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = Figures()
    now = 100.0
    monkeypatch.setattr("kith.live.watch_figures.time.monotonic", lambda: now)
    assert figures.rate == 0.0
    for _ in range(100):
        figures.add(0.01)
        now += 0.1
    assert figures.rate == pytest.approx(10.0)
    for _ in range(100):
        figures.add(0.01)
        now += 0.04
    assert figures.rate == pytest.approx(25.0)
    assert figures.as_json()["seconds"] == pytest.approx(9.9 + 4.07, abs=0.1)
