from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from kith.evaluation.report import axes

ENDS = st.tuples(st.floats(1e-8, 0.4), st.floats(1.5, 1e6)).map(
    lambda pair: (pair[0], min(0.99, pair[0] * pair[1]))
)


@given(st.floats(1e-8, 1 - 1e-8))
def test_deviates_are_those_of_the_normal_distribution(rate):
    assert axes.deviate(rate) == pytest.approx(norm.ppf(rate), rel=1e-6, abs=1e-9)


def test_rates_outside_an_axis_lie_at_its_ends():
    found = axes.deviates(np.array([0.0, 0.001, 0.1, 1.0, np.nan]), 0.001, 0.4)
    assert found[:4] == pytest.approx(norm.ppf([0.001, 0.001, 0.1, 0.4]), abs=1e-9)
    assert np.isnan(found[4])


@given(ENDS, st.booleans())
def test_ticks_lie_inside_and_apart(ends, upright):
    low, high = ends
    ticks = axes.deviate_ticks(low, high, upright=upright)
    assert ticks == sorted(set(ticks))
    assert all(low <= tick <= high for tick in ticks)
    places = (norm.ppf(ticks) - norm.ppf(low)) / (norm.ppf(high) - norm.ppf(low))
    assert (np.diff(places) >= 0.085 - 1e-6).all()


@given(st.floats(1e-8, 0.3))
def test_ticks_of_a_logarithmic_axis(low):
    ticks = axes.log_ticks(low)
    assert ticks[-1] == 1
    assert all(low * 0.998 <= tick <= 1 for tick in ticks)
    assert len(ticks) >= 2 or low > 0.2
    # Labels of letters 2 % as wide as the axis, and a letter's room between them.
    places = np.log10(ticks) / -np.log10(low)
    widths = np.array([len(axes.tick_label(tick)) for tick in ticks]) * 0.02
    assert (np.diff(places) >= (widths[1:] + widths[:-1]) / 2 + 0.02).all()


def test_powers_of_ten_come_before_other_ticks():
    ticks = axes.deviate_ticks(1e-6, 0.4, upright=True)
    assert {1e-5, 1e-4, 1e-3, 1e-2} <= set(ticks)


@pytest.mark.parametrize(
    ("rate", "below", "above"),
    [(0.0042, 0.002, 0.005), (0.01, 0.01, 0.01), (0.3, 0.2, 0.4), (1e-12, 1e-8, 1e-8)],
)
def test_ticks_around_a_rate(rate, below, above):
    assert (axes.tick_below(rate), axes.tick_above(rate)) == (below, above)


@pytest.mark.parametrize(
    ("rate", "label"), [(0.4, "40 %"), (0.001, "0.1 %"), (1e-6, "0.0001 %"), (1.0, "100 %")]
)
def test_labels(rate, label):
    assert axes.tick_label(rate) == label
