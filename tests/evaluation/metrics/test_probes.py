from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kith.errors import InputError, OptionError
from kith.evaluation import metrics
from kith.evaluation.metrics.draws import draws
from kith.evaluation.records import Interval


def probes(seed: int = 0, people: int = 30, failing: float = 0.05) -> metrics.Probes:
    rng = np.random.default_rng(seed)
    whose = np.repeat(np.arange(people, dtype=np.int32), 4)
    habit = rng.normal(0, 0.5, people)
    scores = (rng.normal(1.5, 1, len(whose)) + habit[whose]).round(2).astype(np.float32)
    ranks = rng.integers(1, 4, len(whose)).astype(np.int32)
    failed = rng.random(len(whose)) < failing
    scores[failed], ranks[failed] = -np.inf, 0
    known = whose < people // 2
    return metrics.Probes(
        mates=scores[known],
        ranks=ranks[known],
        mate_people=whose[known],
        strangers=scores[~known] - 1,
        stranger_people=whose[~known],
        people=people,
    )


SOME = probes()


def literally(probed: metrics.Probes, threshold: float, rank: int, rounds: int) -> np.ndarray:
    """FPIR and FNIR of each round, every probe as often as its person was drawn."""
    rows = []
    for drawn in np.concatenate(list(draws(probed.people, rounds, seed=3))):
        mate, stranger = (
            np.repeat(np.arange(len(who)), drawn[who])
            for who in (probed.mate_people, probed.stranger_people)
        )
        rows.append(
            [
                metrics.fpir(probed.strangers[stranger], threshold),
                metrics.fnir(probed.mates[mate], probed.ranks[mate], threshold, rank),
            ]
        )
    return np.array(rows)


@pytest.mark.parametrize("rank", [1, 2])
def test_at_a_threshold(rank: int) -> None:
    point = metrics.identification_at_threshold(SOME, 0.8, rank=rank, rounds=100, seed=3)
    assert point.fmr.value == metrics.fpir(SOME.strangers, 0.8)
    assert point.fnmr.value == metrics.fnir(SOME.mates, SOME.ranks, 0.8, rank)
    low, high = np.quantile(literally(SOME, 0.8, rank, 100), (0.025, 0.975), axis=0)
    assert point.fmr.interval is not None
    assert point.fnmr.interval is not None
    assert [point.fmr.interval.low, point.fnmr.interval.low] == pytest.approx(low)
    assert [point.fmr.interval.high, point.fnmr.interval.high] == pytest.approx(high)


def test_at_rates() -> None:
    point, beyond = metrics.identification_at_rates(SOME, [0.1, 0.01], rank=2, rounds=100)
    threshold = metrics.threshold_at_fpir(SOME.strangers, 0.1)
    assert point.threshold == threshold
    assert point.fmr.value == metrics.fpir(SOME.strangers, threshold)
    assert point.fnmr.value == metrics.fnir(SOME.mates, SOME.ranks, threshold, 2)
    fixed = metrics.identification_at_threshold(SOME, threshold, rank=2, rounds=100)
    assert point.fmr.interval == fixed.fmr.interval
    assert point.fnmr.interval != fixed.fnmr.interval
    assert beyond.threshold is None
    assert beyond.fmr.unsupported == "not supported by 60 probes of strangers"


def test_no_errors_is_not_a_rate_of_zero() -> None:
    clean = replace(
        SOME, mates=np.ones_like(SOME.mates), ranks=np.ones_like(SOME.ranks),
        strangers=-np.ones_like(SOME.strangers),
    )  # fmt: skip
    point = metrics.identification_at_threshold(clean, 0.5, rounds=20)
    assert point.fmr.interval == point.fnmr.interval == Interval(0.0, 3 / 15)  # 15 people each


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mate_people": SOME.mate_people[1:]}, "mates, but 59 people"),
        ({"stranger_people": SOME.stranger_people[1:]}, "strangers, but 59 people"),
        ({"ranks": SOME.ranks[1:]}, "but 59 ranks"),
        ({"people": 20}, "numbered 0 to 19"),
        ({"strangers": SOME.strangers[:0], "stranger_people": SOME.stranger_people[:0]}, "no prob"),
        ({"strangers": SOME.strangers * np.nan}, "not a number"),
    ],
)
def test_probes_that_are_none(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        metrics.identification_at_threshold(replace(SOME, **change), 0.5)  # type: ignore[arg-type]


def test_a_rate_that_is_none() -> None:
    with pytest.raises(OptionError, match="above 0"):
        metrics.identification_at_rates(SOME, [0.0])
