from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

import kith as library
from kith.alignment import RECIPES
from kith.cli import face_sheet, pictures
from kith.cli.detect import add_rows, columns
from kith.cli.output import Table
from kith.types import Mask, MaskState, PhotoFaces, overlap

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Done, Kith


def test_the_faces_of_a_photo(kith: Kith, photos: Path, recognizer: library.Recognizer) -> None:
    path = photos / "obama.jpg"
    [photo] = kith.fine("detect", path, "--json").objects
    assert set(photo) == {"source", "width", "height", "faces"}
    assert (photo["source"], photo["width"], photo["height"]) == (str(path), 910, 1137)
    [face] = photo["faces"]
    assert set(face) == {"box", "landmarks", "score", "mask"}
    [same] = recognizer.detect(path)
    assert face["box"] == pytest.approx(list(same.box), abs=0.005)
    np.testing.assert_allclose(face["landmarks"], same.landmarks, atol=0.006)
    assert face["score"] == pytest.approx(same.score, abs=5e-5)


def test_a_table_for_people(kith: Kith, photos: Path) -> None:
    out = kith.fine("detect", photos).out
    rows = [line.split() for line in out.splitlines() if ".jpg" in line or ".png" in line]
    assert [row[0].rpartition("/")[2] for row in rows] == [
        "biden.jpg",
        "green.png",
        "obama.jpg",
        "obama2.jpg",
        "pair.jpg",
    ]
    assert [row[2] for row in rows] == ["1", "0", "1", "1", "2"]
    assert "no face" in out


def test_no_face_is_no_error(kith: Kith, photos: Path) -> None:
    [photo] = kith.fine("detect", photos / "green.png", "--json").objects
    assert photo["faces"] == []


def test_quiet_says_nothing(kith: Kith, photos: Path) -> None:
    assert kith.fine("detect", photos, "--quiet").out == ""


def test_json_wins_over_quiet(kith: Kith, photos: Path) -> None:
    assert len(kith.fine("detect", photos, "--json", "--quiet").objects) == 5


def test_the_largest_central_face_alone(kith: Kith, photos: Path) -> None:
    [both] = kith.fine("detect", photos / "pair.jpg", "--json").objects
    [one] = kith.fine("detect", photos / "pair.jpg", "--json", "--largest").objects
    assert len(both["faces"]) == 2
    assert one["faces"] == [max(both["faces"], key=lambda face: face["box"][2] * face["box"][3])]


def test_options_of_the_detector_count(kith: Kith, photos: Path) -> None:
    path = photos / "obama.jpg"
    for options in (["--score", "0.99"], ["--min-face", "400"]):
        [photo] = kith.fine("detect", path, "--json", *options).objects
        assert photo["faces"] == []


def test_drawn_photos(kith: Kith, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "drawn"
    kith.fine("detect", photos, "--draw", out, "--quiet")
    assert sorted(path.name for path in out.iterdir()) == [
        "biden.jpg",
        "green.jpg",
        "obama.jpg",
        "obama2.jpg",
        "pair.jpg",
    ]
    drawn = np.asarray(Image.open(out / "obama.jpg")).astype(int)
    plain = np.asarray(Image.open(photos / "obama.jpg")).astype(int)
    assert drawn.shape == plain.shape
    changed = np.abs(drawn - plain).max(axis=2) > 60
    assert 0.002 < changed.mean() < 0.1  # a box and a few letters
    # Where the box is, and nowhere else.
    rows, columns = np.nonzero(changed)
    assert rows.min() > 40
    assert columns.max() < 700


def test_crops_are_the_aligned_squares(
    kith: Kith, photos: Path, tmp_path: Path, recognizer: library.Recognizer
) -> None:
    out = tmp_path / "crops"
    kith.fine("detect", photos / "pair.jpg", "--crops", out, "--crop-size", "112", "--quiet")
    faces = recognizer.detect(photos / "pair.jpg")
    pixels = library.load_photo(photos / "pair.jpg").pixels
    recipe = RECIPES["arcface-112"].resized(112)
    for number, face in enumerate(faces, 1):
        crop = np.asarray(Image.open(out / f"pair-{number}.png"))
        assert np.array_equal(crop, recipe.crop(pixels, face.landmarks))
    assert len(list(out.iterdir())) == 2


def test_pictures_among_the_photos_are_not_photos_the_second_time(kith: Kith, photos: Path) -> None:
    for _ in range(2):
        found = kith.fine("detect", photos, "--draw", photos / "seen", "--json").objects
        assert len(found) == 5
    assert len(list((photos / "seen").iterdir())) == 5


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        (".", "is where the photos are: name another folder"),
        ("obama.jpg", "is a file: name a folder for the pictures"),
        ("obama.jpg/seen", "a file stands where a folder is needed"),
    ],
)
@pytest.mark.parametrize("option", ["--draw", "--crops"])
def test_places_that_pictures_cannot_go_to(
    kith: Kith, photos: Path, option: str, target: str, complaint: str
) -> None:
    before = {path: path.read_bytes() for path in photos.iterdir()}
    done = kith("detect", photos, option, photos / target)
    assert done.code == 2
    assert complaint in done.complaint
    assert {path: path.read_bytes() for path in photos.iterdir()} == before


