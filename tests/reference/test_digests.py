from __future__ import annotations

import numpy as np
import pytest

from reference.digests import difference, digest
from reference.random_weights import NETWORKS, layout

PARAMETERS = {
    "vgg16": (145_002_878, 14_714_688),
    "resnet50": (41_246_071, 23_561_152),
    "senet50": (43_777_063, 26_092_144),
}


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(3).standard_normal((2, 2048)).astype(np.float32)


def test_an_array_equals_its_digest(values):
    assert difference(values, digest(values)) < 1e-8


@pytest.mark.parametrize("place", [(0, 0), (0, 1), (1, 7), (1, 2047)])
def test_one_wrong_value_shows(values, place):
    kept = digest(values)
    values[place] += 0.1
    assert difference(values, kept) > 1e-4


def test_two_values_changed_over_show(values):
    kept = digest(values)
    values[0, [5, 6]] = values[0, [6, 5]]
    assert difference(values, kept) > 1e-4


def test_another_shape_shows(values):
    assert difference(values.T, digest(values)) == float("inf")


@pytest.mark.parametrize("network", NETWORKS)
def test_the_layouts_have_the_official_numbers_of_parameters(network):
    found = tuple(layout(network, classifier=part).parameters for part in (True, False))
    assert found == PARAMETERS[network]
