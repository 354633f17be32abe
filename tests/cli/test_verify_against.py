"""Every face of photos against every photo of a folder of people."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

import kith as library
from gallery.people import fill

if TYPE_CHECKING:
    from .conftest import Kith


@pytest.fixture
def people(photos: Path, tmp_path: Path) -> Path:
    """Barack twice, Joe in a folder of his own; none of the photos that are asked about."""
    folder = tmp_path / "people"
    (folder / "Joe").mkdir(parents=True)
    shutil.move(photos / "obama2.jpg", folder / "Barack (1).jpg")
    with Image.open(folder / "Barack (1).jpg") as one:
        one.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "Barack (2).png")
    with Image.open(photos / "biden.jpg") as one:
        one.resize((one.width // 2, one.height // 2)).save(folder / "Joe" / "any name.jpg")
    return folder


@pytest.fixture
def poor(photos: Path) -> Path:
    """Barack Obama, sixteen pixels wide."""
    with Image.open(photos / "obama.jpg") as one:
        one.resize((16, 20)).resize((600, 750)).save(photos / "poor.png")
    return photos / "poor.png"


def test_the_answers_are_those_of_the_enrolled_folder(
    kith: Kith, photos: Path, people: Path, tmp_path: Path
) -> None:
    [found] = kith.fine("verify", photos / "pair.jpg", "--against", people, "--json").objects
    kith.fine("enroll", "--folder", people, "-q")
    [expected] = kith.fine("identify", photos / "pair.jpg", "--json").objects
    assert {one["name"] for one in found["faces"]} == {"Barack", "Joe"}
    for one in found["faces"]:
        del one["against"]
    assert found == expected


def test_each_photo_is_compared_as_two_photos_are(
    kith: Kith, photos: Path, people: Path, recognizer: library.Recognizer
) -> None:
    path = photos / "obama.jpg"
    [found] = kith.fine("verify", path, "--against", people, "--json").objects
    [face] = found["faces"]
    assert [(one["person"], Path(one["source"]).name) for one in face["against"]] == [
        ("Barack", "Barack (1).jpg"),
        ("Barack", "Barack (2).png"),
        ("Joe", "any name.jpg"),
    ]
    for one in face["against"]:
        alone = library.verify(path, one["source"], recognizer=recognizer)
        assert alone.similarity is not None
        assert one["same"] == alone.same
        assert one["similarity"] == pytest.approx(alone.similarity, abs=1e-6)
        assert one["distance"] == pytest.approx(1 - alone.similarity, abs=1e-6)


def test_the_table(kith: Kith, photos: Path, people: Path) -> None:
    asked = ("verify", photos / "pair.jpg", "--against", people)
    [found] = kith.fine(*asked, "--json").objects
    out = kith.fine(*asked).out
    assert out.startswith("3 photos of 2 people; a match needs 0.3")
    assert "pair.jpg: 2 faces" in out
    rows = [line.split() for line in out.splitlines() if line.strip()[:1] in {"1", "2"}]
    assert [row[0] for row in rows] == ["1", "2"]
    for row, face in zip(rows, found["faces"], strict=True):
        values = {
            name: [one["similarity"] for one in face["against"] if one["person"] == name]
            for name in ("Barack", "Joe")
        }
        expected = []
        for name, all_of in values.items():
            mark = "✓" if name == face["name"] else ""
            expected += [f"{max(all_of):.3f}{mark}", f"{np.mean(all_of):.3f}"]
        assert row[4:8] == expected
        assert row[8:] == [face["name"], f"{face['similarity']:.3f}"]
    assert "any name.jpg" not in out
    every = kith.fine(*asked, "--all").out
    assert every.startswith(out.rstrip())
    for one in found["faces"][0]["against"]:
        [line] = [line for line in every.splitlines() if one["source"] in line]
        assert f"{one['similarity']:.3f}" in line


def test_each_comparison_says_who_wears_a_mask(
    kith: Kith, photos: Path, people: Path, tmp_path: Path
) -> None:
    masked = tmp_path / "masked"
    kith.fine("mask", photos / "obama.jpg", "--out", masked)
    shutil.copy(masked / "obama.jpg", people / "Ann.jpg")
    for path, ann, others in (
        (people / "Ann.jpg", "worn/worn", "none/worn"),
        (photos / "obama.jpg", "none/worn", "none/none"),
    ):
        [found] = kith.fine("verify", path, "--against", people, "--json").objects
        [face] = found["faces"]
        said = {one["person"]: one["masks"] for one in face["against"]}
        assert said == {"Ann": ann, "Barack": others, "Joe": others}


def test_one_photo_is_alike_and_the_person_is_not(kith: Kith, photos: Path, people: Path) -> None:
    with Image.open(photos / "biden.jpg") as one:
        for degrees in (0, 2, 4):
            one.rotate(degrees).save(people / "Joe" / f"{degrees}.jpg")
    shutil.move(people / "Barack (1).jpg", people / "Joe" / "Barack.jpg")
    (people / "Barack (2).png").unlink()
    done = kith("verify", photos / "obama.jpg", "--against", people)
    assert done.code == 1
    assert "✓ but unknown: one photo is alike, the person as a whole is not" in done.out
    assert "✓ but" not in kith.fine("verify", photos / "biden.jpg", "--against", people).out


def test_a_narrow_screen_shows_the_most_similar(
    kith: Kith, photos: Path, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "75")
    out = kith.fine("verify", photos / "obama.jpg", "--against", people, "--all").out
    assert "Barack" in out
    assert "1 person less similar left out" in out
    assert max(map(len, out.splitlines()[3:])) <= 75


def test_exit_codes(kith: Kith, photos: Path, people: Path, poor: Path) -> None:
    shutil.move(people / "Joe", photos.parent / "away")
    for names, code in (
        (["pair.jpg"], 0),
        (["biden.jpg"], 1),
        (["green.png"], 3),
        (["poor.png"], 3),
        (["green.png", "biden.jpg"], 1),
        (["green.png", "biden.jpg", "obama.jpg"], 0),
    ):
        paths = [photos / name for name in names]
        done = kith("verify", *paths, "--against", people, "--json")
        assert (done.code, done.err) == (code, ""), names
        assert [one["source"] for one in done.objects] == list(map(str, paths))
    [blurred] = kith("verify", poor, "--against", people, "--json").objects[0]["faces"]
    assert (blurred["verdict"], blurred["name"]) == ("low_quality", None)
    assert {one["same"] for one in blurred["against"]} == {None}
    assert "too poor" in kith("verify", poor, "--against", people).out
    assert "green.png: no face" in kith("verify", photos / "green.png", "--against", people).out


def test_photos_of_people_that_cannot_be_used_are_counted(
    kith: Kith, photos: Path, people: Path, bad: Path, poor: Path
) -> None:
    shutil.copy(bad / "torn.jpg", people / "Ann.jpg")
    shutil.copy(photos / "green.png", people / "Bob.png")
    shutil.copy(poor, people / "Cid.png")
    shutil.copy(people / "Barack (1).jpg", people / "Dan.jpg")
    asked = ("verify", photos / "obama.jpg", "--against", people, "--json")
    done = kith(*asked)
    assert done.code == 0
    *failed, found = done.objects
    assert [Path(one["source"]).name for one in failed] == [
        "Ann.jpg",
        "Bob.png",
        "Cid.png",
        "Dan.jpg",
    ]
    assert {one["name"] for one in found["faces"][0]["candidates"]} == {"Barack", "Joe"}
    assert "is the same file as a photo of Barack" in failed[-1]["error"]
    assert done.err.splitlines()[-1] == "kith: 4 photos of 7 could not be used"
    assert kith(*asked, "--strict").code == 2


def test_folders_that_hold_nobody(kith: Kith, photos: Path, bad: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    path = photos / "obama.jpg"
    for folder, complaint in (
        (empty, "there is no photo in"),
        (path, "is a file: name the folder that holds the people"),
        (tmp_path / "nowhere", "there is no such file or folder"),
    ):
        done = kith("verify", path, "--against", folder, "--json")
        assert (done.code, done.out) == (2, "")
        assert complaint in done.complaint
    done = kith("verify", path, "--against", bad)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1] == "kith: 6 photos of 6 could not be used"


def test_bad_photos_among_those_that_are_asked_about(
    kith: Kith, photos: Path, people: Path, bad: Path
) -> None:
    done = kith("verify", bad / "torn.jpg", photos / "obama.jpg", "--against", people, "--json")
    assert done.code == 0
    assert ["error" in one for one in done.objects] == [True, False]
    assert kith("verify", bad / "torn.jpg", "--against", people).code == 2


def test_a_threshold_and_a_gallerys_calibration_are_used(
    kith: Kith, photos: Path, people: Path, gallery: Path, recognizer: library.Recognizer
) -> None:
    asked = ("verify", photos / "obama.jpg", "--against", people, "--json")
    [face] = kith(*asked, "--threshold", "0.99").objects[0]["faces"]
    assert (face["verdict"], face["threshold"]) == ("unknown", 0.99)
    assert not any(one["same"] for one in face["against"])
    assert "between -1 and 1" in kith(*asked, "--threshold", "3").complaint
    fill(gallery, recognizer.contract, 160)
    kith.fine("calibrate", "-q")
    [found] = kith.fine(*asked).objects
    assert found["calibration"]["gallery"] == 2
    assert found["faces"][0]["probability"] > 0.9


def test_a_gallery_that_refuses_masks_refuses_them_here(
    kith: Kith, photos: Path, people: Path, tmp_path: Path
) -> None:
    masked = tmp_path / "masked"
    kith.fine("mask", photos / "obama.jpg", "--out", masked)
    kith.fine("enroll", "Barack", photos / "obama.jpg")
    asked = ("verify", masked / "obama.jpg", "--against", people, "--json")
    [face] = kith.fine(*asked).objects[0]["faces"]
    assert (face["verdict"], face["name"], face["masks"]) == ("match", "Barack", "none/worn")
    kith.fine("gallery", "masks", "--refuse")
    done = kith(*asked)
    assert (done.code, done.err) == (3, "")
    [face] = done.objects[0]["faces"]
    assert (face["verdict"], face["name"], face["reason"]) == ("low_quality", None, "mask")
    assert {one["same"] for one in face["against"]} == {None}
    assert face["candidates"] == []
    out = kith(*asked[:-1], "--all").out
    assert "wears a mask: refused" in out
    assert "this gallery refuses masks; kith gallery masks --allow ends that" in out
    assert "0." not in out.partition("1 face")[2]
    shutil.copy(masked / "obama.jpg", people / "Ann.jpg")
    done = kith("verify", photos / "obama.jpg", "--against", people, "--json")
    refused, found = done.objects
    assert (done.code, refused["error"]) == (0, "mask")
    assert found["faces"][0]["name"] == "Barack"
    assert "Ann" not in {one["person"] for one in found["faces"][0]["against"]}


def test_drawn_faces_have_the_numbers_of_the_rows(
    kith: Kith, photos: Path, people: Path, tmp_path: Path
) -> None:
    out = tmp_path / "drawn"
    path = photos / "pair.jpg"
    [found] = kith.fine("verify", path, "--against", people, "--draw", out, "--json").objects
    [drawn] = out.iterdir()
    with Image.open(drawn) as after, Image.open(path) as before:
        changed = np.abs(np.asarray(after).astype(int) - np.asarray(before)).max(axis=2) > 60
    for face in found["faces"]:
        x, y, _, height = map(round, face["box"])
        assert changed[y : y + height, x - 3 : x + 4].any(axis=1).mean() > 0.9
    refused = kith("verify", path, "--against", people, "--draw", people)
    assert refused.code == 2
    assert "is where the photos are" in refused.complaint


def test_nothing_is_left_behind(
    kith: Kith,
    photos: Path,
    people: Path,
    gallery: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    kith.fine("verify", photos / "obama.jpg", "--against", people, "--quiet")
    assert list(place.iterdir()) == []
    assert not gallery.exists()


def test_the_masked_people_of_a_tutorial(kith: Kith, shared_data: Path) -> None:
    """Two men in masks, and nobody of twelve strangers taken for one of six people."""
    root = shared_data / "maskedface_verify"
    both = root / "image" / "00BidenObama1-superJumbo_masked1.jpg"
    strangers = root / "image" / "Ellenwefie_masked.jpg"
    first, second = kith.fine(
        "verify", both, strangers, "--against", root / "database", "--json"
    ).objects
    named = {one["name"]: one for one in first["faces"] if one["name"]}
    assert set(named) == {"Obama", "Joe_Biden"}
    assert {one["mask"]["state"] for one in named.values()} == {"worn"}
    assert len(second["faces"]) >= 11
    assert {one["name"] for one in second["faces"]} == {None}
    out = kith.fine("verify", both, "--against", root / "database").out
    assert sum(" worn " in line for line in out.splitlines()) >= 2
