from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from kith.decision import default_recognizer
from kith.samples.clip import Actor, heads, make_clip, walk

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Kith

KEYS = {
    *("name", "added", "already", "several", "rejected", "conflicts", "outliers"),
    *("poor", "all_poor", "mixed", "films", "faces", "masked"),
}


def people(kith: Kith) -> dict[str, int]:
    return {one["name"]: one["photos"] for one in kith.fine("gallery", "list", "--json").objects}


def test_one_person(kith: Kith, photos: Path) -> None:
    done = kith.fine("enroll", "Barack", photos / "obama.jpg", photos / "obama2.jpg")
    assert done.out == "Barack: 2 photos added\n"
    done = kith.fine("enroll", "Barack", photos / "obama.jpg", photos / "obama2.jpg")
    assert done.out == "Barack: 2 photos known already\n"
    assert people(kith) == {"Barack": 2}


def test_the_report_for_programs(kith: Kith, photos: Path) -> None:
    kith.fine("enroll", "Joe", photos / "biden.jpg", "--quiet")
    done = kith(
        "enroll", "Barack", *(photos / n for n in ("obama.jpg", "green.png", "biden.jpg")), "--json"
    )
    assert done.code == 0
    *failures, report = done.objects
    assert set(report) == KEYS
    assert (report["name"], report["added"], report["already"]) == ("Barack", 1, 0)
    assert report["rejected"] == [{"source": str(photos / "green.png"), "reason": "no face found"}]
    assert report["conflicts"] == [{"source": str(photos / "biden.jpg"), "person": "Joe"}]
    assert [one["source"] for one in failures] == [
        str(photos / "green.png"),
        str(photos / "biden.jpg"),
    ]


def test_a_photo_of_several_people(kith: Kith, photos: Path) -> None:
    done = kith.fine("enroll", "Barack", photos / "obama.jpg", photos / "pair.jpg")
    assert done.out == (
        "Barack: 2 photos added\n"
        f"several faces, the largest central one was taken: {photos / 'pair.jpg'}\n"
    )


def test_an_outlier(kith: Kith, photos: Path, presidents: Path) -> None:
    others = [presidents / name for name in ("obama3.jpg", "obama_partial_face2.jpg")]
    own = [photos / "obama.jpg", photos / "obama2.jpg", *others]
    done = kith.fine("enroll", "Barack", *own, photos / "biden.jpg")
    first, second = done.out.splitlines()
    assert first == "Barack: 5 photos added"
    assert second.endswith(f"left out of the template: {photos / 'biden.jpg'}")


def test_two_people_under_one_name(kith: Kith, photos: Path) -> None:
    done = kith.fine("enroll", "Both", photos / "obama.jpg", photos / "biden.jpg")
    assert done.out == (
        "Both: 2 photos added\n"
        "photos that do not look like one person were kept: have a look at them, or begin anew "
        "with kith gallery forget\n"
    )
    again = kith("enroll", "Two", photos / "biden.jpg", photos / "obama2.jpg", "--json")
    assert again.objects[-1]["mixed"] is False  # biden.jpg is Both's: one photo was added


@pytest.fixture
def poor(photos: Path, tmp_path: Path) -> list[Path]:
    """A dark photo and a tiny one; the person is still there to be seen."""
    image = Image.open(photos / "obama.jpg")
    dark, tiny = tmp_path / "dark.png", tmp_path / "tiny.png"
    image.point(lambda value: value * 0.05).save(dark)
    image.resize((40, 50), Image.Resampling.BOX).save(tiny)
    return [dark, tiny]


def test_poor_photos_are_told_with_the_reason(kith: Kith, photos: Path, poor: list[Path]) -> None:
    done = kith.fine("enroll", "Barack", photos / "obama2.jpg", *poor)
    assert done.out == (
        f"Barack: 3 photos added\n2 photos are poor: too dark ({poor[0]}), too small ({poor[1]})\n"
    )
    done = kith.fine("enroll", "Joe", photos / "biden.jpg")
    assert "poor" not in done.out


def test_a_person_without_a_good_photo(kith: Kith, poor: list[Path]) -> None:
    advice = "no good photo of Barack: enrol a better one, or they will often not be recognised"
    done = kith.fine("enroll", "Barack", poor[0])
    assert done.out == (f"Barack: 1 photo added\n1 photo is poor: too dark ({poor[0]})\n{advice}\n")
    [report] = kith.fine("enroll", "Barack", poor[1], "--json").objects
    assert report["poor"] == [{"source": str(poor[1]), "reason": "too small"}]
    assert report["all_poor"] is True


