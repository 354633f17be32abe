from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kith
from kith.detection.yunet import YuNet, decode
from kith.models.catalogue import card
from kith.models.session import open_session

from .geometry import iou

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models import ModelStore
    from kith.types import Pixels


@pytest.fixture(scope="module")
def network(networks: ModelStore) -> YuNet:
    return YuNet(open_session(card("yunet"), networks))


@pytest.fixture(scope="module")
def peer(networks: ModelStore) -> cv2.FaceDetectorYN:
    """The same network as OpenCV runs it, on the file as it was published."""
    path = str(networks.path(card("yunet")))
    return cv2.FaceDetectorYN.create(path, "", (320, 320), 0.6, 0.3, 5000)


def seen_by_peer(peer: cv2.FaceDetectorYN, pixels: Pixels) -> npt.NDArray[np.float32]:
    """Rows of x, y, width, height, five points, score."""
    peer.setInputSize((pixels.shape[1], pixels.shape[0]))
    faces = peer.detect(np.ascontiguousarray(pixels[..., ::-1]))[1]
    return np.empty((0, 15), np.float32) if faces is None else faces


def assert_same_faces(network: YuNet, peer: cv2.FaceDetectorYN, pixels: Pixels) -> int:
    ours, theirs = network.detect(pixels, 0.6), seen_by_peer(peer, pixels)
    assert len(ours) == len(theirs)
    left = list(range(len(theirs)))
    for i in range(len(ours)):
        j = max(left, key=lambda k: iou(ours.boxes[i], theirs[k, :4]))
        left.remove(j)
        # Both agree to 1e-4 pixels; here is room for another build of OpenCV.
        assert iou(ours.boxes[i], theirs[j, :4]) > 0.999
        assert np.abs(ours.points[i] - theirs[j, 4:14].reshape(5, 2)).max() < 0.01
        assert ours.scores[i] == pytest.approx(theirs[j, 14], abs=1e-5)
    return len(ours)


def test_the_same_faces_as_opencv_finds(
    network: YuNet, peer: cv2.FaceDetectorYN, portraits: list[Pixels], presidents: Path
) -> None:
    photos = [*portraits, *(kith.load_photo(p).pixels for p in sorted(presidents.iterdir())[:3])]
    assert sum(assert_same_faces(network, peer, photo) for photo in photos) >= 25


@pytest.mark.parametrize("size", [(320, 240), (321, 239), (97, 333), (32, 32)])
def test_the_same_at_sizes_that_need_padding(
    network: YuNet, peer: cv2.FaceDetectorYN, obama: Pixels, size: tuple[int, int]
) -> None:
    assert_same_faces(network, peer, cv2.resize(obama, size, interpolation=cv2.INTER_AREA))


def test_the_same_on_groups(network: YuNet, peer: cv2.FaceDetectorYN, shared_data: Path) -> None:
    groups = [
        "facenet_pytorch_images/data/multiface.jpg",
        "face_recognition_examples/examples/two_people.jpg",
        "deepface_tests/tests/unit/dataset/selfie-many-people.jpg",
    ]
    found = [
        assert_same_faces(network, peer, kith.load_photo(shared_data / name).pixels)
        for name in groups
    ]
    assert min(found) >= 2
    assert sum(found) >= 12


def test_best_first_and_none_below_the_score(network: YuNet, portraits: list[Pixels]) -> None:
    wall = np.concatenate([cv2.resize(p, (160, 160)) for p in portraits[:6]], axis=1)
    every = network.detect(wall, 0.3)
    assert (np.diff(every.scores) <= 0).all()
    for score in (0.6, 0.8, 0.92):
        some = network.detect(wall, score)
        expected = every.take(np.nonzero(every.scores >= score)[0])
        assert np.array_equal(some.scores, expected.scores)
        assert np.array_equal(some.boxes, expected.boxes)


def logits(random: np.random.Generator, rows: int, columns: int) -> npt.NDArray[np.float32]:
    grid = random.normal(0, 1, (16, rows, columns))
    grid[:2] *= 5
    return grid.astype(np.float32)


@given(
    st.integers(0, 2**32 - 1),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    st.sampled_from([8, 16, 32]),
    st.sampled_from([0.1, 0.3, 0.6, 0.9, 0.99]),
)
def test_decoding_cell_by_cell(seed: int, size: tuple[int, int], stride: int, score: float) -> None:
    grid = logits(np.random.default_rng(seed), *size)
    expected = []
    for row in range(size[0]):
        for column in range(size[1]):
            cell = [float(value) for value in grid[:, row, column]]
            sure = math.sqrt(1 / (1 + math.exp(-cell[0])) / (1 + math.exp(-cell[1])))
            if sure < score:
                continue
            width, height = math.exp(cell[4]) * stride, math.exp(cell[5]) * stride
            x = (column + cell[2]) * stride - width / 2
            y = (row + cell[3]) * stride - height / 2
            points = [
                ((column + cell[6 + 2 * i]) * stride, (row + cell[7 + 2 * i]) * stride)
                for i in range(5)
            ]
            expected.append(([x, y, width, height], points, sure))
    found = decode(grid, stride, score)
    assert len(found) == len(expected)
    for i, (box, points, sure) in enumerate(expected):
        assert found.boxes[i] == pytest.approx(np.array(box), rel=1e-4, abs=1e-3)
        assert found.points[i] == pytest.approx(np.array(points), rel=1e-4, abs=1e-3)
        assert found.scores[i] == pytest.approx(sure, abs=1e-5)


def test_a_huge_size_does_not_overflow() -> None:
    grid = np.full((16, 1, 1), 9.0, np.float32)
    grid[4:6] = 500.0
    found = decode(grid, 8, 0.6)
    assert np.isfinite(found.boxes).all()
    assert found.boxes[0, 2] > 1e5


class Recording:
    """A session that keeps what it is given and finds nothing."""

    def run(self, batch: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
        self.batch = batch
        rows, columns = batch.shape[2:]
        return [np.full((1, 16, rows // s, columns // s), -9, np.float32) for s in (8, 16, 32)]


@pytest.mark.parametrize(("width", "height"), [(1, 1), (32, 64), (33, 31), (100, 1), (1, 97)])
def test_the_network_sees_the_picture_as_it_is_with_black_beyond(
    width: int, height: int, random: np.random.Generator
) -> None:
    pixels = random.integers(1, 256, (height, width, 3), dtype=np.uint8)
    session = Recording()
    assert len(YuNet(session).detect(pixels, 0.6)) == 0
    batch = session.batch
    assert batch.shape[0] == 1
    assert batch.shape[2] % 32 == batch.shape[3] % 32 == 0
    assert 0 <= batch.shape[2] - height < 32
    assert 0 <= batch.shape[3] - width < 32
    assert np.array_equal(batch[0, :, :height, :width], pixels.transpose(2, 0, 1))  # RGB, 0–255
    assert batch.sum() == pixels.sum()