REASONS = {
    "empty.jpg": "is empty",
    "torn.jpg": "is truncated",
    "text.jpg": "is not an image kith reads",
    "film.jpg": "is a film",
    "gone.jpg": "there is no such file",
    "ring.jpg": "cannot be read",
}


@pytest.mark.parametrize("name", [*REASONS, "nowhere.jpg"])
def test_one_bad_photo_is_one_line_and_2(kith: Kith, bad: Path, name: str) -> None:
    done = kith("detect", bad / name)
    assert (done.code, done.out) == (2, "")
    expected = REASONS.get(name, "there is no such file")
    assert done.complaint.startswith(f"{bad / name}: {expected}")


def test_nothing_but_bad_photos_is_2(kith: Kith, bad: Path) -> None:
    done = kith("detect", bad, "--json")
    assert done.code == 2
    assert [one["source"] for one in done.objects] == [str(bad / name) for name in sorted(REASONS)]
    assert all(set(one) == {"source", "error"} for one in done.objects)
    assert_told(done, bad)
    assert done.err.splitlines()[-1] == "kith: 6 photos of 6 could not be used"


def test_bad_photos_among_good_ones(kith: Kith, bad: Path, photos: Path) -> None:
    done = kith("detect", bad, photos, "--json")
    assert done.code == 0
    assert sum("faces" in one for one in done.objects) == 5
    assert_told(done, bad)
    assert done.err.splitlines()[-1] == "kith: 6 photos of 11 could not be used"
    assert kith("detect", bad, photos, "--json", "--strict").code == 2
    assert kith("detect", photos, "--strict", "--quiet").code == 0


def assert_told(done: Done, bad: Path) -> None:
    for name, reason in REASONS.items():
        assert f"kith: {bad / name}: {reason}" in done.err


