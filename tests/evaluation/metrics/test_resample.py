from __future__ import annotations

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.evaluation import metrics
from kith.evaluation.metrics import bulk
from kith.evaluation.metrics import resample as sampling
from kith.evaluation.metrics.draws import draws
from kith.evaluation.metrics.ladder import Climb, block_sums, ladder_of
from kith.evaluation.metrics.resample import Sampled, Wanted, resample
from kith.evaluation.metrics.trials import trials_of
from kith.evaluation.records import Comparisons

from . import slowly
from .made import everybody, strangers_to_each_other

RATES = (0.5, 0.1, 0.03, 0.01)
THRESHOLDS = (-np.inf, -1.0, 0.0, 1.2, 2.0, 9.0)
EVERYTHING = Wanted(THRESHOLDS, RATES, eer=True, auc=True)


def literally(comparisons: Comparisons, rounds: int, seed: int) -> Sampled:
    """The bootstrap as defined: every pair as often as it was drawn, measured by loops."""
    rows = []
    for drawn in np.concatenate(list(draws(comparisons.people, rounds, seed))):
        genuine, impostor = slowly.repeated(comparisons, drawn.tolist())
        if not (genuine and impostor):
            rows.append([np.nan] * (2 * len(THRESHOLDS) + len(RATES) + 2))
            continue
        rows.append(
            [slowly.fmr(impostor, t) for t in THRESHOLDS]
            + [slowly.fnmr(genuine, t) for t in THRESHOLDS]
            + [slowly.fnmr(genuine, slowly.threshold_at_fmr(impostor, r)) for r in RATES]
            + [slowly.equal_error(genuine, impostor), slowly.area(genuine, impostor)]
        )
    columns = np.array(rows).T
    n = len(THRESHOLDS)
    return Sampled(
        fmr=dict(zip(THRESHOLDS, columns[:n], strict=True)),
        fnmr=dict(zip(THRESHOLDS, columns[n : 2 * n], strict=True)),
        fnmr_at=dict(zip(RATES, columns[2 * n : -2], strict=True)),
        eer=columns[-2],
        auc=columns[-1],
    )


def everything(sampled: Sampled) -> np.ndarray:
    parts = [*sampled.fmr.values(), *sampled.fnmr.values(), *sampled.fnmr_at.values()]
    return np.array([*parts, sampled.eer, sampled.auc])


