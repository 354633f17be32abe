from __future__ import annotations

import numpy as np
import pytest

from kith.embedding import network_input
from kith.models import Input

STANDARDISED = Input(8, 6, "RGB", mean=0.0, scale=1.0, standardise=True)


def test_a_standardised_crop_has_no_mean_and_unit_deviation() -> None:
    crop = np.random.default_rng(3).integers(40, 90, (6, 8, 3), dtype=np.uint8)
    (found,) = network_input([crop], STANDARDISED)
    wanted = (crop.astype(np.float64) - crop.mean()) / crop.std()
    np.testing.assert_allclose(found, wanted.transpose(2, 0, 1), rtol=1e-5, atol=1e-5)


def test_each_crop_is_standardised_by_itself() -> None:
    random = np.random.default_rng(5)
    dark, light = (random.integers(a, a + 50, (6, 8, 3), dtype=np.uint8) for a in (0, 200))
    both = network_input([dark, light], STANDARDISED)
    for found, crop in zip(both, (dark, light), strict=True):
        np.testing.assert_array_equal(found, network_input([crop], STANDARDISED)[0])


def test_a_flat_crops_noise_is_not_blown_up() -> None:
    flat = np.full((6, 8, 3), 100, np.uint8)
    assert not network_input([flat], STANDARDISED).any()
    # One value of 37,632 that is off by one: its deviation is per_image_standardization's bound.
    crop = np.full((112, 112, 3), 100, np.uint8)
    crop[0, 0, 0] = 101
    assert crop.std() == pytest.approx(1 / np.sqrt(crop.size), rel=1e-3)
    (found,) = network_input([crop], Input(112, 112, "RGB", 0.0, 1.0, standardise=True))
    assert found.max() == pytest.approx(np.sqrt(crop.size), rel=1e-3)


@pytest.mark.parametrize("colour", ["RGB", "BGR"])
def test_channels_stand_in_the_order_asked_for(colour: str) -> None:
    crop = np.zeros((6, 8, 3), np.uint8)
    crop[..., 0] = 200
    (found,) = network_input([crop], Input(8, 6, colour, mean=(1.0, 2.0, 3.0), scale=0.5))  # type: ignore[arg-type]
    red = 0 if colour == "RGB" else 2
    expected = np.array([-1.0, -2.0, -3.0]) * 0.5
    expected[red] = (200 - (1.0, 2.0, 3.0)[red]) * 0.5
    np.testing.assert_allclose(found.mean(axis=(1, 2)), expected)