def test_poor_photos_in_a_folder_of_people(
    kith: Kith, photos: Path, poor: list[Path], tmp_path: Path
) -> None:
    root = tmp_path / "people"
    (root / "Barack").mkdir(parents=True)
    shutil.copy(photos / "obama2.jpg", root / "Barack" / "1.jpg")
    shutil.copy(poor[0], root / "Barack" / "2.png")
    shutil.copy(poor[1], root / "Tiny.png")
    lines = kith.fine("enroll", "--folder", root).out.splitlines()
    rows = [line.split() for line in lines]
    assert ["Barack", "2", "1", "poor"] in rows
    assert ["Tiny", "1", "none", "good"] in rows
    assert lines[-2:] == [
        "2 poor photos: kept, but hard to recognise anybody by",
        "no good photo of Tiny: enrol a better one, or they will often not be recognised",
    ]


def test_one_photo_cannot_be_two_people(kith: Kith, photos: Path) -> None:
    kith.fine("enroll", "Barack", photos / "obama.jpg")
    done = kith("enroll", "Bo", photos / "obama.jpg")
    assert (done.code, done.out) == (2, "")
    assert done.complaint.startswith(f"{photos / 'obama.jpg'}: is enrolled as Barack already")
    assert people(kith) == {"Barack": 1}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["Ada"],
        ["--quiet"],
        ["", "a.jpg"],
        ["Ada", "a.jpg", "--folder", "."],
        ["a.jpg", "b.jpg"],
    ],
)
def test_wrong_use_is_one_line(kith: Kith, gallery: Path, arguments: list[str]) -> None:
    done = kith("enroll", *arguments)
    assert (done.code, done.out) == (2, "")
    assert "NAME" in done.complaint
    assert not gallery.exists()


def test_all_faces_needs_a_promise(kith: Kith, photos: Path) -> None:
    done = kith("enroll", "Barack", photos / "pair.jpg", "--all-faces")
    assert done.code == 2
    assert "add --same-person" in done.complaint
    assert kith("enroll", "--folder", photos, "--all-faces", "--same-person").code == 2
    kith.fine("enroll", "Both", photos / "pair.jpg", "--all-faces", "--same-person")
    [one] = kith.fine("gallery", "list", "--json").objects
    assert (one["photos"], one["faces"]) == (1, 2)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("   ", "at least one visible character"),
        ("a\nb", "control character (U+000A)"),
        ("\x1b[31mred", "control character (U+001B)"),
        ("\u202eadA", "invisible formatting character"),
        ("x" * 10_000, "at most 200 characters, this one has 10000"),
    ],
)
def test_names_that_nobody_can_have(
    kith: Kith, photos: Path, gallery: Path, name: str, complaint: str
) -> None:
    done = kith("enroll", name, photos / "obama.jpg")
    assert (done.code, done.out) == (2, "")
    assert complaint in done.complaint
    assert "\x1b" not in done.err
    assert not gallery.exists()


@pytest.mark.parametrize("name", ["a/b\\c'\"; --", "Zoë", "😀👩\u200d🚀", "[bold]", "-x"])
def test_names_that_one_can_have(kith: Kith, photos: Path, name: str) -> None:
    kith.fine("enroll", "--", name, photos / "obama.jpg")
    assert people(kith) == {name: 1}
    assert name in kith.fine("identify", photos / "obama2.jpg").out


def test_a_folder_of_people(kith: Kith, photos: Path, tmp_path: Path) -> None:
    root = tmp_path / "people"
    for place in ("Barack/1.jpg", "Barack/old/2.jpg", "Joe.jpg", "Torn/1.jpg", "Torn/2.txt"):
        (root / place).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(photos / "obama.jpg", root / "Barack" / "1.jpg")
    shutil.copy(photos / "obama2.jpg", root / "Barack" / "old" / "2.jpg")
    shutil.copy(photos / "biden.jpg", root / "Joe.jpg")
    (root / "Torn" / "1.jpg").write_bytes(b"")
    done = kith("enroll", "--folder", root)
    assert done.code == 0
    assert "3 photos of 2 people added" in done.out
    assert done.err.splitlines() == [
        f"kith: {root / 'Torn' / '1.jpg'}: is empty; copy it again from where it came",
        "kith: 1 photo of 4 could not be used",
    ]
    rows = [line.split() for line in done.out.splitlines()]
    assert ["Barack", "2"] in rows
    assert ["Joe", "1"] in rows
    assert ["Torn", "1"] in rows  # refused
    assert people(kith) == {"Barack": 2, "Joe": 1}
    again = kith("enroll", "--folder", root, "--strict", "--json")
    assert again.code == 2
    assert [(one["name"], one["already"]) for one in again.objects if "name" in one] == [
        ("Barack", 2),
        ("Torn", 0),
        ("Joe", 1),
    ]


