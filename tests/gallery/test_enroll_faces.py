"""People whose faces were described already: from a camera, with the default networks."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

import kith
from kith.errors import ContractMismatch, EnrolmentError, InputError, InvalidName
from kith.media import load_photo
from kith.types import Verdict

from .people import CONTRACT, digest
from .people import photo as made_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.types import Face, Pixels


@pytest.fixture
def people(path: Path, recognizer: kith.Recognizer) -> Iterator[kith.Gallery]:
    with kith.Gallery(path, recognizer=recognizer) as opened:
        yield opened


@pytest.fixture(scope="module")
def faces(recognizer: kith.Recognizer, presidents: Path) -> list[Face]:
    names = ("obama.jpg", "obama2.jpg", "obama3.jpg")
    return [recognizer.faces(presidents / name)[0] for name in names]


@pytest.fixture(scope="module")
def portraits(
    recognizer: kith.Recognizer, presidents: Path, faces: list[Face]
) -> list[Pixels | None]:
    names = ("obama.jpg", "obama2.jpg", "obama3.jpg")
    pixels = [load_photo(presidents / name).pixels for name in names]
    crops = [recognizer.crop(p, f, 160) for p, f in zip(pixels, faces, strict=True)]
    return [None, *crops[1:]]


def test_they_are_recognised(
    people: kith.Gallery, faces: list[Face], portraits: list[Pixels | None], presidents: Path
) -> None:
    report = people.enroll_faces("Barack", faces, source="camera", portraits=portraits)
    assert (report.name, report.added, report.faces) == ("Barack", 1, 3)
    [known] = people.people()
    assert (known.photos, known.faces, known.thumbnail) == (1, 3, True)
    answer = people.identify(presidents / "obama_partial_face2.jpg")[0]
    assert (answer.verdict, answer.name) == (Verdict.MATCH, "Barack")
    jpeg = people.thumbnail("Barack")
    assert jpeg is not None
    shown = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"), dtype=int)
    assert shown.shape == (112, 112, 3)
    crop = Image.fromarray(np.asarray(portraits[2])).resize((112, 112), Image.Resampling.BOX)
    other = Image.fromarray(np.asarray(portraits[1])).resize((112, 112), Image.Resampling.BOX)
    apart = [float(np.abs(shown - np.asarray(one, dtype=int)).mean()) for one in (crop, other)]
    assert min(apart) < 6 < max(apart)
    assert people.store.check() == []


def test_a_film_is_known_again(people: kith.Gallery, faces: list[Face]) -> None:
    film = digest("film")
    people.enroll_faces("Barack", faces[:2], source="a.mp4", digest=film)
    report = people.enroll_faces("Barack", faces, source="b.mp4", digest=film)
    assert (report.added, report.already) == (0, 1)
    with pytest.raises(EnrolmentError, match=r"a\.mp4: stands for Barack already"):
        people.enroll_faces("Bo", faces, source="a.mp4", digest=film)
    assert [one.name for one in people.people()] == ["Barack"]


def test_without_pictures(
    path: Path, recognizer: kith.Recognizer, faces: list[Face], portraits: list[Pixels | None]
) -> None:
    with kith.Gallery(path, recognizer=recognizer, portraits=False) as people:
        people.enroll_faces("Barack", faces, source="camera", portraits=portraits)
        assert people.thumbnail("Barack") is None


def test_photos_leave_a_picture_too(
    path: Path, recognizer: kith.Recognizer, presidents: Path
) -> None:
    with kith.Gallery(path, recognizer=recognizer) as people:
        people.enroll("Barack", presidents / "obama.jpg")
        jpeg = people.thumbnail("Barack")
        assert jpeg is not None
        found = recognizer.detect(jpeg)
        assert len(found) == 1
    with kith.Gallery(path, recognizer=recognizer, portraits=False) as people:
        people.enroll("Joe", presidents / "biden.jpg")
        assert people.thumbnail("Joe") is None


def test_faces_that_cannot_stand_for_anybody(people: kith.Gallery, faces: list[Face]) -> None:
    with pytest.raises(EnrolmentError, match="camera: no face found; Ada was not enrolled"):
        people.enroll_faces("Ada", [], source="camera")
    quality = faces[0].quality
    assert quality is not None
    blurred = replace(faces[0], quality=replace(quality, score=0.01, sharpness=0.05))
    with pytest.raises(EnrolmentError, match="face too blurred; Ada was not enrolled"):
        people.enroll_faces("Ada", [blurred], source="camera")
    with pytest.raises(InvalidName):
        people.enroll_faces(" ", faces, source="camera")
    assert not people.store.exists


def test_a_gallery_of_other_networks(
    path: Path, recognizer: kith.Recognizer, faces: list[Face]
) -> None:
    with kith.Gallery(path, recognizer=recognizer) as people:
        people.store.add("Ada", [made_up(1)], CONTRACT)
        with pytest.raises(ContractMismatch):
            people.enroll_faces("Barack", faces, source="camera")


def test_faces_of_two_people_by_turns(
    people: kith.Gallery, faces: list[Face], recognizer: kith.Recognizer, presidents: Path
) -> None:
    pixels = load_photo(presidents / "biden.jpg").pixels
    joe = [recognizer.faces(np.ascontiguousarray(one))[0] for one in (pixels, pixels[:, ::-1])]
    with pytest.raises(EnrolmentError, match="camera: shows 2 people by turns; let only one be"):
        people.enroll_faces("Barack", [*faces, *joe], source="camera")
    assert not people.store.exists
    people.enroll_faces("Barack", [*faces, joe[0]], source="camera")
    assert people.show("Barack").summary.faces == 3
    assert people.identify(presidents / "biden.jpg")[0].name is None


def test_portraits_are_one_for_each_face(people: kith.Gallery, faces: list[Face]) -> None:
    with pytest.raises(InputError, match="1 portraits are not one for each of 3 faces"):
        people.enroll_faces("Barack", faces, source="camera", portraits=[None])


def test_many_faces_are_handled(people: kith.Gallery, faces: list[Face]) -> None:
    people.enroll_faces("Barack", faces * 400, source="camera")
    assert people.show("Barack").summary.faces == 3
