"""Which faces guided enrolment takes, and what it tells the person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kith.server.live.guide import LONGEST, PATIENCE, PER_POSE, STRANGE, Guide
from kith.types import Box, Face, Mask, MaskState, Quality

PORTRAIT = np.zeros((4, 4, 3), np.uint8)


def face(yaw: float = 0.0, person: int = 0, **quality: float) -> Face:
    vector = np.zeros(4, np.float32)
    vector[person] = 1
    measured = {"size": 60.0, "sharpness": 0.33, "score": 0.9, "cut": 0.0, **quality}
    return Face(
        Box(0, 0, 100, 120),
        np.zeros((5, 2), np.float32),
        0.95,
        Quality(yaw=yaw, **measured),
        vector,
    )


class Camera:
    """Shows a guide faces, ten a second."""

    def __init__(self) -> None:
        self.guide = Guide("Ada", same=0.5, began=0.0)
        self.time = 0.0

    def show(self, shown: Face | None, seconds: float = 1.0) -> dict[str, object]:
        for _ in range(round(10 * seconds)):
            self.time += 0.1
            if shown is None:
                self.guide.nobody(self.time)
            else:
                self.guide.look(shown, PORTRAIT, self.time)
        return self.guide.shape()


@pytest.fixture
def camera() -> Camera:
    return Camera()


def test_all_poses_make_a_whole(camera: Camera) -> None:
    front = camera.show(face(0.0))
    assert front["done"] == {"front": True, "left": False, "right": False}
    assert front["hint"] == "turn your head a little to your left"
    assert front["progress"] == pytest.approx(1 / 3, abs=0.01)
    left = camera.show(face(0.5))  # the nose points to the right edge of the picture
    assert left["done"] == {"front": True, "left": True, "right": False}
    assert left["hint"] == "turn your head a little to your right"
    assert not camera.guide.enough
    right = camera.show(face(-0.5))
    assert right["done"] == {"front": True, "left": True, "right": True}
    assert right["progress"] == 1
    assert camera.guide.enough
    assert len(camera.guide.faces) == 3 * PER_POSE
    assert abs(camera.guide.faces[0].face.quality.yaw) < 0.1


def test_nothing_is_taken_before_a_frontal_face(camera: Camera) -> None:
    camera.show(face(0.5))
    assert camera.guide.faces == []
    assert camera.guide.shape()["hint"] == "look straight into the camera"


def test_who_cannot_turn_is_not_kept_waiting(camera: Camera) -> None:
    camera.show(face(0.0), 2 * PATIENCE + 3)
    assert camera.guide.enough
    assert camera.guide.shape()["done"] == {"front": True, "left": False, "right": False}
    assert camera.guide.shape()["progress"] == 1


def test_a_face_between_two_poses_is_neither(camera: Camera) -> None:
    camera.show(face(0.0))
    before = len(camera.guide.faces)
    camera.show(face(0.3))
    assert camera.show(face(0.95))["hint"] == "not quite so far"
    assert len(camera.guide.faces) == before


@pytest.mark.parametrize(
    ("quality", "hint"),
    [
        ({"size": 10.0}, "come closer"),
        ({"cut": 0.3}, "move into the middle of the picture"),
        ({"score": 0.3, "sharpness": 0.1}, "hold still"),
        ({"score": 0.3, "contrast": 5.0, "brightness": 20.0}, "more light, please"),
        ({"score": 0.3, "contrast": 5.0, "brightness": 240.0}, "less light, please"),
        ({"score": 0.3, "unevenness": 2.0}, "turn towards the light"),
        ({"score": 0.3, "grain": 3.0}, "more light, please"),
        ({"score": 0.3}, "show your whole face"),
    ],
)
def test_a_poor_face_is_not_taken(camera: Camera, quality: dict[str, float], hint: str) -> None:
    told = camera.show(face(**quality))
    assert told["hint"] == hint
    assert camera.guide.faces == []


def test_nobody_comes(camera: Camera) -> None:
    assert camera.show(None)["hint"] == "come in front of the camera"
    camera.show(None, LONGEST + 1)
    assert camera.guide.failed is not None
    assert not camera.guide.enough


def test_somebody_else_comes(camera: Camera) -> None:
    camera.show(face(0.0))
    taken = len(camera.guide.faces)
    told = camera.show(face(0.5, person=1), STRANGE - 1)
    assert told["hint"] == "somebody else is in front of the camera"
    camera.show(face(0.5))  # the person is back in time
    assert camera.guide.failed is None
    assert len(camera.guide.faces) > taken
    camera.show(face(-0.5, person=1), STRANGE + 1)
    assert camera.guide.failed == "somebody else came in front of the camera"


def test_a_mask_is_to_be_taken_off(camera: Camera) -> None:
    covered = replace(face(0.0), mask=Mask(MaskState.WRONG, 0.9))
    assert camera.show(covered, 2.0)["hint"] == "take off your mask"
    assert camera.guide.faces == []
    bare = replace(face(0.0), mask=Mask(MaskState.NONE, 0.9))
    assert camera.show(bare)["done"] == {"front": True, "left": False, "right": False}
