"""`kith.calibrate` from a gallery, or photos, to what the gallery keeps."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

import kith
from gallery.people import face
from kith.embedding import parse
from kith.errors import (
    ContractMismatch,
    GalleryError,
    GalleryReadOnly,
    InputError,
    NoPhotos,
    OptionError,
    PhotoNotFound,
)
from kith.evaluation.calibrate.material import from_gallery, from_pairs
from kith.gallery.records import NewPhoto
from kith.types import EmbeddingContract, Mask, MaskState, Quality

from .crowds import CONTRACT, crowd, digest, mixed, vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from kith.types import Face, Vector


class Eyes:
    """What calibrating asks of a recogniser besides faces."""

    detector, embedder, contract = "yunet", "sface", CONTRACT
    threshold = known_threshold = 0.5
    masked_space = None
    tradition = parse("sface").tradition

    def faces(self, image: Vector | Face) -> tuple[Face, ...]:
        """Take a vector, or a face, for a photo of one face."""
        return (portrait(image) if isinstance(image, np.ndarray) else image,)


EYES = cast("kith.Recognizer", Eyes())


def portrait(vector: Vector) -> Face:
    return face(vector, Quality(61.5, 0.4, -0.1, 0.8))


def fill(gallery: kith.Gallery, person: Sequence[int], seed: int = 0) -> None:
    rows = vectors(person, seed)
    for one in sorted(set(person)):
        kept = [
            NewPhoto(digest((seed, number)), f"{number}.jpg", (portrait(rows[number]),))
            for number, of in enumerate(person)
            if of == one
        ]
        gallery.store.add(f"Person {one}", kept, CONTRACT)


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[kith.Gallery]:
    with kith.Gallery(tmp_path / "people.kith", recognizer=EYES) as opened:
        yield opened


def test_a_gallery_calibrates_itself(gallery: kith.Gallery) -> None:
    fill(gallery, mixed(60))
    report = kith.calibrate(gallery, fmr=1e-2)
    kept = gallery.calibration
    assert kept == report.calibration
    assert kept is not None
    assert (kept.source, kept.people, kept.photos, kept.fmr) == ("gallery", 60, 120, 1e-2)
    assert kept.contract == CONTRACT
    [answer] = gallery.identify(cast("Any", vectors([0])[0]))
    assert answer.threshold == kept.threshold_for(60)
    assert gallery.store.check() == []


def test_the_order_of_enrolment_does_not_matter(gallery: kith.Gallery, tmp_path: Path) -> None:
    person = mixed(60)
    fill(gallery, person)
    one = kith.calibrate(gallery, fmr=1e-2).calibration
    rows = vectors(person)
    with kith.Gallery(tmp_path / "other.kith", recognizer=EYES) as other:
        for number in np.random.default_rng(3).permutation(len(person)).tolist():
            kept = NewPhoto(digest((0, number)), "x.jpg", (portrait(rows[number]),))
            other.store.add(f"Somebody {person[number]}", [kept], CONTRACT)
        two = kith.calibrate(other, fmr=1e-2).calibration
    assert (one.threshold, one.tail, one.pair_odds, one.fingerprint) == (
        two.threshold,
        two.tail,
        two.pair_odds,
        two.fingerprint,
    )


def test_outliers_and_further_faces_of_a_photo_are_left_out(gallery: kith.Gallery) -> None:
    rows = vectors(crowd(2, 6))
    several = tuple(portrait(rows[number]) for number in (0, 1))
    large = portrait(rows[2])
    large = type(large)(large.box._replace(width=500), *[getattr(large, name) for name in (
        "landmarks", "score", "quality", "embedding")])  # fmt: skip
    photos = [
        NewPhoto(digest("two"), "two.jpg", (*several, large)),
        *(NewPhoto(digest(n), f"{n}.jpg", (portrait(rows[n]),)) for n in (3, 4, 5)),
        NewPhoto(digest("wrong"), "wrong.jpg", (portrait(-rows[9]),)),
    ]
    gallery.store.add("Ada", photos, CONTRACT)
    found = from_gallery(gallery.store)
    assert found.notes == ("1 photos that the templates leave out are left out here too",)
    assert sorted(found.digests) == sorted([digest("two"), *map(digest, (3, 4, 5))])
    at = np.array([found.digests.index(digest("two"))])
    assert np.array_equal(found.vectors(at)[0], rows[2])  # the largest


def test_enrolled_faces_behind_masks_count_for_masks(gallery: kith.Gallery) -> None:
    person = crowd(80, 4)
    rows = vectors(person)
    for one in range(80):
        kept = [
            NewPhoto(
                digest(number),
                f"{number}.jpg",
                (replace(portrait(rows[number]), mask=Mask(state, 0.9)),),
            )
            for number, state in zip(
                range(4 * one, 4 * one + 4), [MaskState.NONE, MaskState.WORN] * 2, strict=True
            )
        ]
        gallery.store.add(f"Person {one}", kept, CONTRACT)
    found = from_gallery(gallery.store)
    assert found.worn.tolist() == [False, True] * 160
    made = kith.calibrate(gallery, fmr=1e-2).calibration
    assert (made.people, made.photos) == (80, 160)
    assert [(one.pair, one.people, one.photos, one.painted) for one in made.masked] == [
        ("none/worn", 80, 160, 0),
        ("worn/worn", 80, 160, 0),
    ]
    assert gallery.calibration == made
    masked = replace(portrait(rows[1]), mask=Mask(MaskState.WORN, 0.9))
    [answer] = gallery.identify(cast("Any", masked))
    assert (answer.masks, answer.threshold) == ("none/worn", made.threshold_for(80, "none/worn"))


def test_too_few_people_change_nothing(gallery: kith.Gallery) -> None:
    fill(gallery, crowd(10, 2))
    kith.calibrate(gallery, fmr=0.3)
    before = gallery.calibration
    with pytest.raises(InputError, match=r"needs 78 people .* there are 10: 146 more"):
        kith.calibrate(gallery)
    assert gallery.calibration == before is not None


def test_a_run_that_is_stopped_leaves_the_gallery_as_it_was(
    gallery: kith.Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(gallery, mixed(60))
    before = gallery.store.templates.change_counter()

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kith.evaluation.calibrate.measure.searched", stop)
    with pytest.raises(KeyboardInterrupt):
        kith.calibrate(gallery, fmr=1e-2)
    assert gallery.calibration is None
    assert gallery.store.templates.change_counter() == before


def test_an_empty_gallery(gallery: kith.Gallery, tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match="empty: enrol somebody first"):
        kith.calibrate(gallery, photos=tmp_path)
    assert not gallery.store.exists


def test_a_gallery_of_another_contract(gallery: kith.Gallery) -> None:
    fill(gallery, crowd(2, 2))

    class Others(Eyes):
        contract = EmbeddingContract("other", "ef" * 32, "five-points", 1, 32)

    with (
        kith.Gallery(gallery.store.path, recognizer=cast("kith.Recognizer", Others())) as again,
        pytest.raises(ContractMismatch, match="made with another kind of embedding") as told,
    ):
        kith.calibrate(again)
    assert "\n" not in str(told.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_file_that_cannot_be_written(gallery: kith.Gallery) -> None:
    fill(gallery, mixed(60))
    gallery.store.path.chmod(0o400)
    with (
        kith.Gallery(gallery.store.path, recognizer=EYES) as again,
        pytest.raises(GalleryReadOnly),
    ):
        kith.calibrate(again, fmr=1e-2)


def test_a_gallery_for_reading_only_is_told_before_any_work(
    gallery: kith.Gallery, tmp_path: Path
) -> None:
    fill(gallery, crowd(2, 2))
    with (
        kith.Gallery(gallery.store.path, recognizer=EYES, read_only=True) as again,
        pytest.raises(GalleryReadOnly, match="open it for writing"),
    ):
        kith.calibrate(again, photos=tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fmr": 0.0}, "an FMR lies above 0 and below 1, not at 0"),
        ({"fmr": 1.0}, "an FMR lies above 0 and below 1"),
        ({"fmr": float("nan")}, "an FMR lies above 0"),
        ({"fpir": -1}, "an FPIR lies above 0 and below 1, not at -1"),
        ({"seed": -1}, "a seed is a whole number from 0"),
        ({"photos": "a", "pairs": "b"}, "photos or pairs, not both"),
        ({"root": "a"}, "a root belongs to pairs"),
        ({"masked": True}, "a gallery keeps none: give --photos ROOT or --pairs FILE"),
    ],
)
def test_options_outside_their_range(
    gallery: kith.Gallery, options: dict[str, Any], said: str
) -> None:
    fill(gallery, crowd(2, 2))
    with pytest.raises(OptionError, match=said):
        kith.calibrate(gallery, **options)


def test_folders_that_hold_nobody(gallery: kith.Gallery, tmp_path: Path) -> None:
    fill(gallery, crowd(2, 2))
    with pytest.raises(PhotoNotFound):
        kith.calibrate(gallery, photos=tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoPhotos):
        kith.calibrate(gallery, photos=tmp_path / "empty")


def test_a_list_that_names_nobody_is_refused(tmp_path: Path) -> None:
    """Two photos that no pair joins may be one person: they are no impostors."""
    for number in range(4):
        (tmp_path / f"{number}.jpg").write_bytes(b"x")
    (tmp_path / "pairs.csv").write_text("a,b,same\n0.jpg,1.jpg,yes\n2.jpg,3.jpg,no\n")
    with pytest.raises(InputError, match="does not say who is on its photos") as told:
        from_pairs(tmp_path / "pairs.csv", None, EYES)
    assert "\n" not in str(told.value)


def test_real_photos(shared_data: Path, tmp_path: Path, recognizer: kith.Recognizer) -> None:
    """Some people are enrolled, others calibrated on, and yet others are tested."""
    from kith.evaluation.describe import describe

    people = sorted(path for path in (shared_data / "lfw_dev" / "images").iterdir())
    folders = {"enrolled": people[:6], "others": people[6:66], "test": people[66:120]}
    for name, chosen in folders.items():
        for path in chosen:
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / path.name).symlink_to(path)
    with kith.Gallery(tmp_path / "people.kith", recognizer=recognizer) as gallery:
        list(gallery.enroll_folder(tmp_path / "enrolled"))
        found = kith.calibrate(gallery, fmr=0.01, photos=tmp_path / "others").calibration
        assert found.source == "photos"
        assert 58 <= found.people <= 60  # of somebody a mask may be told where there is none
        assert 0.2 < found.threshold < 0.6
        assert found.measured_fmr.value <= 0.02
        photos = sorted(str(path) for path in (tmp_path / "test").glob("*/*.jpg"))
        faces = describe(recognizer, photos).faces
        rows = np.stack([one.embedding for one in faces if one and one.embedding is not None])
        names = [os.path.basename(os.path.dirname(path)) for path in photos]  # noqa: PTH119, PTH120
        same = np.array([[a == b for a in names] for b in names])
        rate = ((rows @ rows.T)[~same] >= found.threshold).mean()
        assert rate <= 0.01
        for answer in gallery.identify(photos[0]):
            assert answer.calibration == found.promise(6)
            assert answer.threshold == found.threshold_for(6)
            assert answer.name is None
