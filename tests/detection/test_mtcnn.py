"""The whole cascade: against a slow reading of its description, and two libraries' own numbers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import kith
from kith.detection.mtcnn import FACENET_PYTORCH, MTCNN_1_0, Mtcnn, MtcnnSettings, means
from kith.models.catalogue import card
from kith.models.session import open_session

from .geometry import iou
from .mtcnn_slowly import Slowly

if TYPE_CHECKING:
    from pathlib import Path

    from kith.detection import Detections
    from kith.models import ModelStore
    from kith.types import Pixels

MULTIFACE = "facenet_pytorch_images/data/multiface.jpg"
"""1200 × 630 pixels, six faces."""

BY_FACENET_PYTORCH = [
    (420.1, 133.0, 502.7, 240.2, 1.0000, (452.3, 175.2), (482.7, 217.4)),
    (554.1, 45.5, 632.8, 158.1, 1.0000, (580.2, 90.0), (610.8, 129.4)),
    (859.2, 436.6, 953.6, 558.6, 0.9998, (877.4, 486.2), (920.2, 530.2)),
    (225.8, 249.1, 304.8, 356.8, 0.9998, (246.2, 294.3), (292.1, 322.0)),
    (622.2, 197.5, 694.8, 296.8, 0.9995, (640.5, 237.3), (676.0, 270.3)),
    (722.2, 464.4, 797.6, 573.2, 0.9984, (740.3, 510.5), (781.4, 542.4)),
]
BY_MTCNN = [
    (418.4, 131.9, 500.3, 240.6, 0.9996, (450.9, 174.0), (481.7, 214.4)),
    (861.9, 435.9, 950.7, 557.0, 0.9969, (887.5, 479.3), (916.1, 528.5)),
    (555.3, 49.1, 631.4, 155.0, 0.9943, (579.5, 87.6), (609.9, 127.6)),
    (621.5, 193.6, 695.2, 296.6, 0.9775, (639.2, 236.5), (676.1, 268.8)),
    (725.2, 469.6, 794.7, 571.7, 0.9688, (741.4, 510.3), (780.8, 540.3)),
    (228.8, 249.8, 303.7, 353.4, 0.9645, (245.4, 293.4), (290.6, 317.4)),
]
"""Left, top, right, bottom, score, left eye, right corner of the mouth: what facenet-pytorch 2.6.0
and mtcnn 1.0.0 give for that photo with default settings."""


def cascade(networks: ModelStore, settings: MtcnnSettings, threads: int = 2) -> Mtcnn:
    wanted = card("mtcnn")
    pnet, rnet, onet = (open_session(wanted, networks, file=file) for file in wanted.files)
    return Mtcnn(pnet, rnet, onet, settings, threads=threads)


@pytest.fixture(scope="module")
def mtcnn(networks: ModelStore) -> Mtcnn:
    return cascade(networks, FACENET_PYTORCH)


@pytest.fixture(scope="module")
def slowly(networks: ModelStore, mtcnn: Mtcnn) -> Slowly:
    wanted = card("mtcnn")
    return Slowly([networks.location(wanted, file).read_bytes() for file in wanted.files])


def reduced(pixels: Pixels, width: int) -> Pixels:
    height = round(pixels.shape[0] * width / pixels.shape[1])
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def same(a: Detections, b: Detections) -> bool:
    return (
        len(a) == len(b)
        and np.allclose(a.boxes, b.boxes, atol=1e-2)
        and np.allclose(a.points, b.points, atol=1e-2)
        and np.allclose(a.scores, b.scores, atol=1e-4)
    )


@pytest.mark.parametrize("photo", [0, 3, 9, 14, 22])
def test_the_same_as_a_slow_reading(
    mtcnn: Mtcnn, slowly: Slowly, portraits: list[Pixels], photo: int
) -> None:
    pixels = reduced(portraits[photo], 160)
    found, expected = mtcnn.detect(pixels), slowly.faces(pixels, 20)
    assert len(found) == len(expected) >= 1
    for box, points, score, (corners, places, sure) in zip(
        found.boxes, found.points, found.scores, expected, strict=True
    ):
        assert np.append(box[:2], box[:2] + box[2:]) == pytest.approx(corners, abs=0.01)
        assert points == pytest.approx(places, abs=0.01)
        assert score == pytest.approx(sure, abs=1e-5)


@pytest.mark.parametrize(
    ("settings", "expected", "away"),
    [(FACENET_PYTORCH, BY_FACENET_PYTORCH, 0.5), (MTCNN_1_0, BY_MTCNN, 1.0)],
    ids=["facenet-pytorch", "mtcnn"],
)
def test_the_same_six_faces_as_a_library(
    networks: ModelStore,
    shared_data: Path,
    settings: MtcnnSettings,
    expected: list[tuple[float, float, float, float, float, tuple[float, float], object]],
    away: float,
) -> None:
    pixels = kith.load_photo(shared_data / MULTIFACE).pixels
    found = cascade(networks, settings).detect(pixels)
    assert len(found) == len(expected)
    for box, points, score, (*corners, sure, eye, mouth) in zip(
        found.boxes, found.points, found.scores, expected, strict=True
    ):
        # Another decoder of JPEG may move a corner by a part of a pixel.
        assert np.append(box[:2], box[:2] + box[2:]) == pytest.approx(np.array(corners), abs=away)
        assert points[[0, 4]] == pytest.approx(np.array([eye, mouth]), abs=away)
        assert score == pytest.approx(sure, abs=0.005)


def test_faces_of_a_batch_are_those_of_each_picture(
    mtcnn: Mtcnn, portraits: list[Pixels], obama: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kith.detection.mtcnn import cascade as module

    pictures = [portraits[0], reduced(obama, 300), portraits[7], np.zeros((40, 50, 3), np.uint8)]
    alone = [mtcnn.detect(picture) for picture in pictures]
    assert [len(found) > 0 for found in alone] == [True, True, True, False]
    for together in (10_000_000, 100_000, 1):
        monkeypatch.setattr(module, "PIXELS_TOGETHER", together)
        found = mtcnn.detect_batch(pictures)
        assert all(same(a, b) for a, b in zip(found, alone, strict=True))
    assert mtcnn.detect_batch([]) == []


def test_several_threads_at_once_see_the_same(mtcnn: Mtcnn, portraits: list[Pixels]) -> None:
    alone = [mtcnn.detect(picture) for picture in portraits[:6]]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(mtcnn.detect, portraits[:6] * 3))
    assert all(same(a, b) for a, b in zip(found, alone * 3, strict=True))


def test_one_thread_sees_the_same(networks: ModelStore, mtcnn: Mtcnn, obama: Pixels) -> None:
    small = reduced(obama, 400)
    assert same(cascade(networks, FACENET_PYTORCH, threads=1).detect(small), mtcnn.detect(small))


@pytest.mark.parametrize("settings", [FACENET_PYTORCH, MTCNN_1_0], ids=["facenet", "mtcnn"])
def test_a_picture_too_large_for_one_table_of_sums(
    networks: ModelStore, obama: Pixels, settings: MtcnnSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kith.detection.mtcnn import areas

    detector = cascade(networks, settings)
    whole = detector.detect(obama)
    assert len(whole) >= 1
    monkeypatch.setattr(means, "MOST_AT_ONCE", 5_000)
    monkeypatch.setattr(areas, "MOST_AT_ONCE", 5_000)
    assert same(detector.detect(obama), whole)


def test_an_upright_face_is_where_yunet_sees_it(
    mtcnn: Mtcnn, obama: Pixels, obama_face: Detections
) -> None:
    found = mtcnn.detect(obama)  # the face, and what is taken for one with less confidence
    assert iou(found.boxes[0], obama_face.boxes[0]) > 0.6
    eyes = np.linalg.norm(obama_face.points[0, 1] - obama_face.points[0, 0])
    assert np.abs(found.points[0] - obama_face.points[0]).max() < 0.15 * eyes


def test_only_faces_from_the_smallest_one_wanted(mtcnn: Mtcnn, portraits: list[Pixels]) -> None:
    wall = np.zeros((320, 620, 3), np.uint8)
    for size, left in ((60, 20), (140, 120), (300, 290)):
        wall[10 : 10 + size, left : left + size] = cv2.resize(portraits[0], (size, size))
    found = {least: mtcnn.detect(wall, least) for least in (15, 50, 110, 400)}
    assert [len(found[least]) for least in (15, 50, 110, 400)] == [3, 2, 1, 0]
    assert found[110].boxes[0, 0] > 290


@pytest.mark.parametrize("shape", [(1, 1), (11, 400), (400, 11), (20, 20), (21, 33)])
def test_pictures_with_no_room_for_a_face(mtcnn: Mtcnn, shape: tuple[int, int]) -> None:
    found = mtcnn.detect(np.full((*shape, 3), 127, np.uint8))
    assert found.boxes.shape == (0, 4)
    assert found.points.shape == (0, 5, 2)
    assert found.scores.shape == (0,)


def test_a_picture_in_which_everything_may_be_a_face(
    networks: ModelStore, mtcnn: Mtcnn, obama: Pixels
) -> None:
    """The number of boxes is bounded; the face itself is among the best of them."""
    small = reduced(obama, 300)
    loose = replace(FACENET_PYTORCH, thresholds=(1e-5, 1e-5, 0.7))
    bounded = cascade(networks, replace(loose, most_proposals=60, most_refined=20))
    shown: list[int] = []
    for stage in (bounded._rnet, bounded._onet):
        stage.network.run = counting(stage.network.run, shown)  # type: ignore[method-assign]
    (face,) = mtcnn.detect(small).boxes
    found = bounded.detect(small)
    assert 20 < sum(shown) <= 60 + 20
    assert max(iou(box, face) for box in found.boxes) > 0.9


def counting(run, shown: list[int]):  # type: ignore[no-untyped-def]
    def counted(batch: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
        shown.append(len(batch))
        return run(batch)  # type: ignore[no-any-return]

    return counted


def test_best_first_and_none_below_the_score(networks: ModelStore, portraits: list[Pixels]) -> None:
    wall = np.concatenate([cv2.resize(p, (160, 160)) for p in portraits[:6]], axis=1)
    scores = {}
    for least in (0.3, 0.9, 0.999):
        settings = replace(FACENET_PYTORCH, thresholds=(0.6, 0.7, least))
        detector = cascade(networks, settings)
        assert detector.score == least
        scores[least] = detector.detect(wall).scores
        assert (np.diff(scores[least]) <= 0).all()
        assert (scores[least] > least).all()
    assert len(scores[0.3]) >= len(scores[0.9]) >= len(scores[0.999]) >= 1
