"""People from films, with the default networks on films made of real photos."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

import kith
from kith.errors import EnrolmentError
from kith.gallery import clips, reel
from kith.gallery.reel import Stopped, stretches
from kith.samples.clip import Actor, heads, make_clip, walk
from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.gallery.enroll import EnrollReport
    from kith.types import Pixels

    Cast = dict[str, list[Pixels]]

CLEAR = (160.0, 180.0)


@pytest.fixture(scope="module")
def cast(recognizer: kith.Recognizer, celebrities: Path) -> Cast:
    """Cut-outs of people."""
    return {
        name: heads(sorted((celebrities / "train" / name).glob("*.jpg"))[:5], recognizer)
        for name in ("madonna", "ben_afflek", "jerry_seinfeld")
    }


@pytest.fixture(scope="module")
def films(cast: Cast, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Films of one person, of several, and of nobody."""
    folder = tmp_path_factory.mktemp("films")
    madonna, ben, jerry = (cast[name] for name in ("madonna", "ben_afflek", "jerry_seinfeld"))
    alone = Actor(madonna[:4], walk(CLEAR, (480, 180), 260, seconds=4), turn=1.0)
    passing = Actor(jerry, walk((60, 80), (560, 80), 90, since=1.0, until=2.5))
    other = Actor(ben, walk((480, 180), (470, 180), 250, seconds=3), turn=1.0)
    still = walk((320, 180), (330, 180), 260, seconds=3)
    for name, actors, seconds in (
        ("alone.mp4", [alone], 4.0),
        ("passing.mp4", [passing, alone], 4.0),
        ("pair.mp4", [Actor(madonna, walk(CLEAR, (170, 180), 250, seconds=3)), other], 3.0),
        ("one.mkv", [Actor(madonna[4:], still)], 3.0),
        ("blurred.mp4", [Actor(madonna[:1], still, blur=lambda _: 9.0)], 2.0),
        ("nobody.mp4", [], 1.0),
        ("brief.mp4", [Actor(madonna[:1], still)], 0.2),
    ):
        make_clip(folder / name, actors, seconds=seconds)
    return folder


@pytest.fixture
def people(path: Path, recognizer: kith.Recognizer) -> Iterator[kith.Gallery]:
    with kith.Gallery(path, recognizer=recognizer) as opened:
        yield opened


def refusal(people: kith.Gallery, film: Path, **options: bool) -> str:
    with pytest.raises(EnrolmentError) as caught:
        people.enroll("Somebody", film, **options)
    assert not people.store.exists or not people.store.count()
    return str(caught.value)


def named(people: kith.Gallery, photos: Path) -> list[str | None]:
    answers = [people.identify(photo) for photo in sorted(photos.glob("*.jpg"))]
    return [max(all_, key=lambda a: a.face.box.area if a.face else 0).name for all_ in answers]


def test_who_was_filmed_is_recognised_on_photos(
    people: kith.Gallery, films: Path, celebrities: Path
) -> None:
    report = people.enroll("Madonna", films / "alone.mp4")
    assert (report.added, report.rejected, report.poor) == (1, (), ())
    [film] = report.films
    assert (film.people, film.share, film.problem) == (1, 1.0, None)
    assert 3 <= film.faces <= 16
    assert film.seconds == pytest.approx(4.0, abs=0.3)
    [known] = people.people()
    assert (known.photos, known.faces, known.outliers) == (1, film.faces, 0)
    assert people.store.check() == []
    said = named(people, celebrities / "val" / "madonna")
    assert said.count("Madonna") >= 4  # of 5
    assert set(named(people, celebrities / "val" / "ben_afflek")) == {None}


def test_the_faces_differ(people: kith.Gallery, films: Path, recognizer: kith.Recognizer) -> None:
    people.enroll("Madonna", films / "alone.mp4")
    faces = people.show("Madonna").photos[0].faces
    assert len(faces) >= 3  # of four photos in turn
    people.enroll("Still", films / "one.mkv")
    assert len(people.show("Still").photos[0].faces) < len(faces)  # one photo that hardly moves
    jpeg = people.thumbnail("Madonna")
    assert jpeg is not None
    [shown] = recognizer.faces(jpeg)
    answer = people.identify_faces([shown])[0]
    assert answer.candidates[0].name == "Madonna"


