"""The points of masked faces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import kith
from kith.landmarks import open_landmarks
from kith.masks import MaskLook, Painter, compare, is_masked
from kith.masks.mend import Mender, as_seen, features, from_mesh, placed
from kith.media import load_photo
from kith.models import ModelStore

if TYPE_CHECKING:
    from pathlib import Path

    from kith.types import Face, Pixels

RNG = np.random.default_rng(3)


def away(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return how far points lie from the true ones, in distances of the eyes."""
    return np.linalg.norm(found - true, axis=1) / np.linalg.norm(true[1] - true[0])


@pytest.fixture(scope="module")
def store(recognizer: kith.Recognizer) -> ModelStore:
    return ModelStore()


@pytest.fixture(scope="module")
def people(recognizer: kith.Recognizer, presidents: Path) -> list[tuple[Pixels, Face]]:
    paths = [presidents / f"{name}.jpg" for name in ("obama", "obama2", "obama3", "biden")]
    photos = [load_photo(path).pixels for path in paths]
    return [(photo, recognizer.detect(photo)[0]) for photo in photos]


def test_from_the_mesh_of_a_face_without_a_mask_come_the_detectors_points(
    people: list[tuple[Pixels, Face]], store: ModelStore
) -> None:
    mesh = open_landmarks(store=store)
    for pixels, face in people:
        found = mesh.find(pixels, face.landmarks)
        assert found is not None
        assert away(from_mesh(found.points), face.landmarks).mean() < 0.08


def test_points_turn_and_grow_with_the_mesh() -> None:
    mesh = RNG.normal(size=(478, 2)) * 50 + [[300, 200]]
    mesh[[33, 133]] += [-60, 0]
    mesh[[362, 263]] += [60, 0]
    turn = np.deg2rad(37)
    matrix = 2.5 * np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    points = from_mesh(mesh)
    again = from_mesh(mesh @ matrix + [40, -70])
    assert again == pytest.approx(points @ matrix + [40, -70], abs=1e-2)


def test_there_and_back() -> None:
    points = RNG.normal(size=(7, 2))
    _, frame = features(RNG.normal(size=(478, 2)))
    assert placed(as_seen(points, frame), frame) == pytest.approx(points, abs=1e-5)
    eyes = as_seen(
        np.array([frame.middle - frame.across / 2, frame.middle + frame.across / 2]), frame
    )
    assert eyes == pytest.approx(np.array([[-0.5, 0], [0.5, 0]]))


def test_masks_move_the_points_less(
    people: list[tuple[Pixels, Face]], recognizer: kith.Recognizer, store: ModelStore
) -> None:
    painter = Painter(store)
    with_mesh, before = [], []
    mender = Mender(store)
    from kith.detection import open_detector

    detector = open_detector("yunet", store)
    for pixels, face in people:
        for style in ("surgical", "cloth", "kn95"):
            masked = painter.paint(pixels, [face], MaskLook(style, seed=4)).pixels
            found = detector.detect(masked)
            points, box = found.points[0], found.boxes[0]
            before.append(away(points, face.landmarks))
            with_mesh.append(away(mender.mend(masked, points, box), face.landmarks))
            [seen, *_] = recognizer.detect(masked)
            assert is_masked(seen.mask)
            assert away(seen.landmarks, face.landmarks)[:2].mean() < 0.1
    assert np.mean(with_mesh) < 0.8 * np.mean(before)


def test_where_no_face_is_seen_points_stay(store: ModelStore) -> None:
    grey = np.full((200, 200, 3), 120, np.uint8)
    points = np.array([[70, 80], [130, 80], [100, 110], [80, 140], [120, 140]], np.float32)
    box = np.array([40, 30, 120, 150], np.float32)
    assert Mender(store).mend(grey, points, box) is points


def test_a_face_is_found_by_its_box_where_its_points_are_lost(
    people: list[tuple[Pixels, Face]], store: ModelStore
) -> None:
    painter, mender = Painter(store), Mender(store)
    pixels, face = people[0]
    masked = painter.paint(pixels, [face], MaskLook("cloth", seed=1)).pixels
    lost = face.landmarks[[4, 3, 2, 1, 0]] + [30, -25]  # upside down, and beside
    mesh = open_landmarks(store=store)
    assert mesh.find(masked, lost.astype(np.float32)) is None
    box = np.array(face.box, np.float32)
    found = mender.mend(masked, lost.astype(np.float32), box)
    assert away(found, face.landmarks).mean() < 0.15


def test_boxes_reach_down_over_a_mask(
    people: list[tuple[Pixels, Face]], recognizer: kith.Recognizer, store: ModelStore
) -> None:
    pixels, face = people[0]
    masked = Painter(store).paint(pixels, [face], MaskLook()).pixels
    from kith.detection import open_detector

    seen = open_detector("yunet", store, judge=recognizer._sight.teller).detect(masked)
    [drawn] = recognizer.detect(masked)
    assert drawn.box.height == pytest.approx(seen.boxes[0, 3] * 1.1, rel=1e-4)
    assert drawn.box[:3] == pytest.approx(seen.boxes[0, :3], rel=1e-4)
    [bare] = recognizer.detect(pixels)
    assert bare.box.height == pytest.approx(face.box.height)


def test_masked_people_are_recognised(
    people: list[tuple[Pixels, Face]], recognizer: kith.Recognizer, store: ModelStore
) -> None:
    painter = Painter(store)
    (obama, face), (again, _), _, (biden, _) = people
    masked = painter.paint(obama, [face], MaskLook("cloth", "black")).pixels
    same = kith.verify(masked, again, recognizer=recognizer)
    assert (same.verdict, same.masks) == (kith.Verdict.MATCH, "none/worn")
    assert same.a is not None
    assert same.b is not None
    assert same.similarity == compare(same.a, same.b, recognizer.masked_space)
    assert same.similarity != compare(same.a, same.b, None)
    other = kith.verify(masked, biden, recognizer=recognizer)
    assert (other.verdict, other.masks) == (kith.Verdict.UNKNOWN, "none/worn")
    bare = kith.verify(obama, again, recognizer=recognizer)
    assert bare.masks == "none/none"
    assert bare.a is not None
    assert bare.b is not None
    assert bare.similarity == float(np.dot(bare.a.embedding, bare.b.embedding))
