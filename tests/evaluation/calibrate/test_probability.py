from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from kith.decision.curves import probabilities
from kith.evaluation.calibrate.probability import (
    MOST,
    STEP,
    _binned,
    _few,
    _pooled,
    brier,
    calibration_error,
    odds_of,
)


def scores(seed: int, genuine: int, impostor: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return (
        rng.normal(0.5, 0.15, genuine).clip(-1, 1).astype(np.float32),
        rng.normal(0.1, 0.12, impostor).clip(-1, 1).astype(np.float32),
    )


def shares(right: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """Return what the blocks say, bin by bin."""
    starts = _pooled(right, right + wrong)
    sizes = np.diff(np.append(starts, len(right)))
    share = np.add.reduceat(right, starts) / np.add.reduceat(right + wrong, starts)
    return np.repeat(share, sizes)


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1)).filter(lambda pair: sum(pair) > 1e-3),
        min_size=1,
        max_size=40,
    )
)
def test_pooling_is_isotonic_regression(pairs: list[tuple[float, float]]) -> None:
    right, wrong = np.array(pairs).T
    weight = right + wrong
    at = np.arange(len(pairs), dtype=float)
    library = IsotonicRegression().fit(at, right / weight, sample_weight=weight)
    assert shares(right, wrong) == pytest.approx(library.predict(at), abs=1e-7)


def test_both_kinds_weigh_the_same_in_all() -> None:
    genuine, impostor = scores(0, 50, 5000)
    where, right, wrong = _binned(genuine, impostor)
    assert right.sum() == pytest.approx(0.5)
    assert wrong.sum() == pytest.approx(0.5)
    assert (np.diff(where) > 0).all()
    mean = (where * right).sum() / 0.5
    assert mean == pytest.approx(genuine.mean(), abs=STEP)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(2, 200), st.integers(2, 2000))
@example(193, 150, 1337)  # two blocks that are equal but for rounding
def test_points_rise_and_promise_nothing_certain(seed: int, people: int, others: int) -> None:
    odds = odds_of(*scores(seed, people, others), people, others)
    at, said = np.array(odds).T
    assert (np.diff(at) > 0).all()
    assert (np.diff(said) >= 0).all()
    assert 1 / (people + 2) <= said[0] * (1 + 1e-9)
    assert said[-1] <= 1 - 1 / (others + 2) + 1e-12
    assert len(odds) <= MOST


def test_what_is_said_is_true_of_others() -> None:
    """Pairs of other people, half of one and half of two: of those with 80 %, 80 % are of one."""
    odds = odds_of(*scores(1, 4000, 40_000), 4000, 40_000)
    genuine, impostor = scores(2, 20_000, 20_000)
    assert calibration_error(odds, genuine, impostor) < 0.015
    said = probabilities(odds, np.concatenate([genuine, impostor]).astype(np.float64))
    near = np.abs(said - 0.8) < 0.1
    assert near[:20_000].sum() / near.sum() == pytest.approx(0.8, abs=0.05)


def test_the_error_and_the_brier_score_by_hand() -> None:
    odds = ((-1.0, 0.1), (1.0, 0.1 + 1e-12))  # says 10 % of everything
    genuine, impostor = np.zeros(3, np.float32), np.zeros(30, np.float32)
    assert calibration_error(odds, genuine, impostor) == pytest.approx(0.4)
    assert brier(odds, genuine, impostor) == pytest.approx((0.9**2 + 0.1**2) / 2)
    sharp = ((0.0, 1e-9), (0.001, 1 - 1e-9))
    assert calibration_error(sharp, np.ones(3, np.float32), -impostor - 1) < 1e-8


def test_failures_are_passed_over() -> None:
    genuine, impostor = scores(3, 100, 1000)
    failed = np.append(genuine, np.float32(-np.inf))
    assert odds_of(failed, impostor, 100, 1000) == odds_of(genuine, impostor, 100, 1000)


def test_kinds_that_are_apart_are_parted_between_them() -> None:
    genuine, impostor = np.full(50, 0.7, np.float32), np.full(500, 0.1, np.float32)
    odds = odds_of(genuine, impostor, 50, 500)
    assert odds == (
        (pytest.approx(0.1), pytest.approx(1 / 52)),
        (pytest.approx(0.7), pytest.approx(1 - 1 / 502)),
    )


def test_beyond_the_last_mistakes_it_is_level() -> None:
    """From the highest similarity of two people down, from the lowest of one person up."""
    rng = np.random.default_rng(4)
    genuine = rng.uniform(0.6, 0.8, 60).astype(np.float32)
    impostor = rng.uniform(-0.2, 0.2, 600).astype(np.float32)
    (low, _), (high, _) = odds_of(genuine, impostor, 60, 600)
    assert low == pytest.approx(impostor.max(), abs=STEP)
    assert high == pytest.approx(genuine.min(), abs=STEP)


def test_scores_that_say_nothing() -> None:
    level = np.full(20, 0.3, np.float32)
    [(at, said)] = odds_of(level, level, 20, 190)
    assert (at, said) == (pytest.approx(0.3), pytest.approx(0.5))


def test_many_points_are_thinned_with_both_ends() -> None:
    at = np.linspace(0, 1, 1000)
    share = np.linspace(0.001, 0.999, 1000)
    kept = _few(at, share)
    assert len(kept) <= MOST
    assert (kept[0], kept[-1]) == (0, 999)
    thin = probabilities(tuple(zip(at[kept], share[kept], strict=True)), at)
    assert np.abs(thin - share).max() < 0.03
