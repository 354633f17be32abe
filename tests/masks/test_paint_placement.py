"""The mean face on photos: known turns are found again, and what is particular is carried over."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from kith.landmarks import DenseLandmarks
from kith.landmarks.mesh import COUNT
from kith.landmarks.points106 import COUNT as COUNT_106
from kith.masks.paint import mean_106, mean_face
from kith.masks.paint.placement import Placement, from_dense, from_five

Array = npt.NDArray[np.float64]

TURNS = [(0, 0, 0), (25, 0, 0), (-50, 5, 10), (10, -20, 90), (0, 25, -170)]
SCALE, OFFSET = 13.0, np.array([400.0, 300.0, 0.0])


def turned(yaw: float, pitch: float, roll: float) -> Array:
    """The rotation of a head, in degrees: to the right, down, clockwise."""
    a, b, c = np.radians((yaw, pitch, roll))
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def mesh(places: Array) -> DenseLandmarks:
    """A mesh whose points are known only where the mean face's anchors are."""
    points = np.zeros((COUNT, 3), np.float32)
    points[mean_face.ANCHOR_NUMBERS] = places
    return DenseLandmarks(points[:, :2], -points[:, 2], 0.9, "mesh478")


def flat(places: Array) -> DenseLandmarks:
    points = np.zeros((COUNT_106, 2), np.float32)
    points[mean_106.ANCHOR_NUMBERS] = places[:, :2]
    return DenseLandmarks(points, None, 0.9, "points106")


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("kind", ["mesh", "106", "five"])
def test_a_turned_mean_face_is_found_again(turn: tuple[float, ...], kind: str) -> None:
    truth = Placement(SCALE, turned(*turn), OFFSET)
    if kind == "mesh":
        found = from_dense(mesh(truth.place(mean_face.ANCHORS)))
    elif kind == "106":
        found = from_dense(flat(truth.place(mean_106.ANCHORS)))
    else:
        found = from_five(truth.place(mean_face.FIVE)[:, :2].astype(np.float32))
    assert np.allclose(found.turn, truth.turn, atol=1e-3)
    assert found.scale == pytest.approx(SCALE, rel=1e-3)
    anywhere = np.random.default_rng(0).uniform(-8, 12, (20, 3))
    apart = found.place(anywhere)[:, :2] - truth.place(anywhere)[:, :2]
    assert np.abs(apart).max() < 0.05
    yaw, _, roll = turn
    if roll == 0:
        assert found.yaw == pytest.approx(yaw, abs=0.1)


def test_pitch_and_yaw_by_their_signs() -> None:
    # The nose points to the right of the picture, and down.
    assert Placement(1.0, turned(30, 0, 0), OFFSET).yaw == pytest.approx(30)
    assert Placement(1.0, turned(0, 20, 0), OFFSET).pitch == pytest.approx(20)
    right, down = (
        Placement(1.0, turned(*turn), np.zeros(3)).place(np.array([0.0, 0.0, 1.0]))
        for turn in ((30, 0, 0), (0, 20, 0))
    )
    assert right[0] > 0.4
    assert down[1] > 0.3


@pytest.mark.parametrize("kind", ["mesh", "106"])
def test_a_long_chin_pulls_the_mask_down_with_it(kind: str) -> None:
    truth = Placement(SCALE, turned(20, 0, 15), OFFSET)
    anchors = mean_face.ANCHORS if kind == "mesh" else mean_106.ANCHORS
    longer = anchors + np.array([0, 2.0, 0]) * (anchors[:, [1]] > 8.0)
    make = mesh if kind == "mesh" else flat
    usual, long = (from_dense(make(truth.place(places))) for places in (anchors, longer))
    chin, bridge = np.array([0.0, 12.0, 0.7]), np.array([0.0, 1.0, 2.8])
    moved = [
        (long.place(place) - usual.place(place))[:2] @ truth.turn[:2, 1] / SCALE
        for place in (chin, bridge)
    ]
    assert 1.4 < moved[0] < 2.6
    assert abs(moved[1]) < 0.5


def test_both_sides_of_the_mean_face_are_alike() -> None:
    for numbers, places in (
        (mean_face.ANCHOR_NUMBERS, mean_face.ANCHORS),
        (mean_106.ANCHOR_NUMBERS, mean_106.ANCHORS),
    ):
        assert len(set(numbers.tolist())) == len(numbers) == len(places)
        mirrored = sorted((places * (-1, 1, 1) + 0.0).tolist())
        assert np.allclose(mirrored, sorted(places.tolist()))
    assert np.allclose(np.linalg.norm(mean_face.SKIN_NORMALS, axis=1), 1, atol=0.02)
    assert (mean_face.SKIN_NORMALS[:, 2] > 0).all()  # towards the viewer of a frontal face
