from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import InputError, OptionError
from kith.evaluation import metrics
from kith.evaluation.metrics.scores import allowed, comparable

from . import slowly

finite = st.one_of(
    st.integers(-4, 4).map(lambda whole: whole / 4),  # for ties
    st.floats(-1, 1, width=32),
)
scores = st.lists(st.one_of(st.just(-math.inf), finite), min_size=1, max_size=30)
thresholds = st.one_of(st.just(-math.inf), st.just(math.inf), finite, st.floats(-2, 2))
rates = st.one_of(st.floats(0, 1), st.integers(0, 30).map(lambda count: count / 30))


@given(scores, thresholds)
def test_rates_are_counted(values: list[float], threshold: float) -> None:
    array = np.array(values, np.float32)
    assert metrics.false_match_rate(array, threshold) == slowly.fmr(values, threshold)
    assert metrics.false_non_match_rate(array, threshold) == slowly.fnmr(values, threshold)
    assert metrics.fpir(array, threshold) == slowly.fmr(values, threshold)


@given(scores, rates)
def test_the_least_threshold_that_keeps_to_a_rate(values: list[float], rate: float) -> None:
    array = np.array(values, np.float32)
    threshold = metrics.threshold_at_fmr(array, rate)
    assert threshold == slowly.threshold_at_fmr(values, rate)
    assert metrics.threshold_at_fpir(array, rate) == threshold
    assert metrics.false_match_rate(array, threshold) <= rate
    if threshold > -math.inf:
        lower = float(np.nextafter(np.float32(threshold), np.float32(-np.inf)))
        assert metrics.false_match_rate(array, lower) > rate


@given(scores, scores, rates)
def test_tar_at_far(genuine: list[float], impostor: list[float], rate: float) -> None:
    found = metrics.tar_at_far(np.array(genuine, np.float32), np.array(impostor, np.float32), rate)
    assert found == 1 - slowly.fnmr(genuine, slowly.threshold_at_fmr(impostor, rate))


@given(st.floats(-1, 1, width=32), st.floats(-1, 1))
def test_float32_decides_as_the_threshold_does(score: float, threshold: float) -> None:
    assert bool(np.float32(score) >= comparable(threshold)) == (score >= threshold)


def test_a_score_just_under_the_threshold_does_not_match() -> None:
    score = np.array([0.7], np.float32)
    assert float(score[0]) < 0.7
    assert metrics.false_match_rate(score, 0.7) == 0
    assert metrics.false_match_rate(score, float(score[0])) == 1


def test_thresholds_beyond_float32() -> None:
    score = np.array([0.7, -math.inf], np.float32)
    assert metrics.false_match_rate(score, -1e300) == 0.5
    assert metrics.false_match_rate(score, 1e300) == 0


def test_a_rate_is_compared_as_it_is_read() -> None:
    assert 0.29 * 100 < 29
    assert allowed(100, 0.29) == 29
    assert 0.1 * 3 > 0.3
    assert allowed(10, 0.1 * 3) == 3
    just_under = math.nextafter(5 / 6, 0)
    assert just_under * 6 == 5
    assert allowed(6, just_under) == 4


@given(st.integers(1, 10**7), st.integers(0, 10**7))
def test_a_share_allows_its_own_count(total: int, count: int) -> None:
    count = min(count, total)
    assert allowed(total, count / total) == count
    assert allowed(total, math.nextafter(count / total, -1)) < count or count == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "no pairs of two people"),
        ([0.5, math.nan], "not a number"),
        ([math.inf], "below infinity"),
        ([[0.5]], "vector"),
    ],
)
def test_what_cannot_be_measured(values: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        metrics.false_match_rate(np.array(values), 0.5)
    with pytest.raises(InputError, match=message):
        metrics.threshold_at_fmr(np.array(values), 0.5)


def test_a_threshold_that_is_none() -> None:
    with pytest.raises(InputError, match="threshold must be a number"):
        metrics.false_non_match_rate(np.array([0.5]), math.nan)


@pytest.mark.parametrize("rate", [-0.1, 1.1, math.nan])
def test_a_rate_that_is_none(rate: float) -> None:
    with pytest.raises(OptionError, match="between 0 and 1"):
        metrics.threshold_at_fmr(np.array([0.5]), rate)
