"""`Gallery` from photos to answers, with the default networks on real photos."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

import kith
from kith.errors import (
    ContractMismatch,
    EnrolmentError,
    GalleryError,
    InvalidName,
    NoPhotos,
    OptionError,
    PhotoNotFound,
    PhotoUnreadable,
    UnknownPerson,
)
from kith.gallery.location import default_path
from kith.gallery.store import GalleryStore
from kith.samples import CELEBRITIES
from kith.types import Verdict

from .people import CONTRACT
from .people import photo as made_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.types import Pixels


@pytest.fixture
def people(path: Path, recognizer: kith.Recognizer) -> Iterator[kith.Gallery]:
    with kith.Gallery(path, recognizer=recognizer) as opened:
        yield opened


@pytest.fixture(scope="module")
def known(
    tmp_path_factory: pytest.TempPathFactory, recognizer: kith.Recognizer, celebrities: Path
) -> Iterator[kith.Gallery]:
    """A gallery of the five celebrities, four photos each; do not change it."""
    path = tmp_path_factory.mktemp("gallery") / "people.kith"
    pairs = [
        (name, photo)
        for folder, name in CELEBRITIES.people.items()
        for photo in sorted((celebrities / "train" / folder).glob("*.jpg"))[:4]
    ]
    with kith.Gallery(path, recognizer=recognizer) as opened:
        assert sum(report.added for report in opened.enroll_many(pairs)) == len(pairs)
        yield opened


def test_other_photos_of_everybody_are_recognised(known: kith.Gallery, celebrities: Path) -> None:
    truth = [
        (photo, name)
        for folder, name in CELEBRITIES.people.items()
        for photo in sorted((celebrities / "val" / folder).glob("*.jpg"))
    ]
    stream = known.identify_stream([photo for photo, _ in truth])
    said = [
        max(seen.answers, key=lambda answer: answer.face.box.area if answer.face else 0.0)
        for seen in stream
    ]
    named = [(answer.name, name) for answer, (_, name) in zip(said, truth, strict=True)]
    assert all(given in (None, name) for given, name in named)  # never somebody else
    assert sum(given == name for given, name in named) >= 24  # of 25


def test_a_stranger_has_no_name(known: kith.Gallery, presidents: Path) -> None:
    for photo in ("obama.jpg", "biden.jpg"):
        [answer] = known.identify(presidents / photo)
        assert answer.verdict is Verdict.UNKNOWN
        assert answer.name is None
        assert len(answer.candidates) == 5
        assert answer.similarity == answer.candidates[0].similarity < answer.threshold


def test_one_answer_a_face(known: kith.Gallery, portraits: list[Pixels]) -> None:
    height = min(portraits[0].shape[0], portraits[5].shape[0])
    both = np.concatenate([portraits[0][:height], portraits[5][:height]], axis=1)
    answers = known.identify(both)
    middle = portraits[0].shape[1]
    left, right = sorted(answers, key=lambda answer: answer.face.box.x if answer.face else 0.0)
    assert left.face is not None
    assert right.face is not None
    assert left.face.box.x < middle < right.face.box.x + right.face.box.width
    assert {left.name, right.name} == {"Ben Affleck", "Elton John"}


@pytest.mark.parametrize(("top", "candidates"), [(1, 1), (2, 2), (5, 5), (10**12, 5)])
def test_top(known: kith.Gallery, presidents: Path, top: int, candidates: int) -> None:
    [answer] = known.identify(presidents / "obama.jpg", top=top)
    assert len(answer.candidates) == candidates
    values = [one.similarity for one in answer.candidates]
    assert values == sorted(values, reverse=True)


def test_the_similarity_is_that_to_the_template(
    known: kith.Gallery, recognizer: kith.Recognizer, celebrities: Path
) -> None:
    """Recomputed from the photos: the mean of the embeddings, good photos first."""
    folder = celebrities / "train" / "madonna"
    detail = known.show("Madonna")
    vectors, weights = [], []
    for kept in detail.photos:
        faces = {face.box: face for face in recognizer.faces(kept.source)}
        [stored] = kept.faces
        if stored.member:
            vectors.append(faces[stored.box].embedding)
            weights.append(max(stored.quality, 0.25))
    assert {kept.source for kept in detail.photos} == {
        str(folder / f"{number:02}.jpg") for number in range(1, 5)
    }
    mean = np.average(vectors, axis=0, weights=weights)
    probe = celebrities / "val" / "madonna" / "01.jpg"
    [face] = recognizer.faces(probe)
    assert face.embedding is not None
    expected = float(face.embedding @ (mean / np.linalg.norm(mean)))
    [answer] = known.identify(probe)
    assert answer.name == "Madonna"
    assert answer.similarity == pytest.approx(expected, abs=1e-6)


def test_the_threshold_decides(known: kith.Gallery, celebrities: Path) -> None:
    probe = celebrities / "val" / "madonna" / "01.jpg"
    [answer] = known.identify(probe)
    assert answer.similarity is not None
    [strict] = known.identify(probe, threshold=answer.similarity + 0.01)
    assert (answer.verdict, strict.verdict) == (Verdict.MATCH, Verdict.UNKNOWN)
    [torn] = known.identify(probe, threshold=-1.0, margin=2.0)
    assert torn.verdict is Verdict.AMBIGUOUS


def test_no_face_is_an_answer(known: kith.Gallery) -> None:
    [answer] = known.identify(np.full((200, 200, 3), 128, np.uint8))
    assert (answer.verdict, answer.face) == (Verdict.NO_FACE, None)
    [seen] = known.identify_stream([np.full((200, 200, 3), 128, np.uint8)])
    assert seen.answers == ()


@pytest.mark.parametrize(
    "options", [{"top": 0}, {"threshold": 1.5}, {"threshold": float("nan")}, {"margin": -0.1}]
)
def test_options_outside_their_range(known: kith.Gallery, options: dict[str, float]) -> None:
    with pytest.raises(OptionError):
        known.identify(np.zeros((9, 9, 3), np.uint8), **options)  # type: ignore[arg-type]


def test_photos_in_every_form_are_one_photo_or_another(
    people: kith.Gallery, presidents: Path, obama: Pixels
) -> None:
    path = presidents / "obama.jpg"
    data = path.read_bytes()
    assert people.enroll("Barack", [path, str(path), data, bytearray(data)]).added == 1
    assert people.enroll("Barack", memoryview(data).tobytes()).already == 1
    # Pixels have a digest of their own: nobody can know which file they came from.
    assert people.enroll("Barack", obama).added == 1
    assert people.enroll("Barack", Image.open(io.BytesIO(data))).already == 1
    [answer] = people.identify(presidents / "obama2.jpg")
    assert answer.name == "Barack"


def test_a_gallery_file_is_made_by_the_first_enrolment(
    people: kith.Gallery, path: Path, presidents: Path, recognizer: kith.Recognizer
) -> None:
    [answer] = people.identify(presidents / "obama.jpg")
    assert (answer.verdict, answer.reason) == (Verdict.UNKNOWN, "the gallery is empty")
    assert not path.exists()
    assert people.contract is None
    with pytest.raises(EnrolmentError, match="nobody was enrolled"):
        people.enroll("Nobody", np.zeros((100, 100, 3), np.uint8))
    assert not path.exists()
    people.enroll("Barack", presidents / "obama.jpg")
    assert people.contract == recognizer.contract
    with kith.Gallery(path, read_only=True, recognizer=recognizer) as again:
        [answer] = again.identify(presidents / "obama2.jpg")
        assert answer.name == "Barack"


def test_nobody_is_enrolled_from_nothing(people: kith.Gallery, presidents: Path) -> None:
    with pytest.raises(EnrolmentError, match="no photo was given for Ada"):
        people.enroll("Ada", [])
    with pytest.raises(EnrolmentError, match=r"nowhere\.jpg: there is no such file .*\(and 1 more"):
        people.enroll("Ada", ["nowhere.jpg", "neither.jpg"])
    with pytest.raises(InvalidName):
        people.enroll("", presidents / "obama.jpg")
    people.enroll("Barack", presidents / "obama.jpg")
    with pytest.raises(EnrolmentError, match=r"obama\.jpg: stands for Barack already"):
        people.enroll("Bo", presidents / "obama.jpg")
    assert [person.name for person in people.people()] == ["Barack"]


def test_a_folder_with_a_broken_photo_in_it(
    people: kith.Gallery, tmp_path: Path, presidents: Path
) -> None:
    root = tmp_path / "root"
    for name in ("Barack", "Joe", "Nobody"):
        (root / name).mkdir(parents=True)
    (root / "Barack" / "1.jpg").write_bytes((presidents / "obama.jpg").read_bytes())
    (root / "Barack" / "2.jpg").write_bytes((presidents / "obama2.jpg").read_bytes()[:5000])
    (root / "Joe" / "1.jpg").write_bytes((presidents / "biden.jpg").read_bytes())
    (root / "Nobody" / "1.jpg").write_bytes(b"")
    told: list[tuple[str, str | None]] = []
    reports = {
        report.name: report
        for report in people.enroll_folder(root, on_photo=lambda *given: told.append(given))
    }
    assert {name: report.added for name, report in reports.items()} == {
        "Barack": 1,
        "Joe": 1,
        "Nobody": 0,
    }
    [broken] = reports["Barack"].rejected
    assert broken.source == str(root / "Barack" / "2.jpg")
    assert "truncated" in broken.reason
    assert len(told) == 4
    assert [person.name for person in people.people()] == ["Barack", "Joe"]
    again = list(people.enroll_folder(root))
    assert [(report.added, report.already) for report in again] == [(0, 1), (0, 1), (0, 0)]


def test_a_folder_that_is_none(people: kith.Gallery, tmp_path: Path) -> None:
    with pytest.raises(PhotoNotFound):
        list(people.enroll_folder(tmp_path / "nowhere"))
    with pytest.raises(NoPhotos):
        list(people.enroll_folder(tmp_path))


def test_everything_that_can_be_done_with_a_person(people: kith.Gallery, presidents: Path) -> None:
    people.enroll("Barak", presidents / "obama.jpg")
    people.enroll("Barack Obama", presidents / "obama2.jpg")
    people.rename("Barak", "Barack")
    assert people.merge("Barack Obama", "Barack").photos == 1
    [person] = people.people()
    assert (person.name, person.photos) == ("Barack Obama", 2)
    [answer] = people.identify(presidents / "obama3.jpg")
    assert answer.name == "Barack Obama"
    assert people.forget("Barack Obama").scrubbed
    [answer] = people.identify(presidents / "obama3.jpg")
    assert (answer.name, answer.candidates) == (None, ())
    with pytest.raises(UnknownPerson):
        people.show("Barack Obama")


def test_what_another_process_enrols_is_seen(
    people: kith.Gallery, path: Path, presidents: Path, recognizer: kith.Recognizer
) -> None:
    people.enroll("Joe", presidents / "biden.jpg")
    [before] = people.identify(presidents / "obama2.jpg")
    with kith.Gallery(path, recognizer=recognizer) as other:
        other.enroll("Barack", presidents / "obama.jpg")
    [after] = people.identify(presidents / "obama2.jpg")
    assert (before.name, after.name) == (None, "Barack")


def test_several_threads_use_one_gallery(
    people: kith.Gallery, celebrities: Path, presidents: Path
) -> None:
    photos = sorted((celebrities / "train" / "madonna").glob("*.jpg"))[:6]
    start = threading.Barrier(4)

    def work(number: int) -> str | None:
        start.wait()
        if number < 2:
            people.enroll("Madonna", photos[number * 3 : number * 3 + 3])
            return None
        [answer] = people.identify(presidents / "obama.jpg")
        return answer.name

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [None] * 4
    assert people.show("Madonna").summary.photos == 6
    assert people.store.check() == []


def test_another_kind_of_embedding_is_never_compared(
    path: Path, recognizer: kith.Recognizer, presidents: Path
) -> None:
    with GalleryStore.open(path, create=True) as store:
        store.add("Ada", [made_up(1)], CONTRACT)
    with kith.Gallery(path, recognizer=recognizer) as people:
        for use in (
            lambda: people.identify(presidents / "obama.jpg"),
            lambda: people.enroll("Barack", presidents / "obama.jpg"),
            lambda: list(people.identify_stream([presidents / "obama.jpg"])),
        ):
            with pytest.raises(ContractMismatch, match="use embedder 'tiny'"):
                use()


def test_the_gallerys_own_network_is_checked_too(
    path: Path, recognizer: kith.Recognizer, presidents: Path
) -> None:
    """Made with other weights of the same name: found at the first question, not the second."""
    from dataclasses import replace

    contract = replace(recognizer.contract, weights_sha256="0" * 64, dimension=32)
    with GalleryStore.open(path, create=True) as store:
        store.add("Ada", [made_up(1)], contract)
    with kith.Gallery(path) as people, pytest.raises(ContractMismatch, match="weights_sha256"):
        people.identify(presidents / "obama.jpg")


def test_a_mirrored_gallery_opens_with_its_own_embedder(
    path: Path, networks: object, presidents: Path
) -> None:
    mirrored = kith.Recognizer(embedder="sface+mirror")
    with mirrored, kith.Gallery(path, recognizer=mirrored) as people:
        people.enroll("Barack", presidents / "obama.jpg")
    with kith.Gallery(path) as people:
        assert people.recognizer.embedder == "sface+mirror"
        [answer] = people.identify(presidents / "obama2.jpg")
        assert answer.name == "Barack"
        people.recognizer.close()


def test_the_stream_goes_on_past_a_photo_that_cannot_be_read(
    known: kith.Gallery, presidents: Path, tmp_path: Path
) -> None:
    torn = tmp_path / "torn.jpg"
    torn.write_bytes((presidents / "obama.jpg").read_bytes()[:1000])
    first, second, third = known.identify_stream(
        [presidents / "obama.jpg", torn, presidents / "biden.jpg"]
    )
    assert len(first.answers) == len(third.answers) == 1
    assert second.answers == ()
    assert second.photo.error is not None
    with pytest.raises(PhotoUnreadable):
        known.identify(torn)


def test_a_closed_gallery_says_so(path: Path, recognizer: kith.Recognizer) -> None:
    people = kith.Gallery(path, recognizer=recognizer)
    people.close()
    people.close()
    with pytest.raises(GalleryError, match="is closed"):
        list(people.people())


def test_where_the_gallery_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recognizer: kith.Recognizer
) -> None:
    monkeypatch.setenv("KITH_GALLERY", str(tmp_path / "mine.kith"))
    with kith.Gallery(recognizer=recognizer) as people:
        assert people.store.path == tmp_path / "mine.kith"
    monkeypatch.delenv("KITH_GALLERY")
    assert default_path().name == "people.kith"


def test_a_gallery_is_looked_at_while_it_is_made(tmp_path: Path) -> None:
    """The first change makes the tables; whoever looks meanwhile sees none or all of them."""
    for number in range(40):
        path = tmp_path / f"{number}.kith"
        over = threading.Event()
        with ThreadPoolExecutor(2) as pool:
            looking = [pool.submit(look, path, over) for _ in range(2)]
            with GalleryStore.open(path, create=True) as store:
                store.add("Ada", [made_up(1)], CONTRACT)
            over.set()
            for one in looking:
                one.result()


def look(path: Path, over: threading.Event) -> None:
    while not over.is_set():
        with GalleryStore.open(path, create=True) as store:
            assert store.count() <= 1


def test_what_a_match_needs(known: kith.Gallery) -> None:
    assert known.limit() == known.recognizer.threshold
    assert known.limit(0.5) == 0.5
    with pytest.raises(OptionError):
        known.limit(2.0)
