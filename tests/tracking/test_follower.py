"""Following, with a script in the place of networks: see `stage`."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kith.media.films import Frame
from kith.tracking import Follower, Moment, Settings
from kith.types import Box, Verdict, overlap

from .stage import Stage, line, names, still


@pytest.fixture
def stage() -> Stage:
    return Stage()


def film(stage: Stage, seconds: float, **options) -> list[Moment]:
    return [moment for _, moment in stage.follow(seconds, **options)]


def tracks_of(moments: list[Moment], place) -> list[int | None]:
    """Return the track that is where somebody is, frame by frame while they are there."""
    found = []
    for moment in moments[:-1]:
        box = place(moment.time)
        if box is not None:
            here = [seen for seen in moment.seen if overlap(seen.face.box, box) > 0.3]
            found.append(here[0].track if here else None)
    return found


def runs(values) -> list:
    """Return the values with repetitions left out."""
    return [value for value, _ in itertools.groupby(values)]


def left(moments: list[Moment]):
    return [track for moment in moments for track in moment.left]


def test_somebody_known_has_a_name_after_votes_and_keeps_it(stage: Stage) -> None:
    stage.enter(still(100, 60), name="Ada")
    moments = film(stage, 4)
    assert runs(names(moment).get(1) for moment in moments[:-1]) == [None, "Ada"]
    named = next(moment.time for moment in moments if names(moment).get(1))
    assert 0.25 <= named <= 0.45
    assert len([1 for time, _ in stage.looks if time <= named]) == 3
    [track] = left(moments)
    assert (track.id, track.person, track.answer.name) == (1, 1, "Ada")
    assert (track.first, track.last) == (0.0, pytest.approx(3.92, abs=0.09))


def test_somebody_unknown_is(stage: Stage) -> None:
    stage.enter(still(200, 60), name="Ada", quality=lambda time: 0.0)
    stage.players.clear()
    stage.enter(still(100, 60))
    assert names(film(stage, 2)[-2]) == {1: "(unknown)"}


def test_a_face_too_poor_is_said_to_be(stage: Stage) -> None:
    stage.enter(still(100, 60), name="Ada", quality=lambda time: 0.05)
    moments = film(stage, 3)
    assert runs(names(moment).get(1) for moment in moments[4:-1]) == [None, "(low_quality)"]
    assert left(moments)[0].person == 0


def test_what_is_found_once_by_mistake_is_never_seen(stage: Stage) -> None:
    stage.enter(still(100, 60, since=1.0, until=1.12), quality=lambda time: 0.02)
    stage.enter(still(20, 100, since=0.0), quality=lambda time: 0.02, score=0.65)
    moments = film(stage, 3)
    assert not any(moment.seen or moment.left for moment in moments)


def test_between_searches_faces_go_on(stage: Stage) -> None:
    way = line((20, 60), (60, 0))
    stage.enter(way, name="Ada")
    moments = film(stage, 4, rate=50)[:-1]
    assert len(stage.searches) == pytest.approx(4 * 12, abs=2)
    for moment in moments[50:]:
        [seen] = moment.seen
        assert overlap(seen.face.box, way(moment.time)) > 0.8
        assert np.allclose(
            seen.face.landmarks.mean(axis=0) - seen.face.box[:2], (20, 24.8), atol=1.5
        )
    predicted = [seen.predicted for moment in moments[50:] for seen in moment.seen]
    assert 0.6 < np.mean(predicted) < 0.85


def test_looks_become_rare_once_it_is_known_who_it_is(stage: Stage) -> None:
    stage.enter(line((100, 60), (2, 0)), name="Ada")
    film(stage, 20)
    times = np.array([time for time, _ in stage.looks])
    assert np.sum(times < 1) >= 3
    assert np.sum(times > 10) <= 4
    assert max(np.diff(times)) <= 3.1


def test_a_better_face_is_looked_at_soon(stage: Stage) -> None:
    def nearer(time: float) -> Box:
        side = 24 if time < 6.0 else 60
        return Box(100, 60, side, side)

    stage.enter(nearer, name="Ada")
    film(stage, 8)
    assert any(6.0 < time < 6.6 for time, _ in stage.looks)


def test_nothing_moves_and_nothing_is_searched_but_once_a_second(stage: Stage) -> None:
    stage.enter(still(100, 60), name="Ada")
    follower = Follower(stage, stage.ask)  # type: ignore[arg-type]
    for index in range(250):
        moment = follower.step(stage.frame(index, index / 25, still=True))
        assert index < 1 or [seen.track for seen in moment.seen] == [1]
    assert len(stage.searches) <= 11
    assert len(stage.looks) <= 9
    assert names(moment) == {1: "Ada"}


def test_who_comes_into_a_still_picture_is_seen_at_once(stage: Stage) -> None:
    stage.enter(still(100, 60, since=2.5))
    follower = Follower(stage, stage.ask)  # type: ignore[arg-type]
    moments = [follower.step(stage.frame(index, index / 25, still=True)) for index in range(75)]
    assert min(moment.time for moment in moments if moment.seen) <= 2.7


def test_two_who_cross_are_not_swapped(stage: Stage) -> None:
    a, b = line((20, 60), (70, 0)), line((260, 64), (-70, 0))
    stage.enter(a, name="Ada")
    stage.enter(b, name="Bo")
    moments = film(stage, 3.5)
    for place, name in ((a, "Ada"), (b, "Bo")):
        tracks = [one for one in tracks_of(moments, place) if one is not None]
        assert len(set(tracks[-10:])) == 1
        last = names(moments[-2])[tracks[-1]]
        assert last == name
    for moment in moments[20:-1]:
        for seen in moment.seen:
            where = {"Ada": a, "Bo": b}.get(seen.answer.name) if seen.answer else None
            assert where is None or overlap(seen.face.box, where(moment.time)) > 0.15


def test_two_who_meet_and_turn_back_are_not_swapped(stage: Stage) -> None:
    def there_and_back(start: float, sign: float):
        return lambda time: Box(start + sign * 130 * np.sin(time / 4 * np.pi), 60, 40, 40)

    a, b = there_and_back(20, 1), there_and_back(260, -1)
    stage.enter(a, name="Ada")
    stage.enter(b, name="Bo")
    for moment in film(stage, 4)[12:-1]:
        for seen in moment.seen:
            if seen.answer and seen.answer.name and not 1.4 < moment.time < 2.6:
                where = {"Ada": a, "Bo": b}[seen.answer.name](moment.time)
                assert overlap(seen.face.box, where) > 0.3


def test_who_is_hidden_for_a_moment_keeps_the_track(stage: Stage) -> None:
    place = line((20, 60), (40, 0))
    stage.enter(lambda time: None if 2.0 < time < 2.6 else place(time), name="Ada")
    moments = film(stage, 5)
    assert set(tracks_of(moments[75:], place)) == {1}
    assert len(left(moments)) == 1


def test_who_leaves_and_returns_is_the_same_person(stage: Stage) -> None:
    place = still(100, 60)
    stage.enter(lambda time: None if 3.0 < time < 6.0 else place(time))
    stage.enter(lambda time: Box(220, 90, 40, 40) if time > 4.0 else None)
    moments = film(stage, 8)
    ended = {track.id: track for track in left(moments)}
    assert [ended[number].person for number in sorted(ended)] == [1, 2, 1]
    gone = next(moment for moment in moments if moment.left)
    assert 3.9 < gone.time < 4.3
    assert gone.left[0].last == pytest.approx(3.0, abs=0.1)
    seen = [moment.time for moment in moments[:-1] if any(one.track == 1 for one in moment.seen)]
    assert max(seen) < 3.0 + Settings().coast + 0.1


def test_after_a_cut_nobody_keeps_a_track(stage: Stage) -> None:
    stage.enter(still(100, 60, until=2.0), name="Ada")
    stage.enter(still(100, 60, since=2.0), name="Bo")
    follower = Follower(stage, stage.ask)  # type: ignore[arg-type]
    random = np.random.default_rng(3)
    scenes = [random.integers(0, 255, (5, 8, 3), dtype=np.uint8) for _ in range(2)]
    moments = []
    for index in range(100):
        frame = stage.frame(index, index / 25)
        scene = np.kron(scenes[index >= 50], np.ones((36, 40, 1), np.uint8))
        face = frame.pixels[60:100, 100:140].copy()
        frame.pixels[:] = scene
        frame.pixels[60:100, 100:140] = face
        moments.append(follower.step(frame))
    assert {name for moment in moments[:50] for name in names(moment).values()} == {None, "Ada"}
    assert {name for moment in moments[53:] for name in names(moment).values()} == {None, "Bo"}
    assert [track.last for moment in moments for track in moment.left] == [
        pytest.approx(1.92, abs=0.09)
    ]


def test_who_takes_anothers_place_does_not_take_the_name(stage: Stage) -> None:
    stage.enter(still(100, 60, until=2.0), name="Ada")
    stage.enter(still(100, 60, since=2.0), name="Bo")
    moments = film(stage, 4)
    assert {name for moment in moments[51:-1] for name in names(moment).values()} == {None, "Bo"}
    assert [track.answer.name for track in left(moments)] == ["Ada", "Bo"]


def test_a_face_that_turns_out_to_be_anothers_is_split(stage: Stage) -> None:
    # The same clothes and place: nothing but a close look can tell.
    ada = stage.enter(still(100, 60, until=2.0), name="Ada")
    bo = stage.enter(still(100, 60, since=2.0), name="Bo")
    bo.texture = ada.texture
    moments = film(stage, 8)
    first, second = left(moments)
    assert (first.answer.name, second.answer.name) == ("Ada", "Bo")
    assert second.first < 7.0
    assert all(float(one.face.embedding @ ada.vector) > 0.5 for one in first.looks)


def test_out_of_focus_the_name_stays(stage: Stage) -> None:
    blurred = lambda time: 2.0 < time < 4.0  # noqa: E731
    ada = stage.enter(
        still(100, 60), name="Ada", quality=lambda time: 0.25 if blurred(time) else 0.9
    )
    sharp, nonsense = ada.vector, -np.roll(ada.vector, 7)
    follower = Follower(stage, stage.ask)  # type: ignore[arg-type]
    seen = []
    for index in range(150):
        time = index / 25
        ada.vector = nonsense if blurred(time) else sharp
        seen.append(names(follower.step(stage.frame(index, time))))
    assert runs(one.get(1) for one in seen) == [None, "Ada"]
    assert all(set(one) == {1} for one in seen[1:])


def test_fifty_faces_cost_no_more_looks_than_one(stage: Stage) -> None:
    for row, column in itertools.product(range(5), range(10)):
        place = line((column * 31 + 3, row * 34 + 20), (0.5, 0), side=24)
        stage.enter(place, name=f"p{row}{column}" if column % 2 else None)
    moments = film(stage, 8)
    per_frame = np.unique([time for time, _ in stage.looks], return_counts=True)[1]
    assert per_frame.max() <= 2
    assert len(moments[-2].seen) == 50
    told = names(moments[-2])
    assert sum(name is not None for name in told.values()) == 50
    assert sum(name.startswith("p") for name in told.values()) == 25


def test_frames_that_come_seldom_are_enough(stage: Stage) -> None:
    stage.enter(line((100, 60), (6, 0)), name="Ada")
    moments = film(stage, 6, rate=2.0)
    assert len(left(moments)) == 1
    assert names(moments[-2]) == {1: "Ada"}


def test_time_that_goes_back_ends_all_tracks(stage: Stage) -> None:
    stage.enter(still(100, 60), name="Ada")
    follower = Follower(stage, stage.ask)  # type: ignore[arg-type]
    for index in range(25):
        follower.step(stage.frame(index, 5 + index / 25))
    moment = follower.step(stage.frame(25, 0.0))
    assert [track.id for track in moment.left] == [1]
    for index in range(1, 10):
        moment = follower.step(stage.frame(index, index / 25))
    assert [(seen.track, seen.person) for seen in moment.seen] == [(2, 1)]


def test_another_size_ends_all_tracks(stage: Stage) -> None:
    stage.enter(still(100, 60), name="Ada")
    follower = Follower(stage, stage.ask)  # type: ignore[arg-type]
    for index in range(25):
        follower.step(stage.frame(index, index / 25))
    large = np.repeat(np.repeat(stage.frame(25, 1.0).pixels, 2, axis=0), 2, axis=1)
    moment = follower.step(Frame.of_pixels(large, 25, 1.0))
    assert [track.id for track in moment.left] == [1]
    assert all(seen.track != 1 for seen in moment.seen)


def test_a_long_film_leaves_nothing_behind(stage: Stage) -> None:
    def now_and_then(number: int):
        x, pace = 60 * number + 10, 1 + number / 7
        return lambda time: Box(x, 60, 30, 30) if (time * pace) % 80 < 50 else None

    for number in range(4):
        stage.enter(now_and_then(number))
    follower = Follower(stage, stage.ask, Settings(detections_per_second=1.0))  # type: ignore
    pictures = [stage.frame(number, 0.0) for number in range(2)]
    sizes = []
    for index in range(10_000):
        stage.time = index / 5
        picture = pictures[index // 5 % 2]
        picture.index, picture.time = index, stage.time
        follower.step(picture)
        if index % 2_000 == 1_999:
            sizes.append(_size(follower))
    assert max(sizes[1:]) < 1.3 * sizes[1]


def _size(thing: object, seen: set[int] | None = None) -> int:
    """Return how many values hang on a thing of kith's tracking."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return 0
    seen.add(id(thing))
    if isinstance(thing, dict):
        parts = list(thing.values())
    elif isinstance(thing, (list, tuple, set)) or type(thing).__name__ in ("deque", "OrderedDict"):
        parts = list(thing)
    elif type(thing).__module__.startswith("kith.tracking"):
        names_ = getattr(thing, "__slots__", None) or vars(thing)
        parts = [getattr(thing, name) for name in names_]
    else:
        return 1
    return 1 + sum(_size(part, seen) for part in parts)