@pytest.mark.parametrize(
    "comparisons",
    [
        everybody(9, 3, 1, apart=1.5),
        everybody(9, 3, 2, apart=1.5, decimals=0, failing=0.1),
        everybody(3, 3, 3, decimals=1),
        everybody(7, 3, 4, failing=0.6),
    ],
    ids=["scores apart", "ties and failures", "few people", "mostly failures"],
)
def test_as_defined(comparisons: Comparisons) -> None:
    slow = everything(literally(comparisons, 12, seed=5))
    fast = everything(resample(trials_of(comparisons), EVERYTHING, 12, seed=5))
    assert fast == pytest.approx(slow, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("seed", [1, 5, 7, 9])
def test_rates_that_a_round_just_allows(seed: int) -> None:
    """Of a round of total weight t the rates k/t, and those just below, which allow k − 1."""
    comparisons = everybody(9, 6, 1, apart=0.0)
    (drawn,) = np.concatenate(list(draws(9, 1, seed)))
    genuine, impostor = (np.array(s) for s in slowly.repeated(comparisons, drawn.tolist()))
    counts = np.arange(1, len(impostor))
    exact = counts / len(impostor)
    below = np.nextafter(exact, 0)
    # In floating point a rate times the total may fall short of the count, or reach it too soon.
    assert (np.floor(exact * len(impostor)) < counts).any()
    assert (np.floor(below * len(impostor)) == counts).any()
    wanted = Wanted(rates=(*exact.tolist(), *below.tolist()))
    for rate, values in resample(trials_of(comparisons), wanted, 1, seed).fnmr_at.items():
        threshold = metrics.threshold_at_fmr(impostor, rate)
        expected = metrics.false_non_match_rate(genuine, threshold)
        assert values.tolist() == [pytest.approx(expected, abs=1e-12)], rate


scores = st.one_of(st.just(-np.inf), st.integers(-3, 3).map(float))
pair = st.tuples(st.integers(0, 4), st.integers(0, 4), scores)


@settings(max_examples=60, deadline=None)
@given(st.lists(pair, min_size=1, max_size=14), st.integers(0, 99))
def test_as_defined_whatever_the_pairs(pairs: list[tuple[int, int, float]], seed: int) -> None:
    a, b, similarity = zip((0, 0, 1.0), (0, 1, 0.0), *pairs, strict=True)
    _, numbers = np.unique([a, b], return_inverse=True)  # without people of whom there is no pair
    a, b = numbers.reshape(2, -1).astype(np.int32)
    comparisons = Comparisons(
        np.array(similarity, np.float32), a == b, a, b, int(numbers.max()) + 1
    )
    slow = everything(literally(comparisons, 4, seed))
    fast = everything(resample(trials_of(comparisons), EVERYTHING, 4, seed))
    assert fast == pytest.approx(slow, abs=1e-12, nan_ok=True)


def test_people_of_whom_there_is_no_pair_are_not_drawn() -> None:
    comparisons = everybody(9, 3, 1)
    spread = replace(comparisons, a=comparisons.a * 7 + 2, b=comparisons.b * 7 + 2, people=99)
    plain = everything(resample(trials_of(comparisons), EVERYTHING, 9, 0))
    assert everything(resample(trials_of(spread), EVERYTHING, 9, 0)).tolist() == plain.tolist()


def test_draws() -> None:
    drawn = np.concatenate(list(draws(40, 500, seed=3)))
    assert drawn.shape == (500, 40)
    assert (drawn.sum(axis=1) == 40).all()
    # Each is the sum of 40 trials of chance 1/40: mean 1, variance 39/40.
    assert drawn.mean(axis=0) == pytest.approx(1, abs=0.25)
    assert drawn.var() == pytest.approx(39 / 40, abs=0.03)
    assert (drawn == np.concatenate(list(draws(40, 500, seed=3)))).all()
    assert (drawn != np.concatenate(list(draws(40, 500, seed=4)))).any()


WIDE = Wanted((-3.0, -1.0, 0.0, 1.0, 2.0, 3.0), (0.9, 0.5, 0.1, 0.05, 0.01), eer=True, auc=True)


def ends(rounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of each interval, and their distance."""
    low, high = np.quantile(rounds, (0.025, 0.975), axis=1)
    return np.array([low, high]), high - low


@pytest.mark.parametrize(
    ("few", "some", "tolerance"),
    [(9999, 9999, 0.03), (0, 9999, 0.1), (0, 0, 0.1)],
    ids=["exact bins", "projected, exact total", "projected"],
)
def test_bins_give_nearly_the_same_intervals(
    few: int, some: int, tolerance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "FEW_PEOPLE", few)
    monkeypatch.setattr(bulk, "SOME_PEOPLE", some)
    trials = trials_of(everybody(60, 8, 0, decimals=3, failing=0.02))
    exact = everything(resample(trials, WIDE, 300, 0))
    binned = everything(resample(trials, WIDE, 300, 0, head=700))
    assert len(trials.right) > 2 * 700
    assert not np.array_equal(binned, exact)
    (expected, width), (found, _) = ends(exact), ends(binned)
    assert (np.abs(found - expected) <= tolerance * width + 1e-6).all()


@pytest.mark.parametrize("few", [9999, 0], ids=["exact bins", "projected"])
def test_bins_add_up_to_the_weight_of_all_pairs(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "FEW_PEOPLE", few)
    comparisons = everybody(40, 4, 0)
    trials = trials_of(comparisons)
    ladder = ladder_of(trials.wrong, trials.people, falling=True, head=500)
    climb = Climb(ladder)
    (block,) = draws(trials.people, 30, seed=0)
    for drawn, sums in zip(block.astype(np.int32), block_sums(ladder, block), strict=True):
        climb.weigh(drawn, *sums)
        weights = (drawn[comparisons.a] * drawn[comparisons.b])[~comparisons.same]
        assert climb.total == pytest.approx(weights.sum(), rel=1e-9)


def test_bins_of_people_without_habits_lose_a_third_of_the_variance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where scores depend on the pair alone: exactly thrice the variance, projected twice."""
    comparisons = everybody(120, 3, 0, habit=0.0)
    trials, wanted = trials_of(comparisons), Wanted(thresholds=(0.0, 1.0, 2.0))
    exact = np.array(list(resample(trials, wanted, 1000, 0).fmr.values()))
    monkeypatch.setattr(bulk, "FEW_PEOPLE", 0)
    projected = np.array(list(resample(trials, wanted, 1000, 0, head=300).fmr.values()))
    true = np.array([metrics.false_match_rate(comparisons.impostor, t) for t in (0.0, 1.0, 2.0)])
    couples = 120 * 119 / 2  # of whom each is met nine times
    single = true * (1 - true) / couples / 9
    assert exact.var(axis=1) / single == pytest.approx(3, rel=0.25)
    assert projected.var(axis=1) / single == pytest.approx(2, rel=0.25)


def test_bins_of_equal_scores_are_not_parted() -> None:
    comparisons = everybody(30, 6, 0, decimals=0)
    trials = trials_of(comparisons)
    exact = everything(resample(trials, WIDE, 40, 0))
    assert everything(resample(trials, WIDE, 40, 0, head=50)) == pytest.approx(exact, abs=0.01)
    fixed = slice(0, 2 * len(WIDE.thresholds))  # every whole number is a bin's end
    binned = everything(resample(trials, WIDE, 40, 0, head=50))[fixed]
    assert binned == pytest.approx(exact[fixed], abs=1e-6)


def test_bins_of_many_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_CHUNK", 1000)  # so that bins are counted in several pieces
    trials = trials_of(strangers_to_each_other(30_000, 4000, 0.3))
    assert trials.people > bulk.SOME_PEOPLE
    exact = everything(resample(trials, WIDE, 200, 0))
    binned = everything(resample(trials, WIDE, 200, 0, head=2000))
    (expected, width), (found, narrower) = ends(exact), ends(binned)
    assert (narrower > 0.6 * width - 1e-6).all()
    assert (np.abs(found - expected) <= 0.2 * width + 1e-6).all()


def test_people_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    trials = trials_of(strangers_to_each_other(30_000, 4000, 0.3))
    each = everything(resample(trials, WIDE, 400, 0))
    monkeypatch.setattr(sampling, "MOST_DRAWN", 1000)
    grouped = everything(resample(trials, WIDE, 400, 0))
    (expected, width), (found, other) = ends(each), ends(grouped)
    kept = width > 0
    assert kept.sum() > 12
    assert other[kept] / width[kept] == pytest.approx(1, abs=0.2)
    assert (np.abs(found - expected) <= 0.2 * width + 1e-6).all()


def test_nine_intervals_of_ten_and_more_hold_the_truth() -> None:
    """People with habits, met by everybody: 200 sets of 60 people from the same population."""
    threshold, habit = 2.0, 0.4
    normal = NormalDist()
    fmr = 1 - normal.cdf(threshold / (1 + 2 * habit**2) ** 0.5)
    fnmr = normal.cdf((threshold - 3.0) / (1 + 4 * habit**2) ** 0.5)
    held = []
    for seed in range(200):
        comparisons = everybody(60, 2, seed, habit=habit)
        point = metrics.at_threshold(comparisons, threshold, rounds=200, seed=seed)
        assert point.fmr.interval is not None
        assert point.fnmr.interval is not None
        held.append(
            [
                point.fmr.interval.low <= fmr <= point.fmr.interval.high,
                point.fnmr.interval.low <= fnmr <= point.fnmr.interval.high,
            ]
        )
    for share in np.mean(held, axis=0):
        assert 0.88 <= share <= 0.98