def test_a_name_in_a_folder_that_nobody_can_have(kith: Kith, photos: Path, tmp_path: Path) -> None:
    root = tmp_path / "people"
    root.mkdir()
    shutil.copy(photos / "obama.jpg", root / "Barack.jpg")
    shutil.copy(photos / "biden.jpg", root / f"{'x' * 201}.jpg")
    done = kith("enroll", "--folder", root)
    assert done.code == 0
    assert "a name has at most 200 characters" in done.err
    assert people(kith) == {"Barack": 1}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("nowhere", "there is no such file or folder"),
        ("obama.jpg", "is a file: name the folder"),
        ("empty", "there is no photo and no film in"),
        ("", "it is empty; is a variable not set?"),
    ],
)
def test_a_folder_that_is_none(
    kith: Kith, photos: Path, gallery: Path, given: str, complaint: str
) -> None:
    (photos / "empty").mkdir()
    done = kith("enroll", "--folder", photos / given if given else "")
    assert (done.code, done.out) == (2, "")
    assert complaint in done.complaint
    assert not gallery.exists()


def test_nothing_usable(kith: Kith, photos: Path, bad: Path, gallery: Path) -> None:
    for paths in (
        [photos / "green.png"],
        [bad / "torn.jpg"],
        [photos / "nowhere.jpg"],
        [bad / "empty.jpg", photos / "green.png"],
    ):
        done = kith("enroll", "Ada", *paths)
        assert (done.code, done.out) == (2, "")
        assert len(done.err.splitlines()) == (1 if len(paths) == 1 else 3)
    assert not gallery.exists()


def test_a_gallery_that_cannot_be_made(kith: Kith, photos: Path, tmp_path: Path) -> None:
    for path, complaint in (
        (photos, "is a folder"),
        (photos / "obama.jpg" / "people.kith", "its folder is a file"),
        (photos / "green.png", "is not a kith gallery"),
    ):
        done = kith("enroll", "Barack", photos / "obama.jpg", "--gallery", path)
        assert (done.code, done.out) == (2, "")
        assert complaint in done.complaint


def test_quiet(kith: Kith, photos: Path, tmp_path: Path) -> None:
    root = tmp_path / "people"
    root.mkdir()
    shutil.copy(photos / "obama.jpg", root / "Barack.jpg")
    assert kith.fine("enroll", "--folder", root, "-q").out == ""
    assert kith.fine("enroll", "Barack", root, "-q").out == ""
    assert people(kith) == {"Barack": 1}


