from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kith
from kith.detection.scrfd import Scrfd, decode
from kith.models.catalogue import card
from kith.models.session import open_session

from .geometry import iou

if TYPE_CHECKING:
    from pathlib import Path

    from kith.detection import Detector
    from kith.models import ModelStore
    from kith.types import Pixels

MULTIFACE = "facenet_pytorch_images/data/multiface.jpg"
"""1200 × 630 pixels, six faces."""


@pytest.fixture
def network(networks: ModelStore, monkeypatch: pytest.MonkeyPatch) -> Scrfd:
    monkeypatch.setenv("KITH_ACCEPT_LICENCES", "scrfd-500m")
    return Scrfd(open_session(card("scrfd-500m"), networks))


def fitted(pixels: Pixels, side: int) -> Pixels:
    scale = side / max(pixels.shape[:2])
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


@pytest.mark.parametrize("photo", [0, 3, 9, 14, 17, 22])
def test_the_face_that_yunet_sees(
    network: Scrfd, detector: Detector, portraits: list[Pixels], photo: int
) -> None:
    pixels = fitted(portraits[photo], 480)
    found, expected = network.detect(pixels, 0.5), detector.detect(pixels)
    assert iou(found.boxes[0], expected.boxes[0]) > 0.5
    eyes = np.linalg.norm(expected.points[0, 1] - expected.points[0, 0])
    assert np.abs(found.points[0] - expected.points[0]).max() < 0.3 * eyes


@given(
    st.integers(0, 2**32 - 1),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.sampled_from([8, 16, 32]),
    st.sampled_from([0.1, 0.5, 0.9]),
)
def test_decoding_anchor_by_anchor(
    seed: int, size: tuple[int, int], stride: int, score: float
) -> None:
    random = np.random.default_rng(seed)
    rows, columns = size
    count = rows * columns * 2
    scores = random.random(count).astype(np.float32)
    sides = random.uniform(0, 5, (count, 4)).astype(np.float32)
    points = random.normal(0, 3, (count, 10)).astype(np.float32)
    expected = []
    for row in range(rows):
        for column in range(columns):
            for anchor in range(2):
                i = (row * columns + column) * 2 + anchor
                if scores[i] < score:
                    continue
                x, y = column * stride, row * stride
                left, top, right, bottom = (float(side) * stride for side in sides[i])
                places = [
                    (x + points[i, 2 * p] * stride, y + points[i, 2 * p + 1] * stride)
                    for p in range(5)
                ]
                expected.append(((x - left, y - top, left + right, top + bottom), places, i))
    found = decode(scores, sides, points, stride, columns, score)
    assert len(found) == len(expected)
    for i, (box, places, index) in enumerate(expected):
        assert found.boxes[i] == pytest.approx(np.array(box), rel=1e-4, abs=1e-3)
        assert found.points[i] == pytest.approx(np.array(places), rel=1e-4, abs=1e-3)
        assert found.scores[i] == scores[index]


class Recording:
    """A session that keeps what it is given and finds nothing."""

    precision = "float32"

    def run(self, batch: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
        self.batch = batch
        cells = [batch.shape[2] // s * (batch.shape[3] // s) * 2 for s in (8, 16, 32)]
        return [np.zeros((1, n, width), np.float32) for width in (1, 4, 10) for n in cells]


@pytest.mark.parametrize(("width", "height"), [(1, 1), (32, 64), (33, 31), (100, 1)])
def test_the_network_sees_the_picture_as_it_is_with_black_beyond(
    width: int, height: int, random: np.random.Generator
) -> None:
    pixels = random.integers(1, 256, (height, width, 3), dtype=np.uint8)
    session = Recording()
    assert len(Scrfd(session).detect(pixels, 0.5)) == 0
    seen = session.batch
    assert seen.shape[2] % 32 == seen.shape[3] % 32 == 0
    assert seen.shape[2] - height < 32
    assert seen.shape[3] - width < 32
    whole = np.zeros((*seen.shape[2:], 3), np.uint8)
    whole[:height, :width] = pixels
    assert seen[0] == pytest.approx((whole.transpose(2, 0, 1) - 127.5) / 128, abs=1e-6)


def test_best_first_and_none_below_the_score(network: Scrfd, portraits: list[Pixels]) -> None:
    wall = np.concatenate([cv2.resize(p, (160, 160)) for p in portraits[:6]], axis=1)
    every = network.detect(wall, 0.2)
    assert len(every) >= 6
    assert (np.diff(every.scores) <= 0).all()
    for score in (0.4, 0.6, 0.8):
        some = network.detect(wall, score)
        assert np.array_equal(some.scores, every.scores[every.scores >= score])


def test_pictures_of_many_sizes_at_once(network: Scrfd, obama: Pixels) -> None:
    pictures = [fitted(obama, side) for side in (96, 200, 333, 480, 640)]
    alone = [network.detect(picture, 0.4) for picture in pictures]
    assert all(len(found) == 1 for found in alone)
    with ThreadPoolExecutor(5) as pool:
        found = list(pool.map(lambda picture: network.detect(picture, 0.4), pictures * 3))
    for a, b in zip(found, alone * 3, strict=True):
        assert np.allclose(a.boxes, b.boxes, atol=1e-3)
        assert np.allclose(a.points, b.points, atol=1e-3)


def test_six_faces_of_a_group(network: Scrfd, detector: Detector, shared_data: Path) -> None:
    pixels = fitted(kith.load_photo(shared_data / MULTIFACE).pixels, 640)
    found, expected = network.detect(pixels, 0.5), detector.detect(pixels)
    assert len(found) == len(expected) == 6
    for box in expected.boxes:
        assert max(iou(box, other) for other in found.boxes) > 0.5
