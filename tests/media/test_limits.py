from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import OptionError
from kith.media import Limits


@given(st.integers(1, 200_000), st.integers(1, 200_000), st.integers(1, 10_000))
def test_a_reduced_photo_lies_between_half_of_the_limit_and_the_limit(width, height, side):
    factor = Limits(full_side=side).reduction(width, height)
    longer = math.ceil(max(width, height) / factor)
    assert longer <= side
    assert factor == 1 or longer >= side / 2
    assert factor & (factor - 1) == 0


@pytest.mark.parametrize(
    ("width", "height", "factor"),
    [(4096, 10, 1), (10, 4096, 1), (4097, 10, 2), (8192, 1, 2), (8193, 1, 4), (32769, 5, 16)],
)
def test_reductions(width, height, factor):
    assert Limits().reduction(width, height) == factor


@pytest.mark.parametrize("name", ["max_bytes", "max_pixels", "full_side"])
def test_a_limit_below_one_is_refused(name):
    with pytest.raises(OptionError, match=f"{name} is 0"):
        Limits(**{name: 0})