@pytest.fixture(scope="module")
def films(presidents: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Films of one man, of two, and of one while another passes by."""
    folder = tmp_path_factory.mktemp("films")
    recognizer = default_recognizer()
    names = ("obama.jpg", "obama2.jpg", "obama3.jpg")
    barack = heads([presidents / name for name in names], recognizer)
    joe = heads([presidents / "biden.jpg"], recognizer)
    left = walk((150, 180), (160, 180), 250, seconds=2)
    alone = Actor(barack, walk((200, 180), (440, 180), 260, seconds=3), turn=1.0)
    beside = Actor(joe, walk((500, 180), (490, 180), 250, seconds=2))
    passing = Actor(joe, walk((60, 60), (200, 60), 80, since=0.5, until=2.0))
    make_clip(folder / "alone.mp4", [alone], seconds=3)
    make_clip(folder / "alone.mkv", [alone], seconds=5)
    make_clip(
        folder / "pair.mp4",
        [Actor(barack, left), beside],
        seconds=2,
    )
    make_clip(folder / "passing.mp4", [alone, passing], seconds=3)
    return folder


def test_a_film(kith: Kith, photos: Path, films: Path) -> None:
    film = films / "alone.mp4"
    done = kith.fine("enroll", "Barack", film)
    assert re.fullmatch(r"Barack: 1 film added \(\d+ faces of it\)\n", done.out)
    done = kith.fine("enroll", "Barack", film, photos / "obama.jpg")
    assert done.out == "Barack: 1 photo added, 1 film known already\n"
    assert people(kith) == {"Barack": 2}
    seen = kith.fine("identify", photos / "obama2.jpg", photos / "biden.jpg", "--json").objects
    assert [one["faces"][0]["name"] for one in seen] == ["Barack", None]


def test_a_film_for_programs(kith: Kith, films: Path) -> None:
    [report] = kith.fine("enroll", "Barack", films / "passing.mp4", "--json").objects
    assert set(report) == KEYS
    [film] = report["films"]
    assert film.pop("source") == str(films / "passing.mp4")
    assert set(film) == {"faces", "seconds", "people", "share", "problem"}
    assert (film["people"], film["problem"]) == (2, None)
    assert 0.7 < film["share"] < 1


def test_a_film_of_several_people(kith: Kith, films: Path, gallery: Path) -> None:
    done = kith("enroll", "Barack", films / "pair.mp4")
    assert (done.code, done.out) == (2, "")
    assert done.complaint.startswith(f"{films / 'pair.mp4'}: shows 2 people, and who is seen most")
    assert not gallery.exists()
    done = kith.fine("enroll", "Barack", films / "passing.mp4")
    first, second = done.out.splitlines()
    assert first.startswith("Barack: 1 film added")
    assert re.fullmatch(
        r".*passing\.mp4 shows 2 people: who is seen most and closest was taken \(\d\d%\)", second
    )


def test_films_in_folders(kith: Kith, photos: Path, films: Path, tmp_path: Path) -> None:
    root = tmp_path / "people"
    (root / "Barack").mkdir(parents=True)
    shutil.copy(films / "alone.mp4", root / "Barack")
    shutil.copy(photos / "obama.jpg", root / "Barack")
    shutil.copy(photos / "biden.jpg", root / "Joe.jpg")
    shutil.copy(films / "pair.mp4", root / "Both.mp4")
    done = kith("enroll", "--folder", root)
    assert done.code == 0
    assert "2 photos and 1 film of 2 people added" in done.out
    assert done.err.splitlines()[-1] == "kith: 1 file of 4 could not be used"
    assert ["Barack", "2", "1", "film"] in [line.split() for line in done.out.splitlines()]
    assert people(kith) == {"Barack": 2, "Joe": 1}
    done = kith.fine(
        "enroll", "Again", root / "Barack" / "obama.jpg", "--gallery", tmp_path / "2.kith"
    )
    assert done.out == "Again: 1 photo added\n"


def test_a_film_that_is_cut_off(kith: Kith, films: Path, tmp_path: Path) -> None:
    whole, torn = (films / "alone.mp4").read_bytes(), tmp_path / "torn.mp4"
    torn.write_bytes(whole[: len(whole) // 2])
    done = kith("enroll", "Barack", torn)
    assert done.code == 2
    assert done.complaint.startswith(f"{torn}: ")


def test_a_film_of_which_half_can_be_read(kith: Kith, films: Path, tmp_path: Path) -> None:
    whole, torn = (films / "alone.mkv").read_bytes(), tmp_path / "torn.mkv"
    torn.write_bytes(whole[: len(whole) // 2])
    done = kith("enroll", "Barack", torn)
    assert (done.code, done.out[:20]) == (0, "Barack: 1 film added")
    assert done.complaint.startswith(f"{torn}: ")
    assert done.complaint.endswith("; what was read counts")
    assert kith("enroll", "Again", torn, "--strict", "--gallery", tmp_path / "2.kith").code == 2


def test_without_pictures(kith: Kith, photos: Path, films: Path) -> None:
    kith.fine("enroll", "Barack", films / "alone.mp4", photos / "obama.jpg", "--no-portrait")
    kith.fine("enroll", "Joe", photos / "biden.jpg")
    known = kith.fine("gallery", "list", "--json").objects
    assert {one["name"]: one["thumbnail"] for one in known} == {"Barack": False, "Joe": True}


def test_a_film_is_nobodys_name(kith: Kith, films: Path, gallery: Path) -> None:
    done = kith("enroll", films / "alone.mp4", films / "pair.mp4")
    assert (done.code, done.out) == (2, "")
    assert "is a film, and nobody's NAME" in done.complaint
    assert not gallery.exists()


def test_masks_are_refused(kith: Kith, photos: Path, tmp_path: Path) -> None:
    kith.fine("mask", photos / "obama.jpg", "--out", tmp_path / "masked")
    [masked] = (tmp_path / "masked").rglob("*.jpg")
    told = kith.fine("enroll", "Barack", photos / "obama2.jpg", masked).out
    assert "1 photo with a mask, kept, though people are recognised better without" in told
    kith.fine("gallery", "masks", "--refuse")
    [seen] = kith.fine("identify", masked, "--json").objects
    [face] = seen["faces"]
    assert (face["verdict"], face["name"], face["reason"]) == ("low_quality", None, "mask")
    assert (face["candidates"], face["similarity"]) == ([], pytest.approx(0.7, abs=0.3))
    told = kith.fine("identify", masked).out
    assert "wears a mask: refused" in told
    assert "this gallery refuses masks; kith gallery masks --allow ends that" in told
    assert told.count("Barack") == 0
    assert "0." not in told
    refused = kith("enroll", "Joe", masked)
    assert refused.code == 2
    words = "wears a mask, which this gallery refuses (kith gallery masks --allow ends that)"
    assert f"{masked}: {words}" in refused.err
    done = kith("enroll", "Joe", masked, "--json")
    assert words in done.err
    first, report = done.objects
    assert first["error"] == report["rejected"][0]["reason"] == "mask"
    assert people(kith) == {"Barack": 2}