class TestCorrect:
    def test_a_human_is_right(self, stage: Stage) -> None:
        stage.enter(still(100, 60), name="Ada")
        seen = []
        for number, (follower, moment) in enumerate(stage.follow(6)):
            if number == 50:
                assert follower.correct(1, "Eda")
            seen.append(names(moment).get(1))
        assert runs(seen[:-1]) == [None, "Ada", "Eda"]
        assert moment.left[0].answer.name == "Eda"

    def test_nobody(self, stage: Stage) -> None:
        stage.enter(still(100, 60), name="Ada")
        for number, (follower, moment) in enumerate(stage.follow(3)):
            if number == 50:
                assert follower.correct(1, None)
            if number == 60:
                [seen] = moment.seen
                assert (seen.answer.verdict, seen.answer.name) == (Verdict.UNKNOWN, None)
                assert seen.answer.reason == "corrected by hand"

    def test_holds_when_the_person_returns(self, stage: Stage) -> None:
        place = still(100, 60)
        stage.enter(lambda time: None if 3.0 < time < 6.0 else place(time), name="Ada")
        for number, (follower, moment) in enumerate(stage.follow(8)):
            if number == 50:
                follower.correct(1, "Eda")
            if number == 185:
                assert names(moment) == {2: "Eda"}

    def test_of_a_track_that_has_just_ended(self, stage: Stage) -> None:
        place = still(100, 60)
        stage.enter(lambda time: None if 2.0 < time < 5.0 else place(time), name="Ada")
        for number, (follower, moment) in enumerate(stage.follow(8)):
            if number == 100:
                assert not moment.seen
                assert follower.correct(1, "Eda")
                assert follower.looks(1)
            if number == 185:
                assert names(moment) == {2: "Eda"}

    def test_is_forgotten_with_the_person(self, stage: Stage) -> None:
        place = still(100, 60)
        stage.enter(lambda time: None if 3.0 < time < 6.0 else place(time))
        for number, (follower, moment) in enumerate(stage.follow(8)):
            if number == 50:
                follower.correct(1, "Eda")
            if number == 60:
                assert names(moment) == {1: "Eda"}
                follower.forget("Eda")
            if number in (70, 185):
                assert [*names(moment).values()] == ["(unknown)"]

    def test_of_no_track(self, stage: Stage) -> None:
        stage.enter(still(100, 60), quality=lambda time: 0.0)
        for follower, _ in stage.follow(0.1):
            assert not follower.correct(0, "Ada")
            assert not follower.correct(7, "Ada")
            assert follower.looks(0) == follower.looks(7) == ()


