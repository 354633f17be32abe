from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import InputError, OptionError
from kith.evaluation import metrics
from kith.evaluation.metrics.draws import draws
from kith.evaluation.records import Comparisons, Interval

from . import slowly
from .made import everybody

if TYPE_CHECKING:
    from collections.abc import Callable

    from kith.evaluation.records import Rate

FEW = everybody(12, 3, 1, apart=1.5, decimals=1)
MANY = everybody(40, 5, 1, apart=2.0, failing=0.02)
APART = everybody(12, 3, 1, apart=30.0)


def made(genuine: list[float], impostor: list[float]) -> Comparisons:
    """Each pair of one person of its own, each pair of two of two of their own."""
    n, m = len(genuine), len(impostor)
    a = np.concatenate([np.arange(n), n + 2 * np.arange(m)]).astype(np.int32)
    b = np.concatenate([np.arange(n), n + 2 * np.arange(m) + 1]).astype(np.int32)
    return Comparisons(np.array([*genuine, *impostor], np.float32), a == b, a, b, n + 2 * m)


def interval(rate: Rate) -> Interval:
    assert rate.interval is not None
    return rate.interval


def percentiles(comparisons: Comparisons, measure: Callable[..., float]) -> tuple[float, float]:
    """From 100 rounds of seed 3, each pair written down as often as it was drawn."""
    rounds = np.concatenate(list(draws(comparisons.people, 100, seed=3))).tolist()
    values = [measure(*slowly.repeated(comparisons, drawn)) for drawn in rounds]
    return tuple(np.quantile(values, (0.025, 0.975)))


def test_at_a_threshold() -> None:
    point = metrics.at_threshold(FEW, 0.8, rounds=100, seed=3)
    assert (point.asked, point.threshold) == (None, 0.8)
    assert point.fmr.value == slowly.fmr(FEW.impostor.tolist(), 0.8)
    assert point.fnmr.value == slowly.fnmr(FEW.genuine.tolist(), 0.8)
    assert (point.fmr.trials, point.fnmr.trials) == (len(FEW.impostor), len(FEW.genuine))
    low, high = percentiles(FEW, lambda genuine, impostor: slowly.fmr(impostor, 0.8))
    assert (interval(point.fmr).low, interval(point.fmr).high) == pytest.approx((low, high))
    low, high = percentiles(FEW, lambda genuine, impostor: slowly.fnmr(genuine, 0.8))
    assert (interval(point.fnmr).low, interval(point.fnmr).high) == pytest.approx((low, high))


def test_at_rates() -> None:
    first, second = metrics.at_rates(FEW, [0.2, 0.05], rounds=100, seed=3)
    genuine, impostor = FEW.genuine.tolist(), FEW.impostor.tolist()
    for point, rate in ((first, 0.2), (second, 0.05)):
        threshold = slowly.threshold_at_fmr(impostor, rate)
        assert (point.asked, point.threshold) == (rate, threshold)
        assert point.fmr.value == slowly.fmr(impostor, threshold)
        assert point.fnmr.value == slowly.fnmr(genuine, threshold)

        def chosen_anew(mates: list[float], others: list[float], rate: float = rate) -> float:
            return slowly.fnmr(mates, slowly.threshold_at_fmr(others, rate))

        found = interval(point.fnmr)
        assert (found.low, found.high) == pytest.approx(percentiles(FEW, chosen_anew))
        kept = metrics.at_threshold(FEW, threshold, rounds=100, seed=3)
        assert point.fmr.interval == kept.fmr.interval
        assert point.fnmr.interval != kept.fnmr.interval


def test_equal_error_and_area() -> None:
    rate, threshold = metrics.equal_error(FEW, rounds=100, seed=3)
    area = metrics.area(FEW, rounds=100, seed=3)
    assert (rate.value, threshold) == metrics.equal_error_rate(FEW.genuine, FEW.impostor)
    assert area.value == metrics.area_under_roc(FEW.genuine, FEW.impostor)
    assert rate.trials == area.trials == len(FEW.same)
    for found, measure in ((rate, slowly.equal_error), (area, slowly.area)):
        ends = interval(found)
        assert (ends.low, ends.high) == pytest.approx(percentiles(FEW, measure))


