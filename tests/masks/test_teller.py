"""Who wears a mask: on real photos, and in everything that describes a face."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from kith.errors import InputError
from kith.masks import MaskLook, MaskTeller, Painter
from kith.masks.state import STATES, States, decode
from kith.types import MaskState

if TYPE_CHECKING:
    from pathlib import Path

    import kith
    from kith.models import ModelStore
    from kith.types import Mask, Pixels


@pytest.fixture(scope="module")
def teller(networks: ModelStore) -> MaskTeller:
    return MaskTeller(networks)


@pytest.fixture(scope="module")
def bare(recognizer: kith.Recognizer, portraits: list[Pixels]) -> list[tuple[Pixels, kith.Face]]:
    """The best face of each of twenty-five portraits."""
    return [(pixels, recognizer.detect(pixels)[0]) for pixels in portraits]


def test_bare_faces_wear_none(bare: list[tuple[Pixels, kith.Face]]) -> None:
    masks = [face.mask for _, face in bare]
    assert all(mask is not None for mask in masks)
    assert [mask for mask in masks if mask is not None and mask.state is not MaskState.NONE] == []


@pytest.mark.parametrize(
    ("coverage", "state"), [("nose", MaskState.WORN), ("mouth", MaskState.WRONG)]
)
def test_painted_masks_are_seen(
    bare: list[tuple[Pixels, kith.Face]], teller: MaskTeller, coverage: str, state: MaskState
) -> None:
    painter = Painter(landmarks=None)
    told = []
    for seed, (pixels, face) in enumerate(bare):
        painted = painter.paint(pixels, [face], MaskLook(coverage=coverage, seed=seed))
        if painted.faces[0].reason is None:
            told += teller.tell(painted.pixels, [face.landmarks])
    assert len(told) > 20
    assert sum(mask.state is state for mask in told) >= 0.9 * len(told)


def test_every_way_to_a_face_tells(
    recognizer: kith.Recognizer, teller: MaskTeller, obama: Pixels
) -> None:
    (face,) = recognizer.faces(obama)
    assert face.mask is not None
    assert face.mask.state is MaskState.NONE
    assert recognizer.detect(obama)[0].mask == face.mask
    (told,) = teller.tell(obama, [face.landmarks])
    assert (told.state, told.score) == (face.mask.state, pytest.approx(face.mask.score, abs=1e-5))
    near = recognizer.close_up(obama, face.box)
    assert near is not None
    assert near.mask is not None
    assert near.mask.state is MaskState.NONE
    assert recognizer.glance(obama)[0].mask is None


def test_many_faces_are_told_as_each_alone(
    bare: list[tuple[Pixels, kith.Face]], teller: MaskTeller
) -> None:
    pixels, face = bare[0]
    moved = [face.landmarks + np.float32(shift) for shift in range(40)]
    together = teller.tell(pixels, moved)
    alone: list[Mask] = [teller.tell(pixels, [points])[0] for points in moved]
    assert [mask.state for mask in together] == [mask.state for mask in alone]
    assert np.allclose([m.score for m in together], [m.score for m in alone], atol=1e-5)
    assert teller.tell(pixels, []) == []


def test_grey_and_tiny_faces_are_told(
    bare: list[tuple[Pixels, kith.Face]], teller: MaskTeller
) -> None:
    wrong = 0
    for pixels, face in bare:
        grey = cv2.cvtColor(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        scale = 16 / face.box.width
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        (told,) = teller.tell(np.asarray(small, np.uint8), [face.landmarks * np.float32(scale)])
        wrong += told.state is not MaskState.NONE
    assert wrong <= 2


def test_what_is_no_face_is_said_to_be_none(
    bare: list[tuple[Pixels, kith.Face]], teller: MaskTeller
) -> None:
    faces, others = [], []
    for pixels, face in bare:
        faces += teller.judge(pixels, [face.landmarks]).face.tolist()
        size = face.landmarks - face.landmarks.mean(axis=0)
        corner = size * np.float32(0.3) + np.float32(0.1) * pixels.shape[0]
        others += teller.judge(pixels, [corner]).face.tolist()
    assert min(faces) > 0.5
    assert np.median(others) < 0.3


def test_input_of_another_kind(bare: list[tuple[Pixels, kith.Face]], teller: MaskTeller) -> None:
    pixels, face = bare[0]
    five = face.landmarks
    clear = np.dstack([pixels, pixels[..., :1]])
    for wrong in (pixels[..., 0], clear, pixels.astype(np.float32), pixels[:0]):
        for points in ([five], []):
            with pytest.raises(InputError, match="masks are told in RGB pixels, uint8"):
                teller.tell(wrong, points)  # type: ignore[arg-type]
        with pytest.raises(InputError, match="masks are told in RGB pixels, uint8"):
            teller.judge(wrong, [five])  # type: ignore[arg-type]
    odds = (five[:4], np.zeros((68, 2), np.float32), five[0], five * np.float32(np.nan))
    for odd in odds:
        with pytest.raises(InputError, match="a face's points are 5 × 2 numbers"):
            teller.tell(pixels, [five, odd])
    assert teller.tell(pixels, [five.tolist()]) == teller.tell(pixels, [five])


def test_where_points_lie_outside_nothing_is_seen(
    bare: list[tuple[Pixels, kith.Face]], teller: MaskTeller
) -> None:
    pixels, face = bare[0]
    shape = face.landmarks - face.landmarks.mean(axis=0)
    far = [shape + np.float32(away) for away in (-1e4, 1e6, 1e30)]
    far += [shape * np.float32(wide) for wide in (1e4, 1e20, 1e36)]
    far.append(np.float32([[3e38, 0], [-3e38, 0], [0, 3e38], [-5, 20], [5, 20]]))
    for mask in teller.tell(pixels, far):
        assert mask.state is MaskState.NONE
        assert mask.score < 0.6
    assert teller.judge(pixels, far).face.max() < 0.5
    (nowhere,) = teller.tell(pixels, [np.zeros((5, 2), np.float32)])
    assert nowhere.state in STATES


def test_probabilities_are_those_of_the_outputs(random: np.random.Generator) -> None:
    logits = random.normal(0, 3, (20, 4)).astype(np.float32)
    seen = decode(logits)
    for row, states, face in zip(logits.astype(float), seen.states, seen.face, strict=True):
        each = [np.exp(value) for value in row]
        assert face == pytest.approx(sum(each[:3]) / sum(each), abs=1e-5)
        assert states.tolist() == pytest.approx([e / sum(each[:3]) for e in each[:3]], abs=1e-5)
    assert len(STATES) == seen.states.shape[1] == 3


def test_real_masks_on_the_street(shared_data: Path, recognizer: kith.Recognizer) -> None:
    """One well-known photo: a doctor with a mask, a man without."""
    photo = shared_data / "aizoo_mask_imgs" / "img" / "demo2.jpg"
    if not photo.exists():
        pytest.skip("needs AIZOO's own photos")
    states = [face.mask.state for face in recognizer.detect(photo) if face.mask is not None]
    assert MaskState.WORN in states


def test_little_evidence_accuses_nobody(
    teller: MaskTeller, obama: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = np.array([[0.35, 0.05, 0.6], [0.05, 0.35, 0.6], [0.1, 0.1, 0.8]], np.float32)
    monkeypatch.setattr(teller, "_look", lambda *_: States(answers, np.ones(3, np.float32)))
    told = [(mask.state, round(mask.score, 2)) for mask in teller.tell(obama, [])]
    assert told == [(MaskState.NONE, 0.35), (MaskState.WORN, 0.35), (MaskState.WRONG, 0.8)]