def test_the_looks_are_the_best_ones(stage: Stage) -> None:
    stage.enter(still(100, 60), quality=lambda time: 0.3 + 0.1 * (time % 5))
    moment = Moment(0, 0.0, ())
    for follower, moment in stage.follow(20):  # noqa: B007
        looks = follower.looks(1)
        scores = [one.face.quality.score for one in looks]
        assert scores == sorted(scores, reverse=True)
        assert len(looks) <= Settings().looks
    assert [one.time for one in moment.left[0].looks] == [one.time for one in looks]


def test_portraits_are_kept_where_wanted(stage: Stage) -> None:
    stage.enter(still(100, 60))
    stage.crop = lambda pixels, face, side: np.zeros((side, side, 3), np.uint8)  # type: ignore
    *_, (_, moment) = stage.follow(2, settings=Settings(portraits=48))
    assert {one.portrait.shape for one in moment.left[0].looks} == {(48, 48, 3)}


def test_a_gallery_that_changes_is_noticed(stage: Stage) -> None:
    player = stage.enter(still(100, 60))
    seen = []
    for number, (follower, moment) in enumerate(stage.follow(6)):
        if number == 50:
            stage.known["Ada"] = player.vector
            follower.refresh()
        if number == 100:
            del stage.known["Ada"]
            follower.refresh()
        seen.append(names(moment).get(1))
    assert runs(seen[:-1]) == [None, "(unknown)", "Ada", "(unknown)"]
    assert seen[51] == "Ada"
    assert seen[101] == "(unknown)"


def test_a_gallery_that_changes_is_noticed_without_a_word(stage: Stage) -> None:
    player = stage.enter(still(100, 60))
    seen = []
    for number, (_, moment) in enumerate(stage.follow(20)):
        if number == 50:
            stage.known["Ada"] = player.vector
        if number == 250:
            del stage.known["Ada"]
        seen.append(names(moment).get(1))
    assert runs(seen[:-1]) == [None, "(unknown)", "Ada", "(unknown)"]