def test_films_and_photos_add_up(people: kith.Gallery, films: Path, celebrities: Path) -> None:
    photos = sorted((celebrities / "train" / "madonna").glob("*.jpg"))[5:8]
    paths = [films / "alone.mp4", *photos, films / "one.mkv"]
    report = people.enroll("Madonna", paths)
    assert (report.added, len(report.films), report.outliers) == (5, 2, ())
    again = people.enroll("Madonna", paths)
    assert (again.added, again.already, again.films) == (0, 5, ())
    [known] = people.people()
    assert (known.photos, known.outliers) == (5, 0)
    assert people.store.check() == []


def test_a_film_stands_for_one_person(people: kith.Gallery, films: Path) -> None:
    people.enroll("Madonna", films / "alone.mp4")
    with pytest.raises(EnrolmentError, match="stands for Madonna already"):
        people.enroll("Louise", films / "alone.mp4")


def test_a_film_of_two_is_refused(people: kith.Gallery, films: Path) -> None:
    said = refusal(people, films / "pair.mp4")
    assert "pair.mp4: shows 2 people" in said
    assert "cut out where one person is alone, or use photos" in said
    report = people.enroll("Both", films / "pair.mp4", all_faces=True)
    assert report.films[0].people == 1


def test_who_passes_by_does_not_matter(
    people: kith.Gallery, films: Path, celebrities: Path
) -> None:
    report = people.enroll("Madonna", films / "passing.mp4")
    [film] = report.films
    assert film.people == 2
    assert 0.8 < film.share < 1.0
    assert people.show("Madonna").summary.outliers == 0
    assert set(named(people, celebrities / "val" / "jerry_seinfeld")) == {None}
    assert named(people, celebrities / "val" / "madonna").count("Madonna") >= 4


@pytest.mark.parametrize(
    ("film", "reason"),
    [
        ("nobody.mp4", "no face found"),
        ("blurred.mp4", "face too blurred throughout"),
        ("missing.mp4", "there is no such file"),
    ],
)
def test_films_of_no_use(people: kith.Gallery, films: Path, film: str, reason: str) -> None:
    assert reason in refusal(people, films / film)


def test_what_is_no_film(people: kith.Gallery, films: Path, tmp_path: Path) -> None:
    whole = (films / "alone.mp4").read_bytes()
    for name, data in (("empty.mp4", b""), ("text.mov", b"text" * 99), ("half.mp4", whole[:9000])):
        (tmp_path / name).write_bytes(data)
        said = refusal(people, tmp_path / name)
        assert said.startswith(str(tmp_path / name))
        assert "\n" not in said


def test_what_can_be_read_of_a_broken_film_is_enough(
    people: kith.Gallery, films: Path, cast: Cast, tmp_path: Path
) -> None:
    whole = tmp_path / "whole.mkv"
    still = walk((320, 180), (330, 180), 260, seconds=6)
    make_clip(whole, [Actor(cast["madonna"], still)], seconds=6.0)
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    [film] = people.enroll("Madonna", broken).films
    assert film.faces >= 1
    assert film.seconds < 4.0
    assert film.problem is not None


def test_a_moment_is_enough(people: kith.Gallery, films: Path) -> None:
    [film] = people.enroll("Madonna", films / "brief.mp4").films
    assert film.faces == 1


def test_a_folder_with_films(
    people: kith.Gallery, films: Path, celebrities: Path, tmp_path: Path
) -> None:
    root = tmp_path / "people"
    (root / "Madonna").mkdir(parents=True)
    (root / "Madonna" / "1.MP4").write_bytes((films / "alone.mp4").read_bytes())
    photo = next((celebrities / "train" / "madonna").glob("*.jpg"))
    (root / "Madonna" / "2.jpg").write_bytes(photo.read_bytes())
    (root / "Louise (2).mkv").write_bytes((films / "one.mkv").read_bytes())
    (root / "Pair.mp4").write_bytes((films / "pair.mp4").read_bytes())
    reports: dict[str, EnrollReport] = {r.name: r for r in people.enroll_folder(root)}
    assert {name: (one.added, len(one.films)) for name, one in reports.items()} == {
        "Madonna": (2, 1),
        "Louise": (1, 1),
        "Pair": (0, 0),
    }
    assert "shows 2 people" in reports["Pair"].rejected[0].reason


