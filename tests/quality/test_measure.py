from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.alignment import RECIPES
from kith.quality import POOR, measure
from kith.quality.measure import SHARPNESS, SIZE, YAW

if TYPE_CHECKING:
    from kith.detection import Detections
    from kith.types import Pixels, Quality

CROP = RECIPES["arcface-112"]
FRONTAL = np.array([[-20, -20], [20, -20], [0, 0], [-15, 22], [15, 22]], np.float32)


def textured(sigma: float = 0.0) -> Pixels:
    """Noise of every fineness: as sharp as a picture can be."""
    grey = np.random.default_rng(3).integers(0, 256, (112, 112)).astype(np.float32)
    mixed = sum(cv2.GaussianBlur(grey, (0, 0), s) * s for s in (0.5, 1, 2, 4, 8, 16))
    mixed = (mixed - mixed.min()) / np.ptp(mixed) * 255
    if sigma:
        mixed = cv2.GaussianBlur(mixed, (0, 0), sigma)
    return np.repeat(mixed.astype(np.uint8)[..., None], 3, axis=2)


def band(crop: Pixels) -> float:
    """Share of the contrast between 1 and 4 pixels, by convolving with the two bells by hand."""
    grey = crop.astype(np.float64) @ [0.299, 0.587, 0.114]
    edge = crop.shape[0] // 6
    grey = grey[edge:-edge, edge:-edge]

    def blurred(sigma: float) -> npt.NDArray[np.float64]:
        reach = int(5 * sigma)
        bell = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
        bell /= bell.sum()
        wide = np.pad(grey, reach, mode="reflect")
        for _ in range(2):
            wide = np.apply_along_axis(np.convolve, 0, wide, bell, "valid").T
        return wide

    return float((blurred(1.0) - blurred(4.0)).std() / grey.std())


def test_sharpness_by_hand(obama: Pixels, obama_face: Detections) -> None:
    crop = CROP.crop(obama, obama_face.points[0])
    for picture in (crop, textured(), textured(1.5)):
        assert measure(picture, FRONTAL).sharpness == pytest.approx(band(picture), rel=0.02)


def test_a_usual_photo_is_good(obama: Pixels, obama_face: Detections) -> None:
    points = obama_face.points[0]
    found = measure(CROP.crop(obama, points), points)
    assert found.score == 1.0
    assert found.size == pytest.approx(np.hypot(*(points[1] - points[0])))
    assert abs(found.yaw) < 0.3


def assert_falling(steps: list[Quality], part: str) -> None:
    values = [getattr(step, part) for step in steps]
    assert values == sorted(values, reverse=True)
    assert values[-1] < values[0]


def test_blur_makes_it_worse_step_by_step(obama: Pixels, obama_face: Detections) -> None:
    points = obama_face.points[0]
    eyes = float(np.hypot(*(points[1] - points[0])))
    steps = [
        measure(CROP.crop(cv2.GaussianBlur(obama, (0, 0), share * eyes), points), points)
        for share in (0.001, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3)
    ]
    assert_falling(steps, "sharpness")
    assert_falling(steps, "score")
    assert steps[0].score == 1.0
    assert steps[-1].score < POOR
    assert len({step.size for step in steps}) == 1