def test_one_bootstrap_gives_what_the_single_ones_do() -> None:
    whole = metrics.summary(MANY, [0.1, 0.01, 1e-9], 1.0, rounds=50, seed=4, points=20)
    assert whole.points == metrics.at_rates(MANY, [0.1, 0.01, 1e-9], rounds=50, seed=4)
    assert whole.default == metrics.at_threshold(MANY, 1.0, rounds=50, seed=4)
    assert (whole.eer, whole.eer_threshold) == metrics.equal_error(MANY, rounds=50, seed=4)
    assert whole.auc == metrics.area(MANY, rounds=50, seed=4)
    alone = metrics.band(MANY, rounds=50, seed=4, points=20)
    for name, values in asdict(whole.band).items():
        np.testing.assert_array_equal(values, getattr(alone, name))
    assert metrics.summary(MANY, rounds=0).default is None


def test_a_seed_decides() -> None:
    first, again, other = (metrics.at_threshold(MANY, 1.0, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.fmr.interval != other.fmr.interval


def test_without_rounds_there_are_no_intervals() -> None:
    whole = metrics.summary(MANY, [0.1], 1.0, rounds=0)
    assert whole.default is not None
    rates = [whole.eer, whole.auc, *(p.fmr for p in whole.points), whole.default.fnmr]
    assert all(rate.value is not None and rate.interval is None for rate in rates)
    assert np.isnan(whole.band.low).all()
    assert np.isnan(whole.band.high).all()
    assert whole.band.fnmr.min() < 0.1


def test_what_too_few_pairs_support_has_no_number() -> None:
    comparisons = made([0.9] * 40, [0.1] * 300)
    supported, beyond = metrics.at_rates(comparisons, [0.01, 0.0099], rounds=10)
    assert supported.fmr.value == 0.0
    assert supported.fmr.unsupported is None
    assert (beyond.asked, beyond.threshold) == (0.0099, None)
    for rate, trials in ((beyond.fmr, 300), (beyond.fnmr, 40)):
        assert (rate.value, rate.interval, rate.trials) == (None, None, trials)
        assert rate.unsupported == "not supported by 300 pairs"


def test_no_errors_is_not_a_rate_of_zero() -> None:
    """With 40 people and 300 pairs of people, each met once, the rule of 3 bounds both rates."""
    point = metrics.at_threshold(made([0.9] * 40, [0.1] * 300), 0.5, rounds=20)
    assert point.fnmr.value == point.fmr.value == 0.0
    assert interval(point.fnmr) == Interval(0.0, 3 / 40)
    assert interval(point.fmr) == Interval(0.0, 3 / 300)
    assert point.fnmr.rough
    assert point.fmr.rough


def test_of_very_many_people_pairs_are_counted_alike() -> None:
    once = made([0.9] * 40, [0.1] * 3000)  # 6,040 people
    twice = Comparisons(
        *(np.concatenate([part, part]) for part in (once.similarity, once.same)),
        np.concatenate([once.a, once.b]),
        np.concatenate([once.b, once.a]),
        once.people,
    )
    for comparisons in (once, twice):
        point = metrics.at_threshold(comparisons, 0.5, rounds=5)
        assert interval(point.fmr) == Interval(0.0, 3 / 3000)


def test_nothing_but_errors_is_not_a_rate_of_one() -> None:
    point = metrics.at_threshold(made([0.1] * 40, [0.9] * 300), 0.5, rounds=20)
    assert interval(point.fnmr) == Interval(1 - 3 / 40, 1.0)
    assert interval(point.fmr) == Interval(1 - 3 / 300, 1.0)


def test_many_photos_of_few_people_are_not_many_trials() -> None:
    point = metrics.at_threshold(APART, 15.0, rounds=20)
    assert interval(point.fnmr).high == 3 / 12  # 36 pairs of one person, of 12 people
    assert interval(point.fmr).high == 3 / (12 * 11 / 2)  # 594 pairs of two, of 66 pairs of people


def test_a_clean_separation_is_bounded_by_the_people() -> None:
    rate, _ = metrics.equal_error(APART, rounds=20)
    area = metrics.area(APART, rounds=20)
    assert (rate.value, interval(rate)) == (0.0, Interval(0.0, 3 / 12))
    assert (area.value, interval(area)) == (1.0, Interval(1 - 3 / 12, 1.0))
    assert rate.rough
    assert area.rough
    mixed, _ = metrics.equal_error(MANY, rounds=0)
    assert not mixed.rough
    assert not metrics.area(MANY, rounds=0).rough


def test_a_threshold_that_rests_on_few_errors_is_rough() -> None:
    rng = np.random.default_rng(0)
    comparisons = made(rng.normal(1, 1, 2000).tolist(), rng.normal(0, 1, 1000).tolist())
    few, enough = metrics.at_rates(comparisons, [0.029, 0.03], rounds=0)
    assert few.fnmr.rough
    assert few.fmr.rough
    assert not enough.fnmr.rough
    assert not enough.fmr.rough


def test_the_band() -> None:
    band = metrics.band(MANY, rounds=100, seed=3, points=40)
    impostor, genuine = MANY.impostor, MANY.genuine
    assert band.fmr[0] == pytest.approx(1 / len(impostor))
    assert band.fmr[-1] == 1.0
    assert (np.diff(band.fmr) > 0).all()
    assert band.fnmr.tolist() == [
        metrics.false_non_match_rate(genuine, metrics.threshold_at_fmr(impostor, rate))
        for rate in band.fmr
    ]
    assert band.supported == 3 / len(impostor)
    within = band.fmr >= band.supported
    assert 0 < within.sum() < 40
    assert np.isnan(band.low[~within]).all()
    assert (band.low[within] <= band.fnmr[within]).all()
    assert (band.high[within] >= band.fnmr[within]).all()
    place = 30
    (point,) = metrics.at_rates(MANY, [float(band.fmr[place])], rounds=100, seed=3)
    assert (band.low[place], band.high[place]) == (
        interval(point.fnmr).low,
        interval(point.fnmr).high,
    )
    floor = np.mean(np.isneginf(genuine))  # failures never match
    assert band.fnmr[-1] == pytest.approx(floor)
    assert floor > 0


def test_nothing_could_be_acquired() -> None:
    whole = metrics.summary(made([-math.inf] * 5, [-math.inf] * 9), [0.5], 0.4, rounds=20)
    assert whole.default is not None
    assert (whole.default.fmr.value, whole.default.fnmr.value) == (0.0, 1.0)
    assert whole.points[0].threshold == -math.inf
    assert whole.points[0].fnmr.value == 1.0
    assert (whole.eer.value, whole.auc.value) == (0.5, 0.5)


def test_rounds_that_draw_no_pair_of_a_kind_do_not_count() -> None:
    """Of two people a round draws both or one of them twice; then no pair of two is left."""
    comparisons = Comparisons(
        np.array([0.9, 0.8, 0.1, 0.6], np.float32),
        np.array([True, True, False, False]),
        np.array([0, 1, 0, 1], np.int32),
        np.array([0, 1, 1, 0], np.int32),
        2,
    )
    point = metrics.at_threshold(comparisons, 0.5, rounds=50)
    assert interval(point.fmr) == Interval(0.5, 0.5)
    assert interval(point.fnmr) == Interval(0.0, 1.0)  # 3 / 2 people


def test_no_round_left() -> None:
    seed = next(s for s in range(99) if next(draws(2, 1, s)).max() == 2)
    comparisons = made([0.9], [])
    pair = replace(
        comparisons,
        similarity=np.array([0.9, 0.1], np.float32),
        same=np.array([True, False]),
        a=np.array([0, 0], np.int32),
        b=np.array([0, 1], np.int32),
        people=2,
    )
    point = metrics.at_threshold(pair, 0.5, rounds=1, seed=seed)
    assert interval(point.fmr) == interval(point.fnmr) == Interval(0.0, 1.0)


def test_one_person() -> None:
    one = everybody(1, 4)
    with pytest.raises(InputError, match="there are no pairs of two people to measure on"):
        metrics.at_threshold(one, 0.5)
    with pytest.raises(InputError, match="there are no pairs of one person to measure on"):
        metrics.summary(everybody(4, 1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"a": FEW.a[1:]}, "equally long"),
        ({"same": ~FEW.same}, "numbers are equal"),
        ({"people": 11}, "numbered 0 to 10"),
        ({"a": FEW.a - 1, "b": FEW.b - 1}, "numbered 0 to 11"),
        ({"similarity": np.full_like(FEW.similarity, np.nan)}, "not a number"),
    ],
)
def test_comparisons_that_are_none(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        metrics.area(replace(FEW, **change))  # type: ignore[arg-type]


def test_options_that_are_none() -> None:
    for rate in (0.0, 1.5, math.nan):
        with pytest.raises(OptionError, match="above 0"):
            metrics.at_rates(FEW, [rate])
    with pytest.raises(OptionError, match="rounds"):
        metrics.area(FEW, rounds=-1)
    with pytest.raises(OptionError, match="two points"):
        metrics.band(FEW, points=1)
    with pytest.raises(InputError, match="threshold must be a number"):
        metrics.at_threshold(FEW, math.nan)
