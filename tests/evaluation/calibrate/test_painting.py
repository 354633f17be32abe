"""Masked copies of real photos, to calibrate on."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

import kith
from kith.evaluation.calibrate import painting
from kith.evaluation.calibrate.deal import deal
from kith.evaluation.calibrate.material import from_folder
from kith.evaluation.calibrate.painting import to_paint, with_copies
from kith.masks import Painter
from kith.recognizer.cache import FaceCache
from kith.types import MaskState

from .crowds import crowd, material
from .veiled import worn

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter()


def test_who_gets_a_mask() -> None:
    person = crowd(20, 3)
    photos = worn(person, [0, 4])
    photos.acquired[7] = False
    chosen = to_paint(photos, 0)
    assert chosen.tolist() == [at for at in range(60) if at not in (0, 4, 7)]


def test_of_many_photos_some_of_everybody_get_a_mask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "MOST_COPIES", 20)
    photos = material(crowd(20, 5))
    chosen = to_paint(photos, 3)
    assert np.bincount(photos.person[chosen]).tolist() == [2] * 20
    used = np.concatenate([np.concatenate(half) for half in deal(photos, 3).halves])
    assert set(chosen) <= set(used)
    assert to_paint(photos, 4).tolist() != chosen.tolist()


def test_faces_are_found_again_behind_masks(
    celebrities: Path, recognizer: kith.Recognizer, painter: Painter, tmp_path: Path
) -> None:
    for name in ("madonna", "elton_john"):
        shutil.copytree(celebrities / "val" / name, tmp_path / "photos" / name)
    broken = tmp_path / "photos" / "madonna" / "broken.jpg"
    broken.write_bytes(b"no photo")
    seen: list[None] = []
    with FaceCache(tmp_path / "cache") as cache:
        photos = from_folder(tmp_path / "photos", recognizer, cache=cache)
        cache.flush()
        size = cache.path.stat().st_size
        chosen = to_paint(photos, 0)
        assert len(chosen) == len(photos.person) - 1 == 10
        both = with_copies(
            photos, recognizer, painter, chosen, 0, on_photo=lambda: seen.append(None)
        )
        assert cache.path.stat().st_size == size
    copies = both.copies
    assert copies is not None
    assert len(seen) == 10
    assert 7 <= len(copies.of) <= 10  # of some a mask may not be told
    assert copies.acquired.sum() >= 7
    bare = photos.vectors(copies.of)
    found = np.flatnonzero(copies.acquired).tolist()
    assert {copies.states[at] for at in found} <= {MaskState.WORN, MaskState.WRONG}
    kept = np.array([bare[at] @ copies.vectors[at] for at in found])
    assert kept.max() < 0.98
    assert np.median(kept) > 0.6
    again = with_copies(photos, recognizer, painter, chosen, 0).copies
    assert again is not None
    assert np.array_equal(again.vectors, copies.vectors)
    other = with_copies(photos, recognizer, painter, chosen, 1).copies
    assert other is not None
    assert not np.array_equal(other.vectors[:5], copies.vectors[:5])


def test_a_photo_that_has_gone_and_one_too_small(
    celebrities: Path, recognizer: kith.Recognizer, painter: Painter, tmp_path: Path
) -> None:
    shutil.copytree(celebrities / "val" / "madonna", tmp_path / "photos" / "madonna")
    photos = from_folder(tmp_path / "photos", recognizer)
    chosen = to_paint(photos, 0)
    gone, small, *rest = (photos.photos[at] for at in chosen.tolist())
    (tmp_path / gone.path).unlink()
    assert small.face is not None
    points = small.face.landmarks.mean(axis=0) + small.face.landmarks / 100
    tiny = small._replace(face=replace(small.face, landmarks=points))
    photos = replace(photos, photos=tuple(tiny if one is small else one for one in photos.photos))
    found = with_copies(photos, recognizer, painter, chosen, 0)
    assert found.copies is not None
    assert not set(found.copies.of) & set(chosen[:2])
    assert len(found.copies.of) <= len(rest)
    assert "2 photos got no mask (most often: " in found.notes[0]


def test_a_gallery_is_calibrated_behind_masks(
    shared_data: Path, tmp_path: Path, recognizer: kith.Recognizer, painter: Painter
) -> None:
    people = sorted((shared_data / "lfw_dev" / "images").iterdir())
    for path in people[:60]:
        (tmp_path / "photos" / path.name).mkdir(parents=True)
        for photo in sorted(path.iterdir())[:2]:
            (tmp_path / "photos" / path.name / photo.name).symlink_to(photo)
    with kith.Gallery(tmp_path / "people.kith", recognizer=recognizer) as gallery:
        gallery.enroll("Ada", sorted(people[200].iterdir()))
        found = kith.calibrate(
            gallery, fmr=0.01, photos=tmp_path / "photos", masked=True, painter=painter
        ).calibration
        assert gallery.calibration == found
    assert [one.pair for one in found.masked] == ["none/worn", "worn/worn"]
    for one in found.masked:
        assert one.people >= 50
        assert one.painted <= one.photos
        assert 0.2 < one.threshold < 0.6
        assert one.measured_fmr.value <= 0.02
        assert one.measured_fnmr.value < 0.2
        assert one.held_fmr.value < 0.05
