"""Following with real networks, on films of which it is known who is where."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

import kith
from kith.media.films import Frame, open_film
from kith.samples.clip import Actor, heads, make_clip, render, walk
from kith.tracking import Follower, Settings
from kith.types import Box, Face, Identification, Verdict, overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from kith.models import ModelStore
    from kith.tracking import Moment, Track
    from kith.types import Pixels

KNOWN = ("ben_afflek", "madonna")
STRANGER = "jerry_seinfeld"


@pytest.fixture(scope="module")
def people(
    recognizer: kith.Recognizer, celebrities: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[kith.Gallery]:
    path = tmp_path_factory.mktemp("people") / "people.kith"
    with kith.Gallery(path, recognizer=recognizer) as gallery:
        for name in KNOWN:
            gallery.enroll(name, sorted((celebrities / "train" / name).glob("*.jpg"))[:5])
        yield gallery


@pytest.fixture(scope="module")
def cast(recognizer: kith.Recognizer, celebrities: Path) -> dict[str, list[Pixels]]:
    return {
        name: heads(sorted((celebrities / "val" / name).glob("*.jpg"))[:3], recognizer)
        for name in (*KNOWN, STRANGER)
    }


def rendered(actors: Sequence[Actor], seconds: float, rate: float = 15.0) -> Iterator[Frame]:
    for index in range(round(seconds * rate)):
        yield Frame.of_pixels(render(actors, index / rate), index, index / rate)


def follow(people: kith.Gallery, frames: Iterable[Frame]) -> tuple[list[Moment], list[Track]]:
    follower = Follower(people.recognizer, people.identify_faces)
    moments = [follower.step(frame) for frame in frames]
    tracks = [track for moment in moments for track in moment.left]
    return moments, [*tracks, *follower.finish()]


def at(moment: Moment, place: Callable[[float], Box | None]):
    """Return what is seen where a cut-out's face is."""
    box = place(moment.time)
    if box is None:
        return None
    face = Box(box.x + box.width / 4, box.y + box.height / 4, box.width / 2, box.height / 2)
    here = [seen for seen in moment.seen if overlap(seen.face.box, face) > 0.25]
    return here[0] if here else None


def stranger(face: Face) -> Identification:
    return Identification(Verdict.UNKNOWN, None, None, 0.4, (), "nobody", face)


def name(seen) -> str | None:
    if seen is None or seen.answer is None:
        return None
    return seen.answer.name or f"({seen.answer.verdict})"


def test_two_who_cross_keep_their_names(
    people: kith.Gallery, cast: dict[str, list[Pixels]]
) -> None:
    behind = walk((100, 180), (540, 180), 180, seconds=4.0)
    front = walk((540, 175), (100, 175), 180, seconds=4.0)
    actors = [Actor(cast[KNOWN[0]][:1], behind), Actor(cast[KNOWN[1]][:1], front)]
    moments, tracks = follow(people, rendered(actors, 5))
    for place, who in ((behind, KNOWN[0]), (front, KNOWN[1])):
        told = [name(at(moment, place)) for moment in moments[12:]]
        apart = [
            one
            for moment, one in zip(moments[12:], told, strict=True)
            if not 1.3 < moment.time < 2.7
        ]
        assert set(told) <= {who, None, *KNOWN}
        assert set(apart) <= {who, None}
        assert apart.count(who) > 0.9 * len(apart)
    assert {track.answer.name for track in tracks if track.answer} == set(KNOWN)


def test_narrow_faces_are_left_out_where_that_is_wanted(
    cast: dict[str, list[Pixels]], networks: ModelStore
) -> None:
    near, far = walk((180, 180), (180, 180), 240), walk((500, 180), (500, 180), 100)
    actors = [Actor(cast[KNOWN[0]][:1], near), Actor(cast[KNOWN[1]][:1], far)]
    widths: dict[float | None, list[bool]] = {}
    for least in (None, 80.0):
        with kith.Recognizer(min_face=least, store=networks) as recognizer:
            follower = Follower(recognizer, lambda faces: tuple(map(stranger, faces)))
            moments = [follower.step(frame) for frame in rendered(actors, 1)]
        widths[least] = sorted(seen.face.box.width > 80 for seen in moments[-1].seen)
    assert widths == {None: [False, True], 80.0: [True]}


def test_two_who_meet_and_turn_back_keep_their_names(
    people: kith.Gallery, cast: dict[str, list[Pixels]]
) -> None:
    def there_and_back(left: float, sign: float):
        def place(time: float) -> Box:
            return Box(left + sign * 200 * math.sin(time / 4 * math.pi) - 90, 90, 180, 180)

        return place

    a, b = there_and_back(120, 1), there_and_back(520, -1)
    actors = [Actor(cast[KNOWN[0]][:1], a), Actor(cast[STRANGER][:1], b)]
    moments, tracks = follow(people, rendered(actors, 4))
    assert {name(at(moment, a)) for moment in moments[-8:]} == {KNOWN[0]}
    assert {name(at(moment, b)) for moment in moments[-8:]} == {"(unknown)"}
    assert len({track.person for track in tracks}) == 2


