from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from decision.calibrations import calibration
from kith.evaluation.calibrate.similarities import searches
from kith.evaluation.calibrate.split import parts_of
from kith.evaluation.calibrate.tail import tail_of
from kith.evaluation.calibrate.upper import upper_thresholds
from kith.evaluation.metrics import threshold_at_fmr

from .crowds import crowd, material, vectors


def test_the_knots_are_thresholds_that_hold_for_others() -> None:
    impostors = searches(parts_of(material(crowd(200, 2)), 0)[0])
    tail = tail_of(impostors, 3e-3, seed=5)
    rates = [rate for rate, _ in tail.knots]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == pytest.approx(30 / impostors.pairs)
    assert rates[0] == pytest.approx(300 / impostors.pairs)
    assert [at for _, at in tail.knots] == upper_thresholds(impostors, rates, seed=5)
    # Through the thresholds as measured, similarity by least squares of the logarithm of the rate.
    plain = np.array([threshold_at_fmr(impostors.scores, rate) for rate in rates])
    assert tail.scale == pytest.approx(-1 / np.polyfit(plain, np.log(rates), 1)[0])


def test_the_rate_of_one_search_is_on_the_curve() -> None:
    impostors = searches(parts_of(material(crowd(600, 2)), 0)[0])
    assert tail_of(impostors, 0.1).knots[0][0] == pytest.approx(0.1)


def test_the_slope_of_an_exponential_tail_is_found() -> None:
    impostors = searches(parts_of(material(crowd(800, 2)), 0)[0])
    rng = np.random.default_rng(0)
    drawn = rng.exponential(0.04, len(impostors.scores)).astype(np.float32)
    tail = tail_of(replace(impostors, scores=drawn), 3e-3)
    assert tail.scale == pytest.approx(0.04, rel=0.15)
    for rate, at in tail.knots:
        assert math.exp(-at / 0.04) <= rate * 1.05


def test_a_bounded_similarity_makes_it_err_towards_the_higher_threshold() -> None:
    """Beyond the last knot no fewer strangers are kept out than promised."""
    impostors = searches(parts_of(material(crowd(300, 2)), 0)[0])
    tail = tail_of(impostors, 3e-3)
    everybody = vectors(range(6000), seed=3)
    found = calibration(threshold=-1.0, tail=tail.knots, scale=tail.scale)
    truth = np.sort((everybody[:3000] @ everybody[3000:].T).ravel())
    for people in (100, 1000):
        threshold = found.threshold_for(people)
        assert found.promise(people).extrapolated
        rate = (len(truth) - np.searchsorted(truth, np.float32(threshold))) / len(truth)
        assert 1 - (1 - rate) ** people <= 3e-3


@pytest.mark.parametrize("people", [6, 10, 20, 30])
def test_few_people_give_a_tail_all_the_same(people: int) -> None:
    tail = tail_of(searches(parts_of(material(crowd(people, 2)), 0)[0]), 3e-3)
    rates = np.array([rate for rate, _ in tail.knots])
    assert ((rates > 0) & (rates < 1)).all()
    assert (np.diff(rates) < 0).all()
    assert (np.diff([at for _, at in tail.knots]) >= 0).all()
    assert 0 < tail.scale < 1


def test_scores_that_are_all_equal_have_no_slope() -> None:
    impostors = searches(parts_of(material(crowd(40, 2)), 0)[0])
    level = replace(impostors, scores=np.full(len(impostors.scores), 0.25, np.float32))
    tail = tail_of(level, 3e-3)
    assert tail.scale == pytest.approx(1e-3)
    assert {at for _, at in tail.knots} == {float(np.nextafter(np.float32(0.25), np.float32(1)))}
