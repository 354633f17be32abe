from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from kith.errors import OptionError
from kith.training.data import Augment, rim_for
from kith.training.data import damage as damages
from kith.training.data.moves import moved, reach
from kith.training.data.tints import tinted
from kith.training.settings import AUGMENTATIONS

from .conftest import RIM

if TYPE_CHECKING:
    import kith
    from kith.training.records import TrainingSet
    from kith.types import Pixels

SIDE = 112
BUT_MASKS = tuple(name for name in AUGMENTATIONS if name != "masks")


def rng(*numbers: int) -> np.random.Generator:
    return np.random.default_rng(list(numbers))


@pytest.fixture
def square(gathered: TrainingSet) -> Pixels:
    return gathered.crops[8]


@pytest.fixture
def middle(square: Pixels) -> Pixels:
    return square[RIM:-RIM, RIM:-RIM]


def grain(pixels: Pixels) -> float:
    return float(cv2.Laplacian(pixels, cv2.CV_64F).var())


def test_without_names_it_is_the_middle(square: Pixels, middle: Pixels) -> None:
    plain = Augment((), SIDE, RIM)
    for seed in range(10):
        assert np.array_equal(plain.apply(square, square, rng(seed)), middle)
    assert np.array_equal(Augment((), 144, 0).apply(square, None, rng(0)), square)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_each_change_changes_and_is_the_same_in_the_same_state(
    name: str, gathered: TrainingSet
) -> None:
    assert gathered.painted is not None
    one, before = Augment((name,), SIDE, RIM), gathered.crops[8].copy()
    found = [one.apply(gathered.crops[8], gathered.painted[8], rng(seed)) for seed in range(40)]
    again = [one.apply(gathered.crops[8], gathered.painted[8], rng(seed)) for seed in range(40)]
    assert np.array_equal(found, again)
    assert all(square.shape == (SIDE, SIDE, 3) for square in found)
    assert all(square.dtype == np.uint8 and square.flags.c_contiguous for square in found)
    middle = before[RIM:-RIM, RIM:-RIM]
    changed = sum(not np.array_equal(square, middle) for square in found)
    assert 4 <= changed <= 39
    assert np.array_equal(gathered.crops[8], before)


def test_a_change_does_not_depend_on_the_others(square: Pixels) -> None:
    both = Augment(("flip", "colour"), SIDE, RIM)
    flips, tints = Augment(("flip",), SIDE, RIM), Augment(("colour",), SIDE, 0)
    for seed in range(10):
        expected = tints.apply(flips.apply(square, None, rng(seed)), None, rng(seed))
        assert np.array_equal(both.apply(square, None, rng(seed)), expected)


def test_half_of_the_faces_are_mirrored(square: Pixels, middle: Pixels) -> None:
    flips = Augment(("flip",), SIDE, RIM)
    mirrored = 0
    for seed in range(200):
        found = flips.apply(square, None, rng(seed))
        mirrored += np.array_equal(found, middle[:, ::-1])
        assert np.array_equal(found, middle) or np.array_equal(found, middle[:, ::-1])
    assert 75 < mirrored < 125


@pytest.mark.parametrize("flip", [False, True])
def test_a_move_by_nothing_is_the_middle(flip: bool, square: Pixels, middle: Pixels) -> None:
    found = moved(square, SIDE, RIM, flip=flip, draws=np.full(4, 0.5))
    assert np.array_equal(found, middle[:, ::-1] if flip else middle)


@pytest.mark.parametrize("rim", [3, 8, 17, 30])
def test_moves_stay_in_the_rim(rim: int) -> None:
    """Each pixel of the ramps says where it comes from."""
    side = SIDE + 2 * rim
    ramps = np.zeros((side, side, 3), np.uint8)
    ramps[..., 0], ramps[..., 1] = np.arange(side), np.arange(side)[:, None]
    corners = np.array(np.meshgrid([0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0])).reshape(4, 16)
    for draws in corners.T:
        for flip in (False, True):
            found = moved(ramps, SIDE, rim, flip=flip, draws=draws).astype(int)
            # Reflected at the border, a ramp would turn round.
            x, y = (1 if not flip else -1) * np.diff(found[..., 0], axis=1), found[..., 1]
            assert x.min() >= 0
            assert np.diff(y, axis=0).min() >= 0
    assert rim_for(SIDE) == 17
    assert rim_for(SIDE) >= reach() * SIDE > 16


def test_moves_are_a_shift_a_zoom_and_a_turn() -> None:
    ramps = np.zeros((160, 160, 3), np.uint8)
    ramps[..., 0], ramps[..., 1] = np.arange(160), np.arange(160)[:, None]

    def seen(*draws: float) -> np.ndarray:
        return moved(ramps, 112, 24, flip=False, draws=np.array(draws)).astype(float)

    shifted = seen(1, 0, 0.5, 0.5)
    assert np.allclose(shifted[56, 56, :2], [24 + 56 + 5.6, 24 + 56 - 5.6], atol=0.6)
    larger = seen(0.5, 0.5, 1, 0.5)
    assert np.isclose(np.ptp(larger[..., 0]), 111 * 1.08, atol=1)
    turned = seen(0.5, 0.5, 0.5, 1)
    angle = np.arctan2(np.ptp(turned[0, :, 1]), np.ptp(turned[0, :, 0]))
    assert np.isclose(np.degrees(angle), 7, atol=0.7)


