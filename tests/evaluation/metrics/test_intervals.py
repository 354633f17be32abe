from __future__ import annotations

import numpy as np
import pytest

from kith.evaluation.metrics.intervals import interval_of
from kith.evaluation.metrics.trials import side_of
from kith.evaluation.records import Interval

SIDE = side_of(np.zeros(40, np.float32), np.repeat(np.arange(20, dtype=np.int32), 2))


def test_percentiles() -> None:
    rounds = np.arange(1001) / 1000
    found = interval_of(rounds, 0.5, SIDE)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.025, 0.975))


def test_rounds_without_a_rate_do_not_count() -> None:
    assert interval_of(np.array([np.nan, 0.5, 0.5, np.nan]), 0.5, SIDE) == Interval(0.5, 0.5)
    assert interval_of(np.array([np.nan]), 0.5, SIDE) == Interval(0.0, 1.0)
    assert interval_of(None, 0.5, SIDE) is None


def test_what_was_measured_is_always_within() -> None:
    rounds = np.full(10, 0.5)
    assert interval_of(rounds, 0.4, SIDE) == Interval(0.4, 0.5)
    assert interval_of(rounds, 0.6, SIDE) == Interval(0.5, 0.6)


def test_the_rule_of_3_where_there_were_no_errors() -> None:
    few = side_of(np.zeros(2, np.float32), np.arange(2, dtype=np.int32))
    assert interval_of(np.zeros(10), 0.0, SIDE) == Interval(0.0, 3 / 20)
    assert interval_of(np.ones(10), 1.0, SIDE) == Interval(1 - 3 / 20, 1.0)
    assert interval_of(np.full(10, 0.3), 0.0, SIDE) == Interval(0.0, 0.3)  # the wider one
    assert interval_of(np.zeros(10), 0.0, SIDE, few) == Interval(0.0, 1.0)
