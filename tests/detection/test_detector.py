"""The whole detector on real photos, changed in every way that photos differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import kith
from kith.detection import Detections, Detector, open_detector
from kith.errors import DeviceUnavailable, OptionError, UnknownModel
from kith.models import ModelStore, session

from .geometry import iou, moved, point_error, turned, turned_quarters

if TYPE_CHECKING:
    from pathlib import Path

    from kith.types import Pixels

NEAR = 0.15
"""Distances between the eyes by which points may be off on the mean of the five."""


def only(found: Detections) -> Detections:
    assert len(found) == 1
    return found


def resized(pixels: Pixels, scale: float) -> Pixels:
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)


@pytest.fixture(scope="module")
def upright(
    detector: Detector, obama: Pixels, presidents: Path, portraits: list[Pixels]
) -> list[tuple[Pixels, Detections]]:
    """Photos of five people with one face each."""
    others = [kith.load_photo(presidents / f"{name}.jpg").pixels for name in ("biden", "obama3")]
    photos = [obama, *others, portraits[0], portraits[14], portraits[17]]
    return [(photo, only(detector.detect(photo))) for photo in photos]


@pytest.mark.parametrize("width", [32, 64, 160, 400, 1500, 4000])
def test_a_portrait_at_any_size(
    detector: Detector, obama: Pixels, obama_face: Detections, width: int
) -> None:
    scale = width / obama.shape[1]
    found = only(detector.detect(resized(obama, scale)))
    # At 32 pixels a pixel is a quarter of the distance between the eyes.
    allowed = max(0.1, 1.2 / (scale * 117))
    assert point_error((found.points[0] + 0.5) / scale - 0.5, obama_face.points[0]) < allowed
    assert iou(found.boxes[0] / scale, obama_face.boxes[0]) > (0.6 if width < 100 else 0.8)


def test_a_face_that_fills_the_picture(
    detector: Detector, obama: Pixels, obama_face: Detections
) -> None:
    middle = obama_face.boxes[0, :2] + obama_face.boxes[0, 2:] / 2
    for share in (1.0, 0.9, 0.75):
        left, top = (middle - obama_face.boxes[0, 2:] * share / 2).round().astype(int)
        right, bottom = (middle + obama_face.boxes[0, 2:] * share / 2).round().astype(int)
        close = np.ascontiguousarray(obama[top:bottom, left:right])
        found = only(detector.detect(close))
        assert point_error(found.points[0] + [left, top], obama_face.points[0]) < 0.1, share
        # Larger than a phone's whole picture, too.
        large = only(detector.detect(resized(close, 6)))
        assert point_error(large.points[0] / 6 + [left, top], obama_face.points[0]) < 0.1, share


@pytest.mark.parametrize(("face", "least"), [(30, None), (16, 12), (30, 25)])
def test_a_small_face_in_a_large_picture(
    detector: Detector, obama: Pixels, obama_face: Detections, face: int, least: float | None
) -> None:
    scale = face / float(obama_face.boxes[0, 2])
    small = resized(obama, scale)
    picture = np.full((2000, 3000, 3), 128, np.uint8)
    picture[900 : 900 + small.shape[0], 2100 : 2100 + small.shape[1]] = small
    found = only(detector.detect(picture, least))
    assert iou(found.boxes[0] - [2100, 900, 0, 0], obama_face.boxes[0] * scale) > 0.65
    assert point_error((found.points[0] - [2100, 900]) / scale, obama_face.points[0]) < 0.3


@pytest.mark.parametrize("degrees", [-60, -40, -20, 20, 40, 60])
def test_tilted_heads(
    detector: Detector, upright: list[tuple[Pixels, Detections]], degrees: float
) -> None:
    errors = []
    for pixels, face in upright:
        made, matrix = turned(pixels, degrees)
        found = detector.detect(made)
        truth = moved(face.points[0], matrix)
        errors.append(min(point_error(points, truth) for points in found.points))
    assert np.mean(errors) < 0.1
    assert max(errors) < 0.2
    # Three large photos, where nothing else spoils the points.
    assert max(errors[:3]) < NEAR


def turned_errors(
    detector: Detector, photos: list[tuple[Pixels, Detections]], quarters: int
) -> list[float]:
    errors = []
    for pixels, face in photos:
        found = detector.detect(np.ascontiguousarray(np.rot90(pixels, quarters)))
        truth = turned_quarters(face.points[0], quarters, pixels.shape[1], pixels.shape[0])
        errors.append(min(point_error(points, truth) for points in found.points))
    return errors


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_photos_on_their_side_and_head_down_still_show_the_face(
    detector: Detector, upright: list[tuple[Pixels, Detections]], quarters: int
) -> None:
    for pixels, face in upright:
        found = detector.detect(np.ascontiguousarray(np.rot90(pixels, quarters)))
        x, y, width, height = face.boxes[0]
        corners = np.array([[x, y], [x + width, y + height]])
        across = turned_quarters(corners, quarters, pixels.shape[1], pixels.shape[0])
        truth = np.array([*across.min(axis=0), *np.abs(np.diff(across, axis=0))[0]])
        assert max(iou(box, truth) for box in found.boxes) > 0.5


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_photos_on_their_side_and_head_down_give_the_points_of_the_face(
    detector: Detector, upright: list[tuple[Pixels, Detections]], quarters: int
) -> None:
    assert max(turned_errors(detector, upright, quarters)) < NEAR


def wall(faces: list[Pixels], columns: int, side: int) -> Pixels:
    tiles = [cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA) for face in faces]
    rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    return np.concatenate([np.concatenate(row, axis=1) for row in rows])


@pytest.fixture(scope="module")
def thirty(detector: Detector, celebrities: Path) -> list[Pixels]:
    """Squares around the faces of thirty photos of five people."""
    squares = []
    photos = sorted((celebrities / "val").rglob("*.jpg"))
    for path in [*photos, *sorted((celebrities / "train/madonna").iterdir())[:5]]:
        pixels = kith.load_photo(path).pixels
        x, y, width, height = detector.detect(pixels).boxes[0]
        half = int(max(width, height) * 0.7)
        padded = np.pad(pixels, ((half, half), (half, half), (0, 0)))
        left, top = int(x + width / 2), int(y + height / 2)
        squares.append(padded[top : top + 2 * half, left : left + 2 * half])
    return squares


@pytest.mark.parametrize("side", [40, 128, 400])
def test_everybody_of_a_crowd_once(detector: Detector, thirty: list[Pixels], side: int) -> None:
    found = detector.detect(wall(thirty, 6, side))
    middles = found.boxes[:, :2] + found.boxes[:, 2:] / 2
    column, row = (middles // side).astype(int).T
    assert sorted(row * 6 + column) == list(range(30))
    assert (np.abs(middles % side - side / 2) < side / 5).all()


def no_faces() -> dict[str, Pixels]:
    random = np.random.default_rng(5)
    noise = random.integers(0, 256, (480, 640, 3), dtype=np.uint8)
    ramp = np.linspace(0, 255, 640).astype(np.uint8)
    board = np.kron(np.indices((30, 40)).sum(0) % 2 * 255, np.ones((16, 16))).astype(np.uint8)
    return {
        "noise": noise,
        "clouds": np.asarray(cv2.GaussianBlur(noise, (0, 0), 9) * 1.0, np.uint8),
        "ramp": np.broadcast_to(ramp[None, :, None], (480, 640, 3)).copy(),
        "board": np.repeat(board[..., None], 3, axis=2),
        "black": np.zeros((700, 300, 3), np.uint8),
        "white": np.full((300, 1400, 3), 255, np.uint8),
        "dot": np.zeros((1, 1, 3), np.uint8),
        "line": np.full((1, 5000, 3), 77, np.uint8),
        "pole": np.full((5000, 1, 3), 77, np.uint8),
    }


@pytest.mark.parametrize("picture", no_faces().values(), ids=no_faces())
def test_no_face_where_there_is_none(detector: Detector, picture: Pixels) -> None:
    assert len(detector.detect(picture)) == 0


def cut(
    pixels: Pixels, box: npt.NDArray[np.float32], side: str, share: float
) -> tuple[Pixels, tuple[int, int]]:
    """Cut a share of a face off at one side of the picture."""
    x, y, width, height = (float(value) for value in box)
    left = int(x + width * share) if side == "left" else 0
    top = int(y + height * share) if side == "top" else 0
    right = int(x + width * (1 - share)) if side == "right" else pixels.shape[1]
    bottom = int(y + height * (1 - share)) if side == "bottom" else pixels.shape[0]
    return np.ascontiguousarray(pixels[top:bottom, left:right]), (left, top)


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize("share", [0.2, 0.4])
def test_a_face_cut_off_by_the_border(
    detector: Detector, obama: Pixels, obama_face: Detections, side: str, share: float
) -> None:
    part, offset = cut(obama, obama_face.boxes[0], side, share)
    found = only(detector.detect(part))
    height, width = part.shape[:2]
    x, y, across, down = found.boxes[0]
    gaps = {"left": x, "top": y, "right": width - x - across, "bottom": height - y - down}
    # The box reaches to the border or past it: what is left of the face ends there.
    assert gaps[side] < 0.05 * obama_face.boxes[0, 2]
    x, y, across, down = obama_face.boxes[0] - [*offset, 0, 0]
    right, bottom = min(x + across, width), min(y + down, height)
    visible = np.array([max(x, 0), max(y, 0), right - max(x, 0), bottom - max(y, 0)])
    assert iou(found.boxes[0], visible) > 0.65


def test_a_partly_hidden_face_of_the_samples(detector: Detector, presidents: Path) -> None:
    for name in ("obama_partial_face", "obama_partial_face2"):
        photo = kith.load_photo(presidents / f"{name}.jpg").pixels
        x, _, across, _ = only(detector.detect(photo)).boxes[0]
        assert min(x, photo.shape[1] - x - across) < 5


def test_grey_and_dark_photos(detector: Detector, obama: Pixels, obama_face: Detections) -> None:
    grey = cv2.cvtColor(cv2.cvtColor(obama, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    dark = (obama * 0.25).astype(np.uint8)
    mirrored = np.ascontiguousarray(obama[..., ::-1])
    for picture in (grey, dark, mirrored):
        found = only(detector.detect(np.asarray(picture, np.uint8)))
        assert point_error(found.points[0], obama_face.points[0]) < 0.1


def test_a_mirrored_photo_has_its_eyes_where_one_sees_them(
    detector: Detector, obama: Pixels, obama_face: Detections
) -> None:
    found = only(detector.detect(np.ascontiguousarray(obama[:, ::-1])))
    across = obama.shape[1] - 1 - obama_face.points[0]
    truth = np.stack([across[:, 0], obama_face.points[0, :, 1]], axis=1)[[1, 0, 2, 4, 3]]
    assert point_error(found.points[0], truth) < 0.1
    assert found.points[0, 0, 0] < found.points[0, 1, 0]


def test_asking_for_large_faces_only(detector: Detector, thirty: list[Pixels]) -> None:
    picture = np.zeros((640, 840, 3), np.uint8)
    picture[:600, :600] = cv2.resize(thirty[0], (600, 600))
    picture[100:200, 700:800] = cv2.resize(thirty[8], (100, 100), interpolation=cv2.INTER_AREA)
    both = detector.detect(picture)
    assert len(both) == 2
    small, large = sorted(both.boxes[:, 2])
    assert [round(float(box[2])) for box in detector.detect(picture, 150).boxes] == [round(large)]
    assert len(detector.detect(picture, float(small) * 0.9)) == 2
    assert len(detector.detect(picture, 640)) == 0


def test_the_score_decides_how_sure_a_face_must_be(networks: ModelStore, obama: Pixels) -> None:
    strict = open_detector("yunet", networks, score=0.96)
    assert strict.score == 0.96
    assert len(strict.detect(obama)) == 0
    assert len(open_detector("yunet", networks, score=0.9).detect(obama)) == 1


@pytest.mark.parametrize("score", [0.0, 1.0, -0.5, 1.5, float("nan")])
def test_a_score_that_is_none(tmp_path: Path, score: float) -> None:
    with pytest.raises(OptionError, match="between 0 and 1"):
        open_detector("yunet", ModelStore(tmp_path), score=score)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["sface", "yolo", ""])
def test_what_is_no_detector(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownModel, match="yunet"):
        open_detector(name, ModelStore(tmp_path))


def test_a_device_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(DeviceUnavailable, match="cpu, cuda"):
        open_detector("yunet", ModelStore(tmp_path), device="tpu")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("device", ["openvino", "openvino:bf16"])
@pytest.mark.parametrize("model_id", ["yunet", "mtcnn"])
def test_a_detector_stays_on_onnxruntime(
    networks: ModelStore, monkeypatch: pytest.MonkeyPatch, device: str, model_id: str
) -> None:
    opened: list[str] = []

    def note(card: object, store: ModelStore, device: str, *more: object) -> object:
        opened.append(device)
        return session.open_session(card, store, device, *more)  # type: ignore[arg-type]

    monkeypatch.setattr("kith.detection.detector.open_session", note)
    open_detector(model_id, networks, device=device)
    assert set(opened) == {"cpu"}
