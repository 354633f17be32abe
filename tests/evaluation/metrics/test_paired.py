"""Differences of two systems on the same people."""

from __future__ import annotations

import numpy as np
import pytest

from kith.errors import InputError
from kith.evaluation.metrics import equal_error_rate, others
from kith.evaluation.metrics.draws import draws
from kith.evaluation.metrics.paired import Differences, differences, figures
from kith.evaluation.metrics.tails import student, tail
from kith.evaluation.protocols.every_two import every_two
from kith.evaluation.records import Comparisons


def scored(
    photos: list[int], signal: float, seed: int, shared: int = 0, failed: tuple[int, ...] = ()
) -> Comparisons:
    """Return everybody compared with everybody, on noise of which half is of `shared`."""
    person = np.repeat(np.arange(len(photos)), photos).astype(np.int32)
    pairs = every_two(person)
    noise = [np.random.default_rng(one).normal(size=len(pairs.same)) for one in (shared, seed)]
    scores = (signal * pairs.same + 0.5 * noise[0] + 0.5 * noise[1]).astype(np.float32)
    lost = np.isin(pairs.first, failed) | np.isin(pairs.second, failed)
    scores[lost] = -np.inf
    a, b = person[pairs.first], person[pairs.second]
    return Comparisons(scores, pairs.same, a, b, len(photos))


def compared(one: Comparisons, two: Comparisons, rounds: int = 200) -> Differences:
    parts = others.deal(one.a, one.b)
    return differences(
        *(figures(each, parts, (0.1,), rounds=rounds, seed=3) for each in (one, two))
    )


def test_the_figures_are_those_of_each_on_its_own() -> None:
    one, two = scored([4] * 10, 1.0, 1), scored([4] * 10, 2.0, 2)
    parts = others.deal(one.a, one.b)
    found = compared(one, two)
    for name in ("accuracy", "auc", "eer"):
        first, second = (getattr(figures(each, parts, rounds=0), name) for each in (one, two))
        assert getattr(found, name).value == pytest.approx(second - first)
    assert found.accuracy.above
    assert found.auc.above
    assert found.eer.below
    assert found.tar[0.1].above


def test_turned_round_it_is_the_same() -> None:
    one, two = scored([4] * 10, 1.0, 1), scored([4] * 10, 1.3, 2)
    there, back = compared(one, two), compared(two, one)
    for name in ("accuracy", "auc", "eer"):
        a, b = getattr(there, name), getattr(back, name)
        assert a.value == pytest.approx(-b.value)
        assert a.interval.low == pytest.approx(-b.interval.high)
        assert a.interval.high == pytest.approx(-b.interval.low)


def test_what_both_have_in_common_drops_out() -> None:
    """Paired, the interval is narrower than that of two systems of which each has its own luck."""
    one = scored([4] * 12, 1.0, 1)
    like, unlike = scored([4] * 12, 1.0, 2), scored([4] * 12, 1.0, 2, shared=9)
    widths = []
    for two in (like, unlike):
        ends = compared(one, two).auc.interval
        assert ends is not None
        widths.append(ends.high - ends.low)
    assert widths[0] < 0.9 * widths[1]


def test_where_no_round_differs_the_rule_of_3_bounds_it() -> None:
    one = scored([3] * 30, 1.0, 1)
    ends = compared(one, one).accuracy.interval
    assert ends is not None
    assert (ends.low, ends.high) == (pytest.approx(-0.1), pytest.approx(0.1))


def test_without_rounds_there_is_no_interval_and_no_claim() -> None:
    found = compared(scored([4] * 10, 0.1, 1), scored([4] * 10, 9.0, 2), rounds=0).accuracy
    assert found.value > 0.2
    assert found.interval is None
    assert not found.above


def test_rounds_of_the_accuracy_slowly() -> None:
    """Where photos failed, each round is made pair by pair, as often as its people were drawn."""
    one = scored([3, 4, 2, 3, 3], 1.0, 1, failed=(0, 8))
    found = figures(one, others.deal(one.a, one.b), rounds=20, seed=7)
    assert found.rounds is not None
    (drawn,) = draws(5, 20, 7)
    for weights, accuracy in zip(drawn.astype(int), found.rounds, strict=True):
        times = np.where(one.same, weights[one.a], weights[one.a] * weights[one.b])
        scores, same = np.repeat(one.similarity, times), np.repeat(one.same, times)
        known = np.isfinite(scores)
        if not (known & same).any() or not (known & ~same).any():
            assert np.isnan(accuracy)
            continue
        eer, _ = equal_error_rate(scores[known & same], scores[known & ~same])
        mates = np.mean(known[same]) * (1 - eer)
        spared = np.mean(~np.isfinite(one.similarity[~one.same]))  # as measured, not by round
        assert accuracy == pytest.approx((mates + spared + (1 - spared) * (1 - eer)) / 2)


def test_failures_cost_both_the_same() -> None:
    whole = [scored([4] * 12, signal, seed) for signal, seed in ((1.0, 1), (2.0, 2))]
    some = [scored([4] * 12, s, seed, failed=(0, 9, 21)) for s, seed in ((1.0, 1), (2.0, 2))]
    assert compared(*some).accuracy.above
    assert 0 < compared(*some).accuracy.value < 1.2 * compared(*whole).accuracy.value


@pytest.mark.parametrize(
    ("freedom", "known"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (9, 2.2622), (30, 2.0423)],
)
def test_student(freedom: int, known: float) -> None:
    assert -student(0.025, freedom) == pytest.approx(known, rel=0.002)
    assert student(0.975, freedom) == pytest.approx(known, rel=0.002)


def test_intervals_are_wider_for_fewer_people() -> None:
    tails = [tail(people) for people in (1, 2, 3, 5, 10, 100, 10_000)]
    assert tails[0] == 0
    assert tails == sorted(tails)
    assert tails[-1] == pytest.approx(0.025, abs=1e-4)


def test_more_people_than_can_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    one = scored([2] * 6, 1.0, 1)
    monkeypatch.setattr("kith.evaluation.metrics.paired.MOST_DRAWN", 5)
    with pytest.raises(InputError, match="5 people at most"):
        figures(one, others.deal(one.a, one.b))
