from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

import kith as library
from kith.cli.pictures import identified
from kith.types import Mask, MaskState

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Kith


@pytest.fixture
def known(kith: Kith, photos: Path) -> Kith:
    kith.fine("enroll", "Barack", photos / "obama.jpg", "--quiet")
    kith.fine("enroll", "Joe", photos / "biden.jpg", "--quiet")
    return kith


def test_who_is_on_a_photo(known: Kith, photos: Path) -> None:
    [photo] = known.fine("identify", photos / "obama2.jpg", "--json").objects
    assert set(photo) == {"source", "width", "height", "faces", "calibration"}
    assert photo["calibration"] is None
    [face] = photo["faces"]
    assert set(face) == {
        "box",
        "landmarks",
        "score",
        "quality",
        "quality_parts",
        "mask",
        "verdict",
        "name",
        "similarity",
        "threshold",
        "probability",
        "candidates",
        "masks",
        "reason",
    }
    assert set(face["quality_parts"]) == {
        *("size", "sharpness", "yaw", "brightness", "contrast", "glare", "unevenness"),
        *("grain", "cut", "sureness", "strength"),
    }
    assert (face["verdict"], face["name"], face["reason"]) == ("match", "Barack", None)
    assert face["similarity"] >= face["threshold"]
    first, second = face["candidates"]
    assert first == {"name": "Barack", "similarity": face["similarity"]}
    assert second["name"] == "Joe"


def test_two_people_on_one_photo(known: Kith, photos: Path) -> None:
    [photo] = known.fine("identify", photos / "pair.jpg", "--json").objects
    assert {face["name"] for face in photo["faces"]} == {"Barack", "Joe"}
    table = known.fine("identify", photos / "pair.jpg").out
    assert "Barack" in table
    assert "Joe" in table


def test_nobody_on_a_photo(known: Kith, photos: Path) -> None:
    [photo] = known.fine("identify", photos / "green.png", "--json").objects
    assert (photo["faces"], photo["verdict"]) == ([], "no_face")
    assert "no face" in known.fine("identify", photos / "green.png").out


def test_a_stranger(known: Kith, photos: Path, presidents: Path) -> None:
    known.fine("gallery", "forget", "Barack", "--yes", "--quiet")
    [photo] = known.fine("identify", photos / "obama2.jpg", "--json", "--top", "1").objects
    [face] = photo["faces"]
    assert (face["verdict"], face["name"]) == ("unknown", None)
    assert [one["name"] for one in face["candidates"]] == ["Joe"]
    assert "unknown" in known.fine("identify", photos / "obama2.jpg").out


def test_two_people_too_close_to_call(known: Kith, photos: Path) -> None:
    Image.open(photos / "obama.jpg").resize((819, 1023)).save(photos / "again.png")
    known.fine("enroll", "Barry", photos / "again.png", "--quiet")
    [photo] = known.fine("identify", photos / "obama.jpg", "--json").objects
    [face] = photo["faces"]
    assert (face["verdict"], face["name"]) == ("ambiguous", None)
    assert [one["name"] for one in face["candidates"]] == ["Barack", "Barry", "Joe"]
    assert "either Barack or Barry" in known.fine("identify", photos / "obama.jpg").out
    assert "ambiguous" in known.fine("identify", photos / "obama.jpg", "--top", "1").out


def test_an_empty_gallery(known: Kith, photos: Path) -> None:
    for name in ("Barack", "Joe"):
        known.fine("gallery", "forget", name, "--yes", "--quiet")
    assert "unknown: the gallery is empty" in known.fine("identify", photos / "obama.jpg").out


def test_names_on_pictures(known: Kith, photos: Path, tmp_path: Path) -> None:
    known.fine("identify", photos, "--draw", tmp_path / "seen", "--quiet")
    assert len(list((tmp_path / "seen").iterdir())) == 5
    drawn = np.asarray(Image.open(tmp_path / "seen" / "obama2.jpg")).astype(int)
    plain = np.asarray(Image.open(photos / "obama2.jpg")).astype(int)
    assert (np.abs(drawn - plain).max(axis=2) > 60).mean() > 0.005


@pytest.mark.parametrize("embedder", [(), ("--embedder", "sface"), ("--embedder", "sface+mirror")])
def test_no_gallery(kith: Kith, photos: Path, gallery: Path, embedder: tuple[str, ...]) -> None:
    done = kith("identify", photos / "obama.jpg", *embedder)
    assert done.code == 2
    assert done.complaint == f"no gallery at {gallery}: enrol somebody first"
    assert not gallery.parent.exists()


def test_a_gallery_of_another_embedder(known: Kith, photos: Path) -> None:
    done = known("identify", photos / "obama.jpg", "--embedder", "sface+mirror")
    assert done.code == 2
    assert "made with another kind of embedding" in done.complaint
    assert "use embedder 'sface'" in done.complaint


def test_a_gallery_is_read_with_its_own_embedder(kith: Kith, photos: Path) -> None:
    kith.fine("enroll", "Barack", photos / "obama.jpg", "--embedder", "sface+mirror", "-q")
    [photo] = kith.fine("identify", photos / "obama2.jpg", "--json").objects
    assert photo["faces"][0]["name"] == "Barack"


def test_files_that_are_no_gallery(kith: Kith, photos: Path, tmp_path: Path) -> None:
    import sqlite3

    foreign = tmp_path / "other.db"
    with sqlite3.connect(foreign) as other:
        other.execute("create table things (a)")
    other.close()
    before = foreign.read_bytes()
    for path, complaint in (
        (photos, "is a folder: name a file in it"),
        (photos / "obama.jpg", "is not a kith gallery: name another file"),
        (foreign, "is a database of another program"),
        (tmp_path / "no" / "where.kith", "no gallery at"),
    ):
        done = kith("identify", photos / "obama.jpg", "--gallery", path)
        assert done.code == 2
        assert complaint in done.complaint
    assert foreign.read_bytes() == before


def test_a_bad_photo_among_good_ones(known: Kith, photos: Path, bad: Path) -> None:
    done = known("identify", bad / "torn.jpg", photos / "obama.jpg", "--json")
    assert done.code == 0
    assert [set(one) >= {"error"} for one in done.objects] == [True, False]
    assert known("identify", bad / "torn.jpg").code == 2
    assert known("identify", bad / "torn.jpg", photos / "obama.jpg", "--strict").code == 2


def test_a_mask_stands_beside_the_name(
    known: Kith, photos: Path, recognizer: library.Recognizer, gallery: Path
) -> None:
    found = recognizer.describe(photos / "pair.jpg", keep_pixels=True)
    with library.Gallery(gallery, recognizer=recognizer) as people:
        answers = people.identify_faces(found.faces)
    for state, note in (("worn", " · mask"), ("wrong", " · mask worn wrong"), ("none", "")):
        mask = Mask(MaskState(state), 0.9)
        worn = [replace(one, face=replace(one.face, mask=mask)) for one in answers if one.face]
        texts = [label.text for label in identified(found, worn)]
        assert texts == [f"{one.name} {one.similarity:.2f}{note}" for one in answers]
        numbered = [label.text for label in identified(found, worn, numbered=True)]
        assert numbered == [f"{number}: {text}" for number, text in enumerate(texts, 1)]