def test_reduction_makes_it_worse_step_by_step(obama: Pixels, obama_face: Detections) -> None:
    steps = []
    for width in (910, 400, 200, 100, 60, 40, 28):
        scale = width / obama.shape[1]
        small = cv2.resize(obama, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        points = (obama_face.points[0] + 0.5) * np.float32(scale) - 0.5
        steps.append(measure(CROP.crop(small, points), points))
    assert_falling(steps, "size")
    assert_falling(steps, "score")
    assert steps[-1].score < 0.5 * steps[0].score
    assert steps[-1].size == pytest.approx(steps[0].size * 28 / 910, rel=0.01)


def test_yaw_is_positive_where_the_nose_points_to_the_right_of_the_picture() -> None:
    crop = textured()
    right, left = FRONTAL.copy(), FRONTAL.copy()
    right[2, 0] += 12
    left[2, 0] -= 12
    assert measure(crop, FRONTAL).yaw == 0
    assert measure(crop, right).yaw == pytest.approx(2 * 12 / 42)  # eyes to mouth: 42 pixels
    assert measure(crop, left).yaw == pytest.approx(-2 * 12 / 42)


@given(st.floats(-180, 180), st.floats(0.2, 30), st.floats(-30, 30))
def test_neither_tilt_nor_size_of_the_photo_changes_the_yaw(
    degrees: float, scale: float, nose: float
) -> None:
    points = FRONTAL.copy()
    points[2, 0] += nose
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    there = (scale * points @ turn.T + [500, 300]).astype(np.float32)
    crop = textured()
    plain, moved = measure(crop, points), measure(crop, there)
    assert moved.yaw == pytest.approx(plain.yaw, abs=1e-3)
    assert moved.size == pytest.approx(plain.size * scale, rel=1e-3)


def test_turned_away_heads_lose_score_until_nothing_is_left() -> None:
    crop, scores = textured(), []
    for nose in (0, 8, 11, 14, 17, 20, 24):
        points = FRONTAL.copy()
        points[2, 0] += nose
        turned = measure(crop, points)
        scores.append(turned.score)
        points[2, 0] = -nose
        assert measure(crop, points).score == pytest.approx(turned.score)
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1.0
    assert scores[-1] == 0.0


def test_a_profile_is_not_small_for_its_eyes_being_close() -> None:
    profile = FRONTAL.copy()
    profile[:2, 0] *= 0.1
    assert measure(textured(), profile).size == pytest.approx(42)


@pytest.mark.parametrize("value", [0, 255, 130])
def test_a_crop_of_one_shade_is_unusable(value: int) -> None:
    flat = np.full((112, 112, 3), value, np.uint8)
    found = measure(flat, FRONTAL)
    assert found.sharpness < 1e-4
    assert found.score == 0.0


def test_points_in_one_place_are_unusable() -> None:
    found = measure(textured(), np.zeros((5, 2), np.float32))
    assert (found.size, found.yaw, found.score) == (0.0, 0.0, 0.0)


@given(
    st.lists(st.floats(-5000, 5000, width=32), min_size=10, max_size=10),
    st.floats(0, 6),
)
def test_every_part_stays_in_its_bounds(numbers: list[float], blur: float) -> None:
    points = np.array(numbers, np.float32).reshape(5, 2)
    found = measure(textured(round(blur)), points, frame=(640, 480))
    assert 0.0 <= found.score <= 1.0
    assert 0.0 <= found.cut <= 1.0
    assert 0.0 <= found.sharpness <= 1.0
    assert found.size >= 0.0
    assert np.isfinite(found.yaw)


def test_the_parts_multiply() -> None:
    """Size and sharpness fall independently; the score is their product."""
    small = FRONTAL / 4  # 10.5 pixels from eyes to mouth
    dull = textured(4)
    alone = measure(textured(), small).score, measure(dull, FRONTAL).score
    assert all(0.1 < score < 0.95 for score in alone)
    both = measure(dull, small)
    assert both.score == pytest.approx(alone[0] * alone[1])
    assert measure(dull, small) == both


@given(
    st.floats(0.5, 30),
    st.sampled_from([0.0, 2.0, 5.0]),
    st.floats(-30, 30),
    st.none() | st.floats(0, 1),
    st.none() | st.floats(0, 1),
)
def test_the_score_by_hand(
    scale: float, blur: float, nose: float, sureness: float | None, strength: float | None
) -> None:
    points = FRONTAL.copy()
    points[2, 0] += nose
    points *= np.float32(scale)
    found = measure(textured(blur), points, sureness=sureness, strength=strength)
    sure = 1.0 if sureness is None else sureness
    said = sure if strength is None else strength
    for value, bounds in ((found.size, SIZE), (found.sharpness, SHARPNESS), (abs(found.yaw), YAW)):
        sure *= float(
            np.interp(value, *zip(*sorted(zip(bounds, (0, 1), strict=True)), strict=True))
        )
    assert found.score == pytest.approx(said * sure**0.5, abs=1e-6)
    assert (found.sureness, found.strength) == (sureness, strength)


def test_what_the_networks_say_counts_more_than_what_is_measured() -> None:
    crop = textured()
    for said in (0.0, 0.3, 1.0):
        assert measure(crop, FRONTAL, sureness=1.0, strength=said).score == pytest.approx(said)
        assert measure(crop, FRONTAL, sureness=said, strength=1.0).score == pytest.approx(said**0.5)


@pytest.mark.parametrize("shade", [0, 90, 255])
def test_light_of_a_crop_of_one_shade(shade: int) -> None:
    found = measure(np.full((112, 112, 3), shade, np.uint8), FRONTAL)
    assert found.brightness == pytest.approx(shade)
    assert found.contrast == pytest.approx(0, abs=0.01)
    assert found.unevenness == pytest.approx(0, abs=1e-6)
    assert found.glare == (shade > 240)
    assert found.grain == pytest.approx(1.0, abs=0.05)


def test_light_by_hand() -> None:
    crop = textured()
    crop[:, 56:] //= 2
    crop[30:50, 30:50] = [255, 251, 90]
    crop[50:70, 30:50] = [255, 249, 90]
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[18:94, 18:94].astype(float)
    found = measure(crop, FRONTAL)
    assert found.brightness == pytest.approx(grey.mean(), rel=1e-4)
    assert found.contrast == pytest.approx(grey.std(), rel=1e-4)
    burnt = np.sort(crop[18:94, 18:94], axis=2)[..., 1] >= 250
    assert found.glare == pytest.approx(burnt.mean())
    left, right = grey[:, :38].mean(), grey[:, 38:].mean()
    assert found.unevenness == pytest.approx(np.log((left + 3) / (right + 3)), rel=1e-3)


@pytest.mark.parametrize("turns", range(4))
def test_unevenness_looks_at_all_four_sides(turns: int) -> None:
    crop = textured()
    crop[:, 56:] //= 4
    found = measure(np.ascontiguousarray(np.rot90(crop, turns)), FRONTAL)
    assert found.unevenness == pytest.approx(measure(crop, FRONTAL).unevenness, rel=1e-3)
    assert found.unevenness > 0.8


def test_grain_rises_with_noise_and_blur_takes_it_away(
    obama: Pixels, obama_face: Detections
) -> None:
    crop = CROP.crop(obama, obama_face.points[0])
    random = np.random.default_rng(0)
    found = []
    for sigma in (0, 10, 20, 40, 80):
        noisy = np.clip(crop + random.normal(0, sigma, crop.shape), 0, 255).astype(np.uint8)
        found.append(measure(noisy, FRONTAL).grain)
    assert found == sorted(found)
    assert found[0] < 0.6
    assert found[-1] > 0.9
    assert measure(cv2.GaussianBlur(crop, (0, 0), 2), FRONTAL).grain < 0.5 * found[0]


@given(st.floats(-60, 160), st.floats(-60, 160), st.floats(0.3, 4), st.floats(-90, 90))
def test_what_the_border_cuts_off(x: float, y: float, scale: float, degrees: float) -> None:
    """Against a photo of ones, cut as the face is cut, that is filled with zeros outside."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = (scale * FRONTAL @ turn.T + [x, y]).astype(np.float32)
    inside = CROP.crop(np.full((100, 120, 3), 255, np.uint8), points)[22:91, 22:91, 0]
    found = measure(textured(), points, frame=(120, 100)).cut
    assert found == pytest.approx((inside < 128).mean(), abs=0.2)
    assert measure(textured(), points).cut == 0.0
