"""Dense landmarks on real photos: in their places, whatever the photo's size, tilt and crop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

import kith
from kith.errors import DeviceUnavailable, InputError, LicenceNotAccepted, UnknownModel
from kith.landmarks import (
    LEAST_SCORE,
    DenseLandmarks,
    LandmarkNetwork,
    mesh,
    open_landmarks,
    points106,
)
from kith.landmarks.face_mesh import SHIFT, FaceMesh, around
from kith.landmarks.square import guess, size_of
from kith.models import ModelStore

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from kith.detection import Detections, Detector
    from kith.types import Pixels

    Points = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def network(networks: ModelStore) -> LandmarkNetwork:
    return open_landmarks(store=networks)


@pytest.fixture(scope="module")
def found(network: LandmarkNetwork, obama: Pixels, obama_face: Detections) -> DenseLandmarks:
    landmarks = network.find(obama, obama_face.points[0])
    assert landmarks is not None
    return landmarks


def apart(a: Points, b: Points) -> float:
    """The greatest distance between two sets of points."""
    return float(np.hypot(*(a - b).T).max())


def test_what_it_gives(network: LandmarkNetwork, found: DenseLandmarks) -> None:
    assert (network.id, found.layout) == ("face-landmarker", "mesh478")
    assert found.points.shape == (mesh.COUNT, 2)
    assert found.points.dtype == np.float32
    assert found.depth is not None
    assert (found.depth.shape, found.depth.dtype) == ((mesh.COUNT,), np.float32)
    assert 0.99 < found.score <= 1


def test_the_five_points_are_among_them(found: DenseLandmarks, obama_face: Detections) -> None:
    five = obama_face.points[0]
    same = [
        found.points[mesh.LEFT_PUPIL],
        found.points[mesh.RIGHT_PUPIL],
        found.points[mesh.NOSE_TIP],
        found.points[mesh.LIPS[0]],
        found.points[mesh.LIPS[10]],
    ]
    assert apart(np.array(same), five) < 0.15 * size_of(five)


def test_the_nose_is_nearest_and_the_ears_are_farthest(found: DenseLandmarks) -> None:
    assert found.depth is not None
    assert int(np.argmin(found.depth)) == mesh.NOSE_TIP
    ears = found.depth[[mesh.LEFT_EAR[1], mesh.RIGHT_EAR[1]]]
    assert ears.min() > np.percentile(found.depth, 90)
    # A face is about as deep, from ear to nose, as it is wide from eye to eye and half again.
    eyes = apart(found.points[[mesh.LEFT_PUPIL]], found.points[[mesh.RIGHT_PUPIL]])
    assert 0.7 * eyes < ears.mean() - found.depth.min() < 2.5 * eyes


CLOSED = (
    *("OVAL", "LIPS", "MOUTH"),
    *("LEFT_EYE", "RIGHT_EYE", "LEFT_BROW", "RIGHT_BROW"),
)


def area(points: Points) -> float:
    """Of a polygon; positive for a clockwise one, as y points down."""
    x, y = points.astype(np.float64).T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2


@pytest.mark.parametrize("name", CLOSED)
def test_outlines_are_clockwise_and_do_not_cross_themselves(
    name: str, found: DenseLandmarks
) -> None:
    outline = found.points[list(getattr(mesh, name))]
    assert len(set(getattr(mesh, name))) == len(outline)
    assert area(outline) > 0
    hull = cv2.convexHull(outline)[:, 0]
    # Brows are arched and lips have dents; one that crossed itself would lose more of its area.
    assert area(outline) > (0.6 if "BROW" in name else 0.85) * abs(area(hull))


def test_outlines_lie_where_they_should(found: DenseLandmarks) -> None:
    def inside(name: str, *points: int) -> bool:
        outline = found.points[list(getattr(mesh, name))]
        return all(
            cv2.pointPolygonTest(outline, found.points[one].tolist(), measureDist=False) >= 0
            for one in points
        )

    assert inside("LEFT_EYE", mesh.LEFT_PUPIL)
    assert inside("RIGHT_EYE", mesh.RIGHT_PUPIL)
    assert inside("LIPS", *mesh.MOUTH)
    assert inside("OVAL", *mesh.LIPS, *mesh.CHEEKS, *mesh.UNDER_EYES, *mesh.NOSE)
    x, y = found.points.T
    for line in (mesh.CHEEKS, mesh.UNDER_EYES, mesh.JAW):
        assert (np.diff(x[list(line)]) > 0).sum() >= len(line) - 3  # the jaw begins upright
    assert (np.diff(y[list(mesh.NOSE)]) > 0).all()
    order = [mesh.FOREHEAD, *mesh.NOSE, mesh.NOSE_BASE, mesh.LIPS[5], mesh.LIPS[15], mesh.CHIN]
    assert (np.diff(y[order]) > 0).all()
    for ear in (mesh.LEFT_EAR, mesh.RIGHT_EAR):
        assert (np.diff(y[list(ear)]) > 0).all()


def test_left_and_right_are_mirror_images(
    network: LandmarkNetwork, found: DenseLandmarks, obama: Pixels, obama_face: Detections
) -> None:
    """Points that are named in pairs change places in the mirror; so no name has a slip."""
    mirrored = np.ascontiguousarray(obama[:, ::-1])
    width = obama.shape[1] - 1
    five = obama_face.points[0][[1, 0, 2, 4, 3]] * np.float32([-1, 1]) + np.float32([width, 0])
    other = network.find(mirrored, five)
    assert other is not None
    back = other.points * np.float32([-1, 1]) + np.float32([width, 0])
    pairs = [
        *zip(mesh.JAW, mesh.JAW[::-1], strict=True),
        *zip(mesh.CHEEKS, mesh.CHEEKS[::-1], strict=True),
        *zip(mesh.UNDER_EYES, mesh.UNDER_EYES[::-1], strict=True),
        *zip(mesh.LEFT_EAR, mesh.RIGHT_EAR, strict=True),
        *[(one, one) for one in (*mesh.NOSE, mesh.NOSE_BASE, mesh.FOREHEAD, mesh.CHIN)],
        (mesh.LEFT_JAW, mesh.RIGHT_JAW),
        (mesh.LEFT_NOSTRIL, mesh.RIGHT_NOSTRIL),
        (mesh.LEFT_PUPIL, mesh.RIGHT_PUPIL),
        # An outline runs the other way round in the mirror, from the other end.
        *zip(mesh.LEFT_EYE[:9], mesh.RIGHT_EYE[:9][::-1], strict=True),
        *zip(mesh.LIPS[:11], mesh.LIPS[:11][::-1], strict=True),
        *zip(mesh.MOUTH[:11], mesh.MOUTH[:11][::-1], strict=True),
        *zip(mesh.LEFT_BROW[:5], mesh.RIGHT_BROW[:5][::-1], strict=True),
    ]
    here, there = np.array(pairs).T
    assert apart(found.points[here], back[there]) < 0.06 * size_of(obama_face.points[0])


@pytest.mark.parametrize("angle", [30, 90, 180])
def test_a_tilted_photo_gives_tilted_points(
    angle: int,
    network: LandmarkNetwork,
    found: DenseLandmarks,
    obama: Pixels,
    obama_face: Detections,
) -> None:
    height, width = obama.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 0.5)
    photo = np.asarray(cv2.warpAffine(obama, matrix, (width, height)), np.uint8)
    five = (obama_face.points[0] @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    other = network.find(photo, five)
    assert other is not None
    expected = (found.points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    assert apart(other.points, expected) < 0.05 * size_of(five)


def test_points_that_are_a_little_off_change_little(
    network: LandmarkNetwork,
    found: DenseLandmarks,
    obama: Pixels,
    obama_face: Detections,
    random: np.random.Generator,
) -> None:
    five = obama_face.points[0]
    size = size_of(five)
    for _ in range(5):
        moved = five + random.normal(0, 0.05 * size, five.shape).astype(np.float32)
        other = network.find(obama, moved)
        assert other is not None
        middle = np.hypot(*(other.points - found.points).T).mean()
        assert middle < 0.025 * size


def test_it_looks_again_where_the_five_points_mislead(
    network: LandmarkNetwork, found: DenseLandmarks, obama: Pixels, obama_face: Detections
) -> None:
    assert isinstance(network, FaceMesh)
    misled = obama_face.points[0] + np.float32([0.3, 0.3]) * size_of(obama_face.points[0])
    first = network.look(obama, guess(misled, 3.74, 0.48))
    second = network.find(obama, misled)
    assert first is not None
    assert second is not None
    assert guess(misled, 3.74, 0.48).moved(around(first.points)) > SHIFT
    off = [np.hypot(*(one.points - found.points).T).mean() for one in (first, second)]
    assert off[1] < 0.6 * off[0]


def test_every_portrait_has_them(
    network: LandmarkNetwork, detector: Detector, portraits: list[Pixels]
) -> None:
    for photo in portraits:
        five = detector.detect(photo).points[0]
        landmarks = network.find(photo, five)
        assert landmarks is not None
        eyes = landmarks.points[[mesh.LEFT_PUPIL, mesh.RIGHT_PUPIL]]
        assert apart(eyes, five[:2]) < 0.2 * size_of(five)
        assert landmarks.score > 0.95


@pytest.mark.parametrize("name", ["obama_partial_face.jpg", "obama_partial_face2.jpg"])
def test_a_face_that_is_cut_by_the_border(
    name: str, network: LandmarkNetwork, detector: Detector, presidents: Path
) -> None:
    photo = kith.load_photo(presidents / name).pixels
    landmarks = network.find(photo, detector.detect(photo).points[0])
    assert landmarks is not None
    x = landmarks.points[:, 0]
    assert x.min() < 0 or x.max() > photo.shape[1]


def test_no_face_no_points(network: LandmarkNetwork, random: np.random.Generator) -> None:
    five = np.float32([[80, 90], [120, 90], [100, 115], [85, 140], [115, 140]])
    noise = random.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    assert network.find(noise, five) is None
    assert network.find(np.zeros((200, 200, 3), np.uint8), five) is None
    assert network.find(np.full((1, 1, 3), 200, np.uint8), five) is None


@pytest.mark.parametrize(
    "five",
    [
        np.full((5, 2), 50, np.float32),
        np.full((5, 2), -1e6, np.float32),
        np.float32([[-1e7, 0], [1e7, 0], [0, 10], [-5, 20], [5, 20]]),
        np.float32([[3e38, 0], [-3e38, 0], [0, 3e38], [-5, 20], [5, 20]]),
    ],
)
def test_points_that_are_nowhere(five: Points, network: LandmarkNetwork, obama: Pixels) -> None:
    assert network.find(obama, five) is None


def refuses_what_is_no_input(network: LandmarkNetwork, pixels: Pixels, five: Points) -> None:
    grey, clear = pixels[..., 0], np.dstack([pixels, pixels[..., :1]])
    for wrong in (grey, clear, pixels.astype(np.float32), pixels[:0], pixels[:, :0]):
        with pytest.raises(InputError, match="landmarks are found in RGB pixels, uint8"):
            network.find(wrong, five)  # type: ignore[arg-type]
    holed = five.copy()
    holed[2, 1] = np.nan
    for odd in (five[:4], np.repeat(five, 2, axis=0), five[np.newaxis], holed, five * np.inf):
        with pytest.raises(InputError, match="a face's points are 5 × 2 numbers"):
            network.find(pixels, odd)


def test_input_of_another_kind(
    network: LandmarkNetwork, found: DenseLandmarks, obama: Pixels, obama_face: Detections
) -> None:
    five = obama_face.points[0]
    refuses_what_is_no_input(network, obama, five)
    same = network.find(obama, five.tolist())  # type: ignore[arg-type]
    assert same is not None
    assert (same.points == found.points).all()


def test_a_grey_photo_and_a_tiny_one(
    network: LandmarkNetwork, found: DenseLandmarks, obama: Pixels, obama_face: Detections
) -> None:
    five = obama_face.points[0]
    grey = np.repeat(cv2.cvtColor(obama, cv2.COLOR_RGB2GRAY)[..., np.newaxis], 3, axis=2)
    landmarks = network.find(np.asarray(grey, np.uint8), five)
    assert landmarks is not None
    assert apart(landmarks.points, found.points) < 0.1 * size_of(five)
    tiny = np.asarray(cv2.resize(obama, None, fx=0.1, fy=0.1, interpolation=cv2.INTER_AREA))
    landmarks = network.find(tiny, (five + 0.5) * np.float32(0.1) - np.float32(0.5))
    assert landmarks is not None
    assert apart((landmarks.points + 0.5) * 10 - 0.5, found.points) < 0.15 * size_of(five)


def test_the_photo_is_not_changed_and_need_not_be_whole(
    network: LandmarkNetwork, found: DenseLandmarks, obama: Pixels, obama_face: Detections
) -> None:
    """A window of a larger picture, upside down in memory, is a picture too."""
    wide = np.zeros((obama.shape[0] + 40, obama.shape[1] + 60, 3), np.uint8)
    window = wide[::-1][20:-20, 30:-30]
    window[:] = obama
    before = wide.copy()
    other = network.find(window, obama_face.points[0])
    assert other is not None
    assert apart(other.points, found.points) < 0.01
    assert (wide == before).all()


@pytest.fixture(scope="module")
def small(networks: ModelStore) -> LandmarkNetwork:
    """The network whose licence has to be accepted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KITH_ACCEPT_LICENCES", "landmarks-106")
        return open_landmarks("landmarks-106", networks)