def test_a_film_with_a_cut_and_somebody_who_returns(
    people: kith.Gallery, cast: dict[str, list[Pixels]], tmp_path: Path
) -> None:
    def between(*spans: tuple[float, float]):
        def place(time: float) -> Box | None:
            here = any(since <= time < until for since, until in spans)
            return Box(220, 80, 200, 200) if here else None

        return place

    first, second = between((0, 2), (4, 6)), between((2, 4))
    make_clip(
        tmp_path / "film.mp4",
        [Actor(cast[STRANGER], first), Actor(cast[KNOWN[0]], second)],
        seconds=6,
        cuts=(2.0, 4.0),
    )
    with open_film(tmp_path / "film.mp4") as film:
        moments, tracks = follow(people, film.frames())
    assert [track.person for track in tracks] == [1, 2, 1]
    assert [name(track) for track in tracks] == ["(unknown)", KNOWN[0], "(unknown)"]
    assert [track.first for track in tracks] == pytest.approx([0, 2, 4], abs=0.1)
    assert [track.last for track in tracks] == pytest.approx([2, 4, 6], abs=0.15)
    for moment in moments:
        assert len(moment.seen) <= 1
        if at(moment, first) is not None and not 4.0 <= moment.time < 4.08:
            assert name(at(moment, first)) in (None, "(unknown)")


def test_out_of_focus_and_hidden_for_a_moment_a_name_stays(
    people: kith.Gallery, cast: dict[str, list[Pixels]]
) -> None:
    place = walk((220, 180), (420, 180), 200, seconds=6)
    thing = cast[STRANGER][0] * 0 + 90
    passing = Actor([thing], walk((-150, 180), (800, 180), 220, since=3.5, seconds=1.2))
    actor = Actor(cast[KNOWN[1]][:1], place, blur=lambda time: 7.0 if 1.5 < time < 3 else 0.0)
    moments, tracks = follow(people, rendered([actor, passing], 6))
    assert [name(track) for track in tracks] == [KNOWN[1]]
    assert {name(seen) for moment in moments[10:] for seen in moment.seen} == {KNOWN[1]}


def test_a_stranger_is_never_named(people: kith.Gallery, cast: dict[str, list[Pixels]]) -> None:
    actors = [Actor(cast[STRANGER], walk((150, 150), (480, 200), 190, seconds=5), turn=0.8)]
    moments, tracks = follow(people, rendered(actors, 5))
    assert {name(seen) for moment in moments for seen in moment.seen} == {None, "(unknown)"}
    assert len(tracks) == 1


def test_a_small_face_in_a_large_frame_is_found_and_followed(
    people: kith.Gallery, cast: dict[str, list[Pixels]]
) -> None:
    place = walk((900, 300), (980, 300), 80, seconds=3)
    frames = (
        Frame.of_pixels(
            render([Actor(cast[KNOWN[0]][:1], place)], index / 12, (1920, 1080)), index, index / 12
        )
        for index in range(36)
    )
    moments, tracks = follow(people, frames)
    assert [name(track) for track in tracks] == [KNOWN[0]]
    assert all(at(moment, place) is not None for moment in moments[28:])


@pytest.mark.parametrize("size", [(1, 1), (3, 700), (2000, 2), (31, 33), (640, 360)])
def test_pictures_of_nobody_of_any_size(people: kith.Gallery, size: tuple[int, int]) -> None:
    random = np.random.default_rng(0)
    pictures = [random.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8) for _ in range(4)]
    frames = [Frame.of_pixels(one, index, index / 10) for index, one in enumerate(pictures)]
    moments, tracks = follow(people, frames)
    assert not tracks
    assert not any(moment.seen for moment in moments)


def test_the_looks_are_good_for_enrolment(
    people: kith.Gallery, cast: dict[str, list[Pixels]]
) -> None:
    actor = Actor(cast[KNOWN[0]], walk((320, 180), (330, 180), 240), turn=1.0)
    follower = Follower(people.recognizer, people.identify_faces, Settings(portraits=64))
    for frame in rendered([actor], 3):
        follower.step(frame)
    looks = follower.looks(1)
    assert len(looks) >= 3
    assert all(look.face.quality.score > 0.5 for look in looks[:3])
    assert {look.portrait.shape for look in looks} == {(64, 64, 3)}
    alike = float(looks[0].face.embedding @ looks[-1].face.embedding)
    assert alike < 0.99


def test_a_film_of_one_person(
    recognizer: kith.Recognizer, shared_data: Path, presidents: Path, tmp_path: Path
) -> None:
    with kith.Gallery(tmp_path / "people.kith", recognizer=recognizer) as people:
        people.enroll("Obama", [presidents / "obama.jpg"])
        with open_film(shared_data / "obama_video_strfr" / "obama.mp4") as film:
            moments, tracks = follow(people, film.frames())
    [track] = tracks
    assert (track.person, track.answer.name) == (1, "Obama")
    assert all(name(seen) in (None, "Obama") for moment in moments for seen in moment.seen)
    named = next(moment.time for moment in moments if any(map(name, moment.seen)))
    assert named < 0.6


def test_a_film_with_cuts(recognizer: kith.Recognizer, shared_data: Path, tmp_path: Path) -> None:
    photos = shared_data / "face_recognition_examples" / "examples"
    with kith.Gallery(tmp_path / "people.kith", recognizer=recognizer) as people:
        people.enroll("Lin-Manuel", [photos / "lin-manuel-miranda.png"])
        people.enroll("Alex", [photos / "alex-lacamoire.png"])
        people.enroll("Obama", [photos / "obama.jpg"])
        with open_film(photos / "short_hamilton_clip.mp4") as film:
            _, tracks = follow(people, film.frames())
    shots = {}
    for track in tracks:
        if track.answer is not None and track.answer.name:
            shots.setdefault(track.answer.name, []).append(track)
    assert shots.keys() <= {"Lin-Manuel", "Alex", "Obama"}
    stage, close = shots["Lin-Manuel"]
    assert stage.person == close.person
    assert (close.first, close.last) == pytest.approx((3.6, 7.9), abs=0.15)
    assert [track.first for track in shots["Alex"]] == pytest.approx([0.9], abs=0.3)
    assert [track.first for track in shots["Obama"]] == pytest.approx([8.0], abs=0.3)