def test_progress(people: kith.Gallery, films: Path) -> None:
    told: list[tuple[str, float, float]] = []
    source = str(films / "alone.mp4")
    people.enroll("Madonna", source, on_film=lambda *progress: told.append(progress))
    assert {one[0] for one in told} == {source}
    seconds = [one[1] for one in told]
    assert seconds == sorted(seconds)
    assert all(done <= of for _, done, of in told)
    assert seconds[-1] / told[-1][2] > 0.4


@pytest.mark.parametrize(
    ("duration", "looked"), [(1.0, 1.0), (120.0, 120.0), (120.1, 120.0), (7200.0, 120.0)]
)
def test_how_much_of_a_film_is_looked_at(duration: float, looked: float) -> None:
    parts = stretches(duration)
    seen = sum(min(end, duration) - start for start, end in parts)
    assert seen == pytest.approx(looked)
    assert parts[0][0] >= 0
    assert all(end <= start for (_, end), (start, _) in pairwise(parts))
    if duration > 120:
        assert parts[-1][1] <= duration
        gaps = np.diff([start for start, _ in parts])
        assert gaps == pytest.approx(np.full(len(gaps), gaps[0]))


def test_of_a_film_that_does_not_say_how_long_it_is_the_beginning() -> None:
    assert stretches(None) == [(0.0, 120.0)]


def test_a_long_film_is_looked_at_in_stretches(
    people: kith.Gallery, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = tmp_path / "long.mp4"
    still = walk((320, 180), (330, 180), 260, seconds=20)
    make_clip(film, [Actor(cast["madonna"], still, turn=4.0)], seconds=20.0, rate=10)
    monkeypatch.setattr(reel, "LONGEST", 4.0)
    monkeypatch.setattr(reel, "STRETCH", 1.0)
    [seen] = people.enroll("Madonna", film).films
    assert 3.0 < seen.seconds < 5.0
    assert (seen.people, seen.share) == (1, 1.0)
    assert seen.faces >= 3


def test_of_a_long_film_that_is_cut_off_the_stretches_that_are_there(
    people: kith.Gallery, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, broken = tmp_path / "whole.mkv", tmp_path / "broken.mkv"
    still = walk((320, 180), (330, 180), 260, seconds=16)
    make_clip(whole, [Actor(cast["madonna"], still, turn=2.0)], seconds=16.0, rate=10)
    broken.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    monkeypatch.setattr(reel, "LONGEST", 4.0)
    monkeypatch.setattr(reel, "STRETCH", 1.0)
    [seen] = people.enroll("Madonna", broken).films
    assert 1.0 < seen.seconds < 3.0
    assert seen.problem is not None


def test_a_film_given_twice_is_told_once(people: kith.Gallery, films: Path) -> None:
    report = people.enroll("Madonna", [films / "one.mkv", str(films / "one.mkv")])
    assert (report.added, report.already, report.known_films) == (1, 1, 1)
    assert len(report.films) == 1


def test_nobody_waits_for_a_film_when_the_enrolment_is_over(
    recognizer: kith.Recognizer, films: Path
) -> None:
    stopping = iter([False, False, True])
    reader = clips.ClipReader(
        recognizer,
        same_person=False,
        portraits=False,
        on_progress=lambda *_: None,
        stopped=lambda: next(stopping),
    )
    with pytest.raises(Stopped):
        reader.look(films / "alone.mp4", "0" * 64)


def test_the_verdicts_of_a_gallery_from_films(
    people: kith.Gallery, films: Path, celebrities: Path
) -> None:
    people.enroll("Madonna", films / "alone.mp4")
    answer = people.identify(next((celebrities / "val" / "elton_john").glob("*.jpg")))[0]
    assert answer.verdict is Verdict.UNKNOWN
