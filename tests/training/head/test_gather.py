"""From folders of photos to what is learned from: real photos, and what is wrong with some."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from kith.errors import InputError, NoPhotos, PhotoNotFound
from kith.training.head.gather import Looked, fingerprint, gather, look
from kith.training.head.outside import held_out_probes, stranger_probes

if TYPE_CHECKING:
    from collections.abc import Callable

    import kith
    from kith.training.head.records import Gathered

pytest.importorskip("sklearn", reason="needs the extra kith[train]")


@pytest.fixture
def people(tmp_path: Path, celebrities: Path) -> Path:
    """Two people with three photos each."""
    for name in ("ben_afflek", "madonna"):
        (tmp_path / "people" / name).mkdir(parents=True)
        for number in ("01.jpg", "02.jpg", "03.jpg"):
            shutil.copy(celebrities / "train" / name / number, tmp_path / "people" / name / number)
    return tmp_path / "people"


@pytest.fixture
def looked(recognizer: kith.Recognizer) -> Callable[[Path], Looked]:
    return lambda root: look(recognizer, root, lambda *_: nullcontext(lambda: None))


@pytest.fixture
def gathered(
    recognizer: kith.Recognizer, looked: Callable[[Path], Looked]
) -> Callable[[Path], Gathered]:
    return lambda root: gather(looked(root), recognizer, root)


def test_everybody_with_their_embeddings(
    people: Path, gathered: Callable[[Path], Gathered], recognizer: kith.Recognizer
) -> None:
    found = gathered(people)
    known = found.references
    assert known.people == ("ben_afflek", "madonna")
    assert known.person.tolist() == [0, 0, 0, 1, 1, 1]
    assert (found.skipped, found.notes) == ((), ())
    [face] = recognizer.faces(known.photos[4])
    np.testing.assert_array_equal(known.vectors[4], face.embedding)
    assert known.quality[4] == face.quality.score
    assert found.contract == recognizer.contract


def test_copies_and_photos_of_two_people(
    people: Path, gathered: Callable[[Path], Gathered]
) -> None:
    before = gathered(people)
    shutil.copy(people / "madonna" / "01.jpg", people / "madonna" / "09.jpg")
    shutil.copy(people / "ben_afflek" / "02.jpg", people / "madonna" / "twin.jpg")
    found = gathered(people)
    reasons = {Path(one.photo).name: one.reason for one in found.skipped}
    assert reasons == {
        "02.jpg": "the same photo is madonna's, too: it is nobody's now",
        "twin.jpg": "the same photo is ben_afflek's, too: it is nobody's now",
        "09.jpg": "a copy of another photo of theirs",
    }
    assert [Path(one).name for one in found.references.photos] == [
        *("01.jpg", "03.jpg"),
        *("01.jpg", "02.jpg", "03.jpg"),
    ]
    assert found.fingerprint != before.fingerprint


def test_the_fingerprint_is_of_whose_photos_they_are(
    people: Path, gathered: Callable[[Path], Gathered]
) -> None:
    found = gathered(people)
    (people / "madonna" / "03.jpg").rename(people / "madonna" / "again.jpg")
    assert gathered(people).fingerprint == found.fingerprint == fingerprint(found.references)
    (people / "madonna").rename(people / "louise")
    assert gathered(people).fingerprint != found.fingerprint


def test_who_has_no_usable_photo_is_nobody_and_who_has_one_is_told(
    people: Path, celebrities: Path, gathered: Callable[[Path], Gathered]
) -> None:
    for name in ("empty", "hill", "elton"):
        (people / name).mkdir()
    Image.new("RGB", (200, 200), (20, 90, 30)).save(people / "hill" / "green.png")
    (people / "hill" / "text.jpg").write_text("no photo")
    shutil.copy(celebrities / "train" / "elton_john" / "01.jpg", people / "elton")
    found = gathered(people)
    assert found.references.people == ("ben_afflek", "elton", "madonna")
    assert [one.reason.partition(" ")[0] for one in found.skipped] == ["no", "is"]
    assert any(note.startswith("without a usable photo") and "hill" in note for note in found.notes)
    assert any("one photo each" in note and "elton" in note for note in found.notes)


def test_what_nothing_can_be_learned_from(
    people: Path, tmp_path: Path, gathered: Callable[[Path], Gathered]
) -> None:
    for root, kind, said in (
        (tmp_path / "nowhere", PhotoNotFound, "no such file or folder"),
        (people / "madonna" / "01.jpg", NoPhotos, "is a file"),
        (people / "madonna", InputError, "nobody has two usable photos"),
    ):
        with pytest.raises(kind, match=said):
            gathered(root)
    (people / "madonna").rename(people / '"')
    with pytest.raises(InputError, match="is no name"):
        gathered(people)
    shutil.rmtree(people / '"')
    with pytest.raises(InputError, match="one person has a photo that can be learned from"):
        gathered(people)
    shutil.rmtree(people / "ben_afflek")
    with pytest.raises(NoPhotos):
        gathered(people)


def test_strangers_are_neither_known_nor_learned_from(
    people: Path,
    celebrities: Path,
    presidents: Path,
    tmp_path: Path,
    recognizer: kith.Recognizer,
    looked: Callable[[Path], Looked],
    gathered: Callable[[Path], Gathered],
) -> None:
    known = gathered(people).references
    others = tmp_path / "others"
    (others / "Madonna").mkdir(parents=True)
    shutil.copy(celebrities / "val" / "madonna" / "01.jpg", others / "Madonna")
    shutil.copy(people / "ben_afflek" / "01.jpg", others / "stranger.jpg")
    shutil.copy(presidents / "obama.jpg", others / "obama.jpg")
    shutil.copy(presidents / "obama.jpg", others / "obama (2).jpg")
    found = stranger_probes(looked(others), recognizer, known)
    assert [Path(one).stem.partition(" ")[0] for one in found.probes.photos] == ["obama"]
    assert any("Madonna" in note for note in found.notes)
    assert any("copies" in note and note.endswith("2") for note in found.notes)
    (others / "obama.jpg").unlink()
    (others / "obama (2).jpg").unlink()
    with pytest.raises(InputError, match="no photo of a stranger"):
        stranger_probes(looked(others), recognizer, known)


def test_held_out_photos_go_by_the_names_of_their_folders(
    people: Path,
    celebrities: Path,
    presidents: Path,
    recognizer: kith.Recognizer,
    looked: Callable[[Path], Looked],
    gathered: Callable[[Path], Gathered],
) -> None:
    known = gathered(people).references
    held = held_out_probes(looked(celebrities / "val"), recognizer, known)
    assert len(held.known.photos) == 10
    assert {known.people[one] for one in held.known.person} == {"ben_afflek", "madonna"}
    assert len(held.strangers.photos) == 15
    assert held.notes == ()
    shutil.copy(celebrities / "val" / "madonna" / "01.jpg", people / "madonna" / "more.jpg")
    again = held_out_probes(looked(people), recognizer, known)
    assert [Path(one).name for one in again.known.photos] == ["more.jpg"]
    assert again.notes == ("photos held out that are copies of others, left out: 6",)
    with pytest.raises(InputError, match="called like somebody to learn"):
        held_out_probes(looked(presidents), recognizer, known)