def test_a_folder_without_photos(kith: Kith, tmp_path: Path, photos: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = kith("detect", empty)
    assert done.code == 2
    assert done.complaint.startswith(f"there is no photo in {empty}; its files would end in")
    done = kith("detect", empty, photos / "obama.jpg", "--quiet")
    assert done.code == 0
    assert f"kith: {empty}: holds no photo" in done.err


def test_odd_file_names(kith: Kith, photos: Path) -> None:
    names = ["quote'\"; rm -rf.jpg", "-dash.jpg", "😀 [bold]x[red].jpg", "new\nline\x1b[31m.jpg"]
    for name in names:
        (photos / name).write_bytes((photos / "obama2.jpg").read_bytes())
    paths = [photos / name for name in names]
    found = kith.fine("detect", *paths, "--json").objects
    assert [one["source"] for one in found] == list(map(str, paths))
    table = kith.fine("detect", *paths).out
    assert "😀 [bold]x[red].jpg" in table
    assert r"new\nline\x1b[31m.jpg" in table
    assert "\x1b" not in table


def with_mask(photo: PhotoFaces, *masks: Mask | None) -> PhotoFaces:
    faces = tuple(replace(face, mask=mask) for face, mask in zip(photo.faces, masks, strict=True))
    return replace(photo, faces=faces)


def test_what_is_written_at_faces(photos: Path, recognizer: library.Recognizer) -> None:
    found = recognizer.describe(photos / "pair.jpg", embed=False, keep_pixels=True)
    assert len(found.faces) == 2
    scores = [f"{face.score:.2f}" for face in found.faces]
    worn, wrong, none = (Mask(MaskState(state), 0.876) for state in ("worn", "wrong", "none"))
    for masks, words in (
        ((None, none), scores),
        ((worn, wrong), ["mask 0.88", "mask worn wrong 0.88"]),
    ):
        labels = pictures.detected(with_mask(found, *masks))
        assert [label.short for label in labels] == ["1", "2"]
        assert [label.text for label in labels] == [f"1: {words[0]}", f"2: {words[1]}"]
        assert (labels[0].colour == labels[1].colour) == (words == scores)
    masked = with_mask(found, worn, wrong).faces
    assert [pictures.scores(face) for face in masked] == [
        f"{scores[0]} · mask 0.88",
        f"{scores[1]} · mask worn wrong 0.88",
    ]


def test_the_column_of_masks_is_there_where_somebody_wears_one(
    photos: Path, recognizer: library.Recognizer, capsys: pytest.CaptureFixture[str]
) -> None:
    found = recognizer.describe(photos / "pair.jpg", embed=False)
    for mask, cell in ((Mask(MaskState.WORN, 0.876), "worn 0.88"), (None, None)):
        with Table(*columns()) as table:
            add_rows(table, with_mask(found, None, mask))
        out = capsys.readouterr().out
        assert ("mask" in out.splitlines()[1]) == (cell is not None)
        assert cell is None or out.count(cell) == 1


def test_a_sheet_of_all_faces(kith: Kith, photos: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "new" / "faces.png"
    kith.fine("detect", photos / "pair.jpg", photos / "obama.jpg", "--sheet", sheet, "--quiet")
    page = np.asarray(Image.open(sheet)).astype(int)
    assert page.shape[1] >= 3 * 168
    assert 0.15 < (page.std(axis=2) > 12).mean() < 0.9  # three faces; the page has no colour
    before = (photos / "obama.jpg").read_bytes()
    for wrong, said in (
        (photos / "obama.jpg", "is one of the photos"),
        (photos, "a sheet's name ends in .png"),
        (tmp_path / "faces.txt", "a sheet's name ends in .png"),
    ):
        done = kith("detect", photos / "obama.jpg", "--sheet", wrong)
        assert (done.code, done.out) == (2, "")
        assert said in done.complaint
    assert (photos / "obama.jpg").read_bytes() == before


def test_a_sheet_says_how_many_it_leaves_out(
    kith: Kith, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face_sheet, "MOST", 1)
    asked = ("detect", photos / "pair.jpg", photos / "obama.jpg", "--sheet", tmp_path / "f.png")
    assert "2 faces found room on no sheet: it holds 1" in kith.fine(*asked).out


GROUPS = {
    "facenet_pytorch_images/data/multiface.jpg": 6,
    "maskedface_verify/image/00BidenObama1-superJumbo.jpg": 2,
    "maskedface_verify/image/Ellenwefie_masked.jpg": 11,
    "aizoo_mask_imgs/img/demo.png": 4,
}


@pytest.mark.parametrize("name", GROUPS)
def test_nobody_of_a_group_is_found_twice(
    shared_data: Path, recognizer: library.Recognizer, name: str
) -> None:
    faces = recognizer.detect(shared_data / name)
    assert len(faces) >= GROUPS[name]
    for one, other in combinations(faces, 2):
        assert overlap(one.box, other.box) < 0.3
        apart = np.hypot(*(one.landmarks.mean(axis=0) - other.landmarks.mean(axis=0)))
        assert apart > 0.5 * min(one.box.width, other.box.width)
