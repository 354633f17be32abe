"""Galleries and people behind masks: the default networks, photos that masks are painted on."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy import select

import kith
from kith.errors import EnrolmentError
from kith.gallery import schema
from kith.gallery.archive import export_archive, import_archive
from kith.masks import MaskLook, Painter, is_masked
from kith.media import load_photo, save_picture
from kith.samples import CELEBRITIES
from kith.samples.clip import Actor, heads, make_clip, walk
from kith.types import MaskState, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.types import Identification, Pixels

REFUSAL = "wears a mask, which this gallery refuses"
LOOKS = (
    MaskLook(),
    MaskLook("cloth", seed=1),
    MaskLook("kn95", seed=2),
    MaskLook("surgical", seed=3),
    MaskLook("cloth", seed=4),
)


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter()


def behind_a_mask(
    painter: Painter, recognizer: kith.Recognizer, path: Path, look: MaskLook | None = None
) -> Pixels:
    pixels = load_photo(path).pixels
    painted = painter.paint(pixels, recognizer.faces(pixels), look or MaskLook())
    assert any(face.reason is None for face in painted.faces)
    return painted.pixels


@pytest.fixture(scope="module")
def masked(
    painter: Painter, recognizer: kith.Recognizer, celebrities: Path
) -> list[tuple[str, Pixels]]:
    """Two photos of each of the five celebrities, which nobody is enrolled with."""
    return [
        (name, behind_a_mask(painter, recognizer, photo, LOOKS[number]))
        for number, (folder, name) in enumerate(CELEBRITIES.people.items())
        for photo in sorted((celebrities / "val" / folder).glob("*.jpg"))[:2]
    ]


@pytest.fixture(scope="module")
def known(
    tmp_path_factory: pytest.TempPathFactory, recognizer: kith.Recognizer, celebrities: Path
) -> Iterator[kith.Gallery]:
    """The five celebrities, four photos each, without masks; do not change it."""
    path = tmp_path_factory.mktemp("gallery") / "people.kith"
    with kith.Gallery(path, recognizer=recognizer) as opened:
        for folder, name in CELEBRITIES.people.items():
            opened.enroll(name, sorted((celebrities / "train" / folder).glob("*.jpg"))[:4])
        yield opened


@pytest.fixture
def people(path: Path, recognizer: kith.Recognizer) -> Iterator[kith.Gallery]:
    with kith.Gallery(path, recognizer=recognizer) as opened:
        yield opened


def largest(answers: tuple[Identification, ...]) -> Identification:
    return max(answers, key=lambda answer: answer.face.box.area if answer.face else 0.0)


def test_everybody_is_known_behind_a_mask(
    known: kith.Gallery, masked: list[tuple[str, Pixels]]
) -> None:
    answers = [(name, largest(known.identify(pixels))) for name, pixels in masked]
    worn = [answer for _, answer in answers if answer.face and is_masked(answer.face.mask)]
    assert len(worn) >= 9  # of 10 masks were seen
    assert {answer.masks for answer in worn} == {"none/worn"}
    assert all(answer.name in (None, name) for name, answer in answers)
    assert sum(answer.name == name for name, answer in answers) >= 9  # of 10


def test_in_the_space_they_are_more_similar_than_by_the_plain_cosine(
    known: kith.Gallery, recognizer: kith.Recognizer, masked: list[tuple[str, Pixels]]
) -> None:
    """Against the most similar other person, which is what tells people apart."""
    ids = known.store.templates
    everybody = np.concatenate([rows for _, rows in ids.all()])
    names = [ids.names([number])[number] for found, _ in ids.all() for number in found.tolist()]
    leads = []
    for name, pixels in masked:
        answer = largest(known.identify(pixels))
        assert answer.face is not None
        plain = everybody @ answer.face.embedding
        own = names.index(name)
        before = plain[own] - np.delete(plain, own).max()
        after = {one.name: one.similarity for one in answer.candidates}
        leads.append((before, after.pop(name) - max(after.values())))
    before, after = np.mean(leads, axis=0)
    assert after > before + 0.02


def test_a_stranger_behind_a_mask_has_no_name(
    known: kith.Gallery, painter: Painter, recognizer: kith.Recognizer, presidents: Path
) -> None:
    for photo in ("obama.jpg", "biden.jpg"):
        pixels = behind_a_mask(painter, recognizer, presidents / photo)
        [answer] = known.identify(pixels)
        assert (answer.verdict, answer.name) == (Verdict.UNKNOWN, None)
        assert answer.masks == "none/worn"
        assert len(answer.candidates) == 5


def test_faces_with_and_without_a_mask_on_one_photo(
    known: kith.Gallery, masked: list[tuple[str, Pixels]], portraits: list[Pixels]
) -> None:
    name, covered = masked[2]
    assert name == "Elton John"
    bare = portraits[0]
    height = min(bare.shape[0], covered.shape[0])
    both = np.concatenate([bare[:height], covered[:height]], axis=1)
    answers = {answer.name: answer for answer in known.identify(both, top=2)}
    assert answers["Ben Affleck"].masks == "none/none"
    assert answers["Elton John"].masks == "none/worn"
    alone = known.identify(np.ascontiguousarray(bare[:height]), top=2)
    assert largest(alone).similarity == pytest.approx(answers["Ben Affleck"].similarity, abs=0.05)


def test_without_masks_nothing_is_read_twice(known: kith.Gallery, celebrities: Path) -> None:
    with kith.Gallery(known.store.path, recognizer=known.recognizer) as fresh:
        photo = min((celebrities / "val" / "madonna").glob("*.jpg"))
        [answer] = fresh.identify(photo, top=3)
        assert (answer.name, answer.masks) == ("Madonna", "none/none")
        assert fresh._asking._in_space is None


def test_who_was_never_seen_without_a_mask(
    people: kith.Gallery, masked: list[tuple[str, Pixels]], celebrities: Path
) -> None:
    name, first = masked[0]
    folder = celebrities / "train" / "ben_afflek"
    report = people.enroll(name, [first])
    assert report.masked == ("<array>",)
    people.enroll("Madonna", sorted((celebrities / "train" / "madonna").glob("*.jpg"))[:3])
    [kept] = people.show(name).photos
    assert kept.faces[0].mask is MaskState.WORN
    behind = largest(people.identify(masked[1][1]))
    assert (behind.name, behind.masks) == (name, "worn/worn")
    bare = sorted(folder.glob("*.jpg"))
    answers = [largest(people.identify(photo, top=2)) for photo in bare[:4]]
    assert {answer.masks for answer in answers} == {"none/worn"}
    assert {answer.candidates[0].name for answer in answers} == {name}
    assert sum(answer.name == name for answer in answers) >= 3
    # From the first photo without a mask on, they are one of all the others.
    people.enroll(name, bare[4:6])
    assert largest(people.identify(bare[0])).masks == "none/none"
    assert largest(people.identify(masked[1][1])).masks == "none/worn"
    assert people.store.check() == []


def test_masked_photos_are_no_outliers(
    people: kith.Gallery,
    painter: Painter,
    recognizer: kith.Recognizer,
    celebrities: Path,
    masked: list[tuple[str, Pixels]],
) -> None:
    photos = sorted((celebrities / "train" / "mindy_kaling").glob("*.jpg"))[:6]
    covered = [behind_a_mask(painter, recognizer, photo) for photo in photos[4:]]
    report = people.enroll("Mindy Kaling", [*photos[:4], *covered])
    assert report.outliers == ()
    assert report.masked == ("<array>", "<array>")
    stranger = masked[0][1]  # somebody else behind a mask is one
    report = people.enroll("Mindy Kaling", [stranger])
    assert report.outliers == ("<array>",)
    assert people.store.check() == []


def test_masks_are_refused(
    people: kith.Gallery, masked: list[tuple[str, Pixels]], celebrities: Path
) -> None:
    photos = sorted((celebrities / "train" / "ben_afflek").glob("*.jpg"))
    name, covered = masked[0]
    assert not people.no_mask
    people.enroll(name, photos[:3])
    people.set_no_mask(True)
    assert people.no_mask
    answer = largest(people.identify(covered))
    assert (answer.verdict, answer.name, answer.reason) == (Verdict.LOW_QUALITY, None, "mask")
    assert answer.candidates == ()
    assert answer.similarity is not None
    bare = largest(people.identify(photos[5]))
    assert (bare.verdict, bare.name) == (Verdict.MATCH, name)
    verified = people.verify(photos[5], covered)
    assert (verified.verdict, verified.reason) == (Verdict.LOW_QUALITY, "mask")
    assert verified.same is None
    assert verified.similarity is not None
    assert people.verify(photos[5], photos[6]).same
    with pytest.raises(EnrolmentError, match=f"<array>: {REFUSAL}; nobody was enrolled"):
        people.enroll("Bo", [covered])
    assert people.enroll(name, [photos[7], covered]).rejected[0].reason == "mask"
    face = answer.face
    assert face is not None
    with pytest.raises(EnrolmentError, match=f"camera: {REFUSAL}; Bo was not enrolled"):
        people.enroll_faces("Bo", [face], source="camera")
    people.set_no_mask(False)
    assert largest(people.identify(covered)).name == name
    with people.store.database.read() as connection:
        audit = schema.audit
        said = connection.execute(select(audit.c.detail).where(audit.c.action == "masks")).scalars()
        assert [json.loads(one) for one in said] == [{"refused": 1}, {"refused": 0}]


def test_an_archive_keeps_who_wears_a_mask(
    people: kith.Gallery,
    recognizer: kith.Recognizer,
    masked: list[tuple[str, Pixels]],
    celebrities: Path,
    tmp_path: Path,
) -> None:
    people.enroll("Ben Affleck", [masked[0][1]])
    people.enroll("Madonna", sorted((celebrities / "train" / "madonna").glob("*.jpg"))[:2])
    people.set_no_mask(True)
    export_archive(people.store, tmp_path / "people.kithx")
    with kith.Gallery(tmp_path / "new.kith", recognizer=recognizer) as new:
        import_archive(new.store, tmp_path / "people.kithx")
        assert new.no_mask
        [kept] = new.show("Ben Affleck").photos
        assert kept.faces[0].mask is MaskState.WORN
        assert new.store.check() == []
        here, there = (largest(one.identify(masked[1][1])) for one in (people, new))
        assert (there.masks, there.similarity) == (here.masks, here.similarity)
    with kith.Gallery(tmp_path / "other.kith", recognizer=recognizer) as other:
        other.enroll("Elton John", sorted((celebrities / "train" / "elton_john").glob("*"))[:1])
        import_archive(other.store, tmp_path / "people.kithx")
        assert not other.no_mask  # whoever has people has a policy
        assert other.store.count() == 3


def test_another_process_enrols_behind_a_mask(
    people: kith.Gallery, masked: list[tuple[str, Pixels]], celebrities: Path, tmp_path: Path
) -> None:
    people.enroll("Madonna", sorted((celebrities / "train" / "madonna").glob("*.jpg"))[:2])
    name, covered = masked[0]
    assert largest(people.identify(masked[1][1])).name is None
    photo = tmp_path / "covered.png"
    save_picture(covered, photo)
    program = "import sys, kith; kith.Gallery(sys.argv[1]).enroll(sys.argv[2], [sys.argv[3]])"
    command = [sys.executable, "-c", program, str(people.store.path), name, str(photo)]
    subprocess.run(command, check=True, timeout=120)
    answer = largest(people.identify(masked[1][1]))
    assert (answer.name, answer.masks) == (name, "worn/worn")
    bare = min((celebrities / "train" / "ben_afflek").glob("*.jpg"))
    command = [*command[:-1], str(bare)]
    subprocess.run(command, check=True, timeout=120)
    answer = largest(people.identify(masked[1][1]))
    assert (answer.name, answer.masks) == (name, "none/worn")


@pytest.fixture(scope="module")
def films(
    painter: Painter,
    recognizer: kith.Recognizer,
    celebrities: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Somebody who wears a mask, and who takes it off."""
    folder = tmp_path_factory.mktemp("films")
    photos = sorted((celebrities / "train" / "madonna").glob("*.jpg"))[:4]
    covered = [behind_a_mask(painter, recognizer, photo) for photo in photos[:2]]
    place = walk((160.0, 180.0), (480, 180), 260, seconds=3)
    for name, shots in (("worn.mp4", covered), ("taken-off.mp4", [*covered, *photos[2:]])):
        actor = Actor(heads(shots, recognizer), place, turn=3 / len(shots))
        make_clip(folder / name, [actor], seconds=3.0)
    return folder


def test_of_a_film_faces_without_a_mask_are_kept(
    people: kith.Gallery, films: Path, celebrities: Path
) -> None:
    report = people.enroll("Madonna", films / "taken-off.mp4")
    [film] = report.films
    assert (film.people, film.share, report.masked) == (1, 1.0, ())
    [kept] = people.show("Madonna").photos
    assert {face.mask for face in kept.faces} == {MaskState.NONE}
    said = [largest(people.identify(p)).name for p in (celebrities / "val" / "madonna").iterdir()]
    assert said.count("Madonna") >= 4


def test_a_film_of_a_mask(people: kith.Gallery, films: Path) -> None:
    people.set_no_mask(True)
    with pytest.raises(EnrolmentError, match=rf"worn\.mp4: {REFUSAL}; nobody was enrolled"):
        people.enroll("Madonna", films / "worn.mp4")
    assert people.enroll("Madonna", films / "taken-off.mp4").added == 1
    people.set_no_mask(False)
    report = people.enroll("Veiled", films / "worn.mp4")
    assert report.masked == (str(films / "worn.mp4"),)
    [kept] = people.show("Veiled").photos
    assert {face.mask for face in kept.faces} <= {MaskState.WORN, MaskState.WRONG}
