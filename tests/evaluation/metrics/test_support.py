from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import OptionError
from kith.evaluation import metrics
from kith.evaluation.metrics.support import supports


@pytest.mark.parametrize(
    ("rate", "trials"), [(1e-3, 3000), (1e-6, 3_000_000), (0.003, 1000), (0.5, 6), (1, 3)]
)
def test_the_rule_of_3(rate: float, trials: int) -> None:
    assert metrics.least_trials(rate) == trials
    assert supports(trials, rate)
    assert not supports(trials - 1, rate)


@pytest.mark.parametrize("rate", [5e-324, 1e-320, 1e-300])
def test_rates_too_small_to_divide_by(rate: float) -> None:
    assert metrics.least_trials(rate) >= 3 * 10**299
    assert not supports(10**9, rate)


@given(st.integers(1, 10**6), st.integers(1, 10**4))
def test_as_few_trials_as_the_rule_lets_pass(top: int, bottom: int) -> None:
    rate = Fraction(top, top + bottom)
    assert metrics.least_trials(float(rate)) == math.ceil(3 / rate)


def test_after_so_many_trials_without_an_error_the_rate_is_below_with_95_percent() -> None:
    for rate in (0.01, 0.001):
        assert (1 - rate) ** metrics.least_trials(rate) < 0.05
        assert (1 - rate) ** (metrics.least_trials(rate) * 0.95) > 0.05


@pytest.mark.parametrize("rate", [0, -0.1, 1.1, math.nan])
def test_rates_that_nothing_supports(rate: float) -> None:
    with pytest.raises(OptionError, match="above 0"):
        metrics.least_trials(rate)


def test_a_rate_is_rough_below_thirty_errors() -> None:
    assert metrics.rate_of(29, 1000).rough
    assert not metrics.rate_of(30, 1000).rough
    assert metrics.rate_of(30, 1000, rough=True).rough
    assert metrics.rate_of(30, 1000).value == 0.03


def test_words_instead_of_a_number() -> None:
    rate = metrics.unsupported(600)
    assert (rate.value, rate.trials, rate.unsupported) == (None, 600, "not supported by 600 pairs")
    other = metrics.unsupported(5, 12_000, "probes")
    assert (other.trials, other.unsupported) == (5, "not supported by 12,000 probes")