def test_colours_change_a_little_and_some_are_lost(middle: Pixels) -> None:
    found = [tinted(np.ascontiguousarray(middle), rng(seed).random(8)) for seed in range(300)]
    grey = sum(np.ptp(square.astype(int), axis=2).max() <= 2 for square in found)
    assert 15 < grey < 50
    brightness = np.array([square.mean() for square in found]) - middle.mean()
    assert 3 < np.abs(brightness).mean() < 20
    assert np.abs(brightness).max() < 45
    assert min(np.corrcoef(square.ravel(), middle.ravel())[0, 1] for square in found) > 0.85
    same = tinted(np.ascontiguousarray(middle), np.full(8, 0.5))
    assert np.abs(same.astype(int) - middle).max() <= 1


def test_contrast_turns_about_the_middle_grey() -> None:
    grey = np.full((2, 2, 3), 128, np.uint8)
    for contrast in (0.0, 1.0):
        draws = np.array([0.5, contrast, 0.5, 0.5, 0.5, 0.5, 0.5, 0.9])
        assert np.abs(tinted(grey, draws).astype(int) - 128).max() <= 1
    draws = np.array([0.5, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.9])
    assert tinted(grey + np.uint8(50), draws)[0, 0].tolist() == [188, 188, 188]


def test_blur_takes_details_away(middle: Pixels) -> None:
    middle = np.ascontiguousarray(middle)
    for kind in (0.1, 0.5, 0.9):
        for way in (0.1, 0.9):
            little, much = (
                damages.blurred(middle, np.array([kind, amount, way])) for amount in (0.0, 1.0)
            )
            assert grain(much) < 0.3 * grain(middle)
            assert grain(much) < grain(little) < grain(middle)
            assert abs(float(much.mean()) - float(middle.mean())) < 1.5


@pytest.mark.parametrize("kind", [0.1, 0.5, 0.9])
def test_blur_is_in_proportion_to_the_side(kind: float, middle: Pixels) -> None:
    draws = np.array([kind, 1.0, 0.1])
    small = np.ascontiguousarray(middle)
    large = np.asarray(cv2.resize(small, (448, 448), interpolation=cv2.INTER_CUBIC), np.uint8)
    back = cv2.resize(damages.blurred(large, draws), (112, 112), interpolation=cv2.INTER_AREA)
    assert grain(np.asarray(back)) < 3 * grain(damages.blurred(small, draws)) < 0.9 * grain(small)


def test_motion_blur_goes_its_way() -> None:
    dot = np.zeros((41, 41, 3), np.uint8)
    dot[20, 20] = 255
    across = damages.blurred(dot, np.array([0.5, 1.0, 0.0]))[..., 0]
    down = damages.blurred(dot, np.array([0.5, 1.0, 0.5]))[..., 0]
    assert np.count_nonzero(across.sum(0)) >= 3
    assert np.count_nonzero(across.sum(1)) == 1
    assert np.array_equal(across.T, down)
    assert across.sum() == pytest.approx(255, abs=8)


def test_jpeg_keeps_the_colours_and_loses_more_at_low_quality(middle: Pixels) -> None:
    middle = np.ascontiguousarray(middle)
    bad, good = (damages.compressed(middle, draw).astype(int) - middle for draw in (0.0, 1.0))
    assert np.abs(good).mean() < np.abs(bad).mean() < 12
    assert np.abs(bad.mean(axis=(0, 1))).max() < 2  # red and blue have not changed places


def test_masks_are_taken_only_where_they_are_painted(gathered: TrainingSet) -> None:
    assert gathered.painted is not None
    masks = Augment(("masks",), SIDE, RIM)
    bare, masked = gathered.crops[8], gathered.painted[8]
    assert not np.array_equal(bare, masked)
    worn = sum(
        np.array_equal(masks.apply(bare, masked, rng(seed)), masked[RIM:-RIM, RIM:-RIM])
        for seed in range(200)
    )
    assert 55 < worn < 105
    for names in (("masks",), BUT_MASKS):
        one = Augment(names, SIDE, RIM)
        for seed in range(20):
            given = masked if names == BUT_MASKS else None
            expected = one.apply(bare, None, rng(seed))
            assert np.array_equal(one.apply(bare, given, rng(seed)), expected)


def test_changed_faces_are_still_the_same_people(
    recognizer: kith.Recognizer, gathered: TrainingSet
) -> None:
    """The network, which has not learned with these changes, knows nearly all of them again."""
    (embedder,) = recognizer._embedder.parts
    everything = Augment(BUT_MASKS, SIDE, RIM)
    plain = Augment((), SIDE, RIM)
    rows = range(len(gathered.crops))
    before = embedder.embed([plain.apply(gathered.crops[row], None, rng(0)) for row in rows])
    after = embedder.embed([everything.apply(gathered.crops[row], None, rng(row)) for row in rows])
    similarity = after @ before.T
    assert np.mean(np.diag(similarity)) > 0.75
    assert np.mean(np.diag(similarity) > recognizer.threshold) > 0.95
    assert np.mean(similarity.argmax(axis=1) == np.arange(len(before))) > 0.9


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(OptionError, match="augment is one of"):
        Augment(("flip", "sepia"), SIDE, RIM)
    with pytest.raises(OptionError, match="without a rim"):
        Augment(("crop",), SIDE, 0)
