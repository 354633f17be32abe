from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.compat.mtcnn import MTCNN
from kith.compat.mtcnn import mtcnn as module
from kith.detection import open_detector
from kith.errors import NotOffered, OptionError, PhotoError

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models import ModelStore
    from kith.types import Pixels

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def mtcnn() -> MTCNN:
    return MTCNN()


def test_the_shape_of_an_answer(mtcnn: MTCNN, obama: Pixels) -> None:
    first = mtcnn.detect_faces(obama)[0]
    assert set(first) == {"box", "keypoints", "confidence"}
    x, y, width, height = first["box"]
    assert all(isinstance(value, int) for value in first["box"])
    assert 340 < x < 400
    assert 60 < y < 110
    assert 220 < width < 280
    assert 310 < height < 370
    assert first["confidence"] > 0.99
    points = first["keypoints"]
    assert set(points) == {"left_eye", "right_eye", "nose", "mouth_left", "mouth_right"}
    assert points["left_eye"][0] < points["nose"][0] < points["right_eye"][0]  # in the picture
    assert points["left_eye"][1] < points["nose"][1] < points["mouth_left"][1]


def test_it_finds_what_kiths_own_detector_finds(
    mtcnn: MTCNN, networks: ModelStore, obama: Pixels
) -> None:
    ours = open_detector("mtcnn", networks).detect(obama)
    x, y, width, height = mtcnn.detect_faces(obama)[0]["box"]
    assert ours.boxes[0] == pytest.approx([x, y, width, height], abs=25)


def test_formats(mtcnn: MTCNN, obama: Pixels) -> None:
    x, y, width, height = mtcnn.detect_faces(obama)[0]["box"]
    corners = mtcnn.detect_faces(obama, box_format="xyxy")[0]["box"]
    assert corners == pytest.approx([x, y, x + width, y + height], abs=1)
    assert mtcnn.predict(obama) == mtcnn.detect_faces(obama)
    with pytest.raises(ValueError, match="box_format is xywh or xyxy"):
        mtcnn.detect_faces(obama, box_format="yxhw")


def test_boxes_are_cut_at_the_border(mtcnn: MTCNN, obama: Pixels) -> None:
    close = np.ascontiguousarray(obama[110:460, 390:640])
    free = mtcnn.detect_faces(close, fit_to_image=False)[0]["box"]
    fitted = mtcnn.detect_faces(close)[0]["box"]
    assert min(free[:2]) < 0
    assert min(fitted[:2]) == 0
    assert fitted != free
    assert fitted[0] + fitted[2] <= close.shape[1] - 1


def test_several_pictures_of_different_sizes(mtcnn: MTCNN, presidents: Path, obama: Pixels) -> None:
    blank = np.zeros((80, 120, 3), np.uint8)
    answers = mtcnn.detect_faces([obama, blank, str(presidents / "obama.jpg")])
    assert [len(answer) > 0 for answer in answers] == [True, False, True]
    assert answers[0] == mtcnn.detect_faces(obama)
    assert mtcnn.detect_faces(blank) == []


def test_the_numbers_that_can_be_set(mtcnn: MTCNN, obama: Pixels) -> None:
    strict = mtcnn.detect_faces(obama, threshold_onet=0.999)
    assert len(strict) == 1
    assert mtcnn.detect_faces(obama, min_face_size=600) == []
    old = MTCNN(min_face_size=30, steps_threshold=[0.6, 0.7, 0.7], scale_factor=0.709)
    assert old.detect_faces(obama)[0]["box"] == pytest.approx(strict[0]["box"], abs=25)


def test_pixels_of_any_number_type(mtcnn: MTCNN, obama: Pixels) -> None:
    expected = mtcnn.detect_faces(obama)
    assert mtcnn.detect_faces(obama.astype(np.float32)) == expected
    assert mtcnn.detect_faces(obama.astype(np.int64)) == expected


def test_what_it_cannot_do(mtcnn: MTCNN, tmp_path: Path, obama: Pixels) -> None:
    with pytest.raises(NotOffered, match="all three networks"):
        MTCNN(stages="face_detection_only")
    with pytest.raises(OptionError, match="three numbers, not 2"):
        MTCNN(steps_threshold=[0.6, 0.7])
    with pytest.raises(ValueError, match="device is one of CPU:0"):
        MTCNN(device="TPU:0")
    with pytest.raises(PhotoError, match="no such file"):
        mtcnn.detect_faces(str(tmp_path / "none.jpg"))
    with pytest.raises(OptionError, match="scale_factor"):
        mtcnn.detect_faces(obama, scale_factor=1.5)


def test_both_import_paths() -> None:
    assert module.MTCNN is MTCNN