def test_a_licence_that_was_not_accepted(tmp_path: Path) -> None:
    with pytest.raises(LicenceNotAccepted, match="landmarks-106"):
        open_landmarks("landmarks-106", ModelStore(tmp_path))


def test_106_points_of_input_of_another_kind(
    small: LandmarkNetwork, obama: Pixels, obama_face: Detections
) -> None:
    refuses_what_is_no_input(small, obama, obama_face.points[0])


def test_106_points(
    small: LandmarkNetwork, found: DenseLandmarks, obama: Pixels, obama_face: Detections
) -> None:
    landmarks = small.find(obama, obama_face.points[0])
    assert landmarks is not None
    assert (small.id, landmarks.layout) == ("landmarks-106", "points106")
    assert landmarks.points.shape == (points106.COUNT, 2)
    assert landmarks.depth is None
    assert 0.9 < landmarks.score < 1
    size = size_of(obama_face.points[0])
    # Both networks agree on where things are.
    for ours, theirs in (
        (points106.CHIN, mesh.CHIN),
        (points106.NOSE_TIP, mesh.NOSE_TIP),
        (points106.NOSE_BASE, mesh.NOSE_BASE),
        (points106.LEFT_PUPIL, mesh.LEFT_PUPIL),
        (points106.RIGHT_PUPIL, mesh.RIGHT_PUPIL),
        (points106.LEFT_NOSTRIL, mesh.LEFT_NOSTRIL),
        (points106.RIGHT_NOSTRIL, mesh.RIGHT_NOSTRIL),
        (points106.LIPS[0], mesh.LIPS[0]),
        (points106.LIPS[6], mesh.LIPS[10]),
    ):
        assert apart(landmarks.points[[ours]], found.points[[theirs]]) < 0.12 * size
    assert area(landmarks.points[list(points106.LIPS)]) > 0
    jaw = landmarks.points[list(points106.JAW)]
    assert len(set(points106.JAW)) == 33
    steps = np.hypot(*np.diff(jaw, axis=0).T)
    assert steps.max() < 2 * np.median(steps)


def test_106_points_far_from_the_five(
    small: LandmarkNetwork, obama: Pixels, random: np.random.Generator
) -> None:
    five = np.float32([[80, 90], [120, 90], [100, 115], [85, 140], [115, 140]])
    seen = [small.find(random.integers(0, 256, (200, 200, 3), dtype=np.uint8), five)]
    seen += [small.find(obama, np.full((5, 2), bad, np.float32)) for bad in (1e30, 50.0)]
    assert all(one is None or LEAST_SCORE <= one.score < 0.9 for one in seen)
    assert seen[1:] == [None, None]


@pytest.mark.parametrize("asked", ["yunet", "sface-retail", "face-landmark", "\x1b[2J"])
def test_networks_that_find_no_landmarks(asked: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="name one of: face-landmarker, landmarks-106") as caught:
        open_landmarks(asked, ModelStore(tmp_path))
    assert str(caught.value).isprintable()


def test_a_device_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DeviceUnavailable):
        open_landmarks(store=ModelStore(tmp_path), device="abacus")
