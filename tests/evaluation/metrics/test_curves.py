from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import InputError
from kith.evaluation import metrics

from . import slowly

values = st.one_of(st.just(-math.inf), st.integers(-3, 3).map(float), st.floats(-3, 3, width=32))
scores = st.lists(values, min_size=1, max_size=25)


def drawn(seed: int, decimals: int, failing: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    genuine = rng.normal(2, 1, 700).round(decimals).astype(np.float32)
    impostor = rng.normal(0, 1, 3000).round(decimals).astype(np.float32)
    genuine[rng.random(700) < failing] = -np.inf
    impostor[rng.random(3000) < failing] = -np.inf
    return genuine, impostor


SETS = pytest.mark.parametrize(
    ("genuine", "impostor"),
    [drawn(0, 6, 0.0), drawn(1, 1, 0.0), drawn(2, 1, 0.05), drawn(3, 6, 0.05)],
    ids=["scores apart", "ties", "ties and failures", "failures"],
)


def labelled(genuine: np.ndarray, impostor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What scikit-learn asks for; it takes no −∞, so a failure is the lowest finite number."""
    truth = np.repeat([1, 0], [len(genuine), len(impostor)])
    both = np.concatenate([genuine, impostor])
    return truth, np.where(np.isneginf(both), -1000, both)


@given(scores, scores)
def test_a_point_for_every_score(genuine: list[float], impostor: list[float]) -> None:
    det = metrics.det_curve(np.array(genuine, np.float32), np.array(impostor, np.float32))
    assert det.threshold.tolist() == slowly.thresholds(genuine, impostor)
    assert det.fmr.tolist() == [slowly.fmr(impostor, t) for t in det.threshold.tolist()]
    assert det.fnmr.tolist() == [slowly.fnmr(genuine, t) for t in det.threshold.tolist()]


@SETS
def test_the_det_is_scikit_learns(genuine: np.ndarray, impostor: np.ndarray) -> None:
    truth, both = labelled(genuine, impostor)
    fmr, fnmr, thresholds = sklearn.metrics.det_curve(truth, both, drop_intermediate=False)
    det = metrics.det_curve(genuine, impostor)
    finite = np.isfinite(thresholds) & (thresholds > -1000)
    places = np.searchsorted(det.threshold, thresholds[finite])
    assert len(places) > 40
    assert det.threshold[places].tolist() == thresholds[finite].tolist()
    assert det.fmr[places] == pytest.approx(fmr[finite], abs=1e-12)
    assert det.fnmr[places] == pytest.approx(fnmr[finite], abs=1e-12)


@SETS
def test_the_roc_is_scikit_learns(genuine: np.ndarray, impostor: np.ndarray) -> None:
    truth, both = labelled(genuine, impostor)
    fmr, tmr, thresholds = sklearn.metrics.roc_curve(truth, both, drop_intermediate=False)
    roc = metrics.roc_curve(genuine, impostor)
    kept = thresholds > -1000  # its first is +∞, ours the next number above the highest score
    assert roc.threshold[1:].tolist() == thresholds[kept][1:].tolist()
    assert roc.fmr == pytest.approx(fmr[kept], abs=1e-12)
    assert roc.tmr == pytest.approx(tmr[kept], abs=1e-12)


@SETS
def test_the_area_is_scikit_learns(genuine: np.ndarray, impostor: np.ndarray) -> None:
    expected = sklearn.metrics.roc_auc_score(*labelled(genuine, impostor))
    assert metrics.area_under_roc(genuine, impostor) == pytest.approx(expected, abs=1e-12)
    turned = metrics.area_under_roc(impostor, genuine)
    assert turned == pytest.approx(1 - expected, abs=1e-12)


@SETS
def test_the_equal_error_rate_is_between_scikit_learns_neighbours(
    genuine: np.ndarray, impostor: np.ndarray
) -> None:
    fmr, fnmr, _ = sklearn.metrics.det_curve(*labelled(genuine, impostor), drop_intermediate=False)
    rate, threshold = metrics.equal_error_rate(genuine, impostor)
    nearest = np.argmin(np.abs(fmr - fnmr))
    assert rate == pytest.approx((fmr[nearest] + fnmr[nearest]) / 2, abs=0.02)
    at = metrics.false_match_rate(impostor, threshold)
    assert rate == (at + metrics.false_non_match_rate(genuine, threshold)) / 2


@given(scores, scores)
def test_equal_error_and_area_are_counted(genuine: list[float], impostor: list[float]) -> None:
    mates, others = np.array(genuine, np.float32), np.array(impostor, np.float32)
    rate, threshold = metrics.equal_error_rate(mates, others)
    assert rate == pytest.approx(slowly.equal_error(genuine, impostor), abs=1e-12)
    assert rate == pytest.approx(
        (slowly.fmr(impostor, threshold) + slowly.fnmr(genuine, threshold)) / 2, abs=1e-12
    )
    area = metrics.area_under_roc(mates, others)
    assert area == pytest.approx(slowly.area(genuine, impostor), abs=1e-12)


@pytest.mark.parametrize(
    ("genuine", "impostor", "rate", "area"),
    [
        ([1, 2], [-1, 0], 0.0, 1.0),
        ([-1, 0], [1, 2], 1.0, 0.0),
        ([0, 0], [0, 0, 0], 0.5, 0.5),
        ([-math.inf], [-math.inf], 0.5, 0.5),
        ([1, -math.inf], [0, -math.inf], 0.5, 0.625),
    ],
)
def test_by_hand(genuine: list[float], impostor: list[float], rate: float, area: float) -> None:
    mates, others = np.array(genuine, np.float32), np.array(impostor, np.float32)
    assert metrics.equal_error_rate(mates, others)[0] == rate
    assert metrics.area_under_roc(mates, others) == area


@pytest.mark.parametrize(
    "curve",
    [metrics.det_curve, metrics.roc_curve, metrics.equal_error_rate, metrics.area_under_roc],
)
def test_both_kinds_are_needed(curve: object) -> None:
    some, none = np.array([0.5], np.float32), np.array([], np.float32)
    with pytest.raises(InputError, match="no pairs of two people"):
        curve(some, none)  # type: ignore[operator]
    with pytest.raises(InputError, match="no pairs of one person"):
        curve(none, some)  # type: ignore[operator]
