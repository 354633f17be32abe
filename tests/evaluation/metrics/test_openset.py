from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import InputError
from kith.evaluation import metrics

score = st.one_of(st.integers(-3, 3).map(float), st.floats(-1, 1, width=32))
mate = st.one_of(st.tuples(score, st.integers(1, 6)), st.just((-math.inf, 0)))
mates = st.lists(mate, min_size=1, max_size=20)


@given(mates, st.one_of(st.just(-math.inf), score), st.integers(1, 7))
def test_misses_are_counted(probes: list[tuple[float, int]], threshold: float, rank: int) -> None:
    similarities, ranks = zip(*probes, strict=True)
    missed = sum(
        place == 0 or place > rank or similarity < threshold for similarity, place in probes
    )
    arrays = np.array(similarities, np.float32), np.array(ranks, np.int32)
    assert metrics.fnir(*arrays, threshold, rank) == missed / len(probes)
    found = metrics.detection_and_identification_rate(*arrays, threshold, rank)
    assert found == 1 - missed / len(probes)
    within = metrics.cmc(arrays[1], 7)
    assert within.shape == (7,)
    assert within[rank - 1] == sum(1 <= place <= rank for place in ranks) / len(probes)
    assert 1 - metrics.fnir(*arrays, -math.inf, rank) == pytest.approx(within[rank - 1])


def test_a_rank_beyond_the_last_is_beyond_it() -> None:
    assert metrics.cmc([1, 2, 900, 0], 3).tolist() == [0.25, 0.5, 0.5]


def test_a_score_without_a_rank_is_a_failure() -> None:
    assert metrics.fnir([0.9, 0.9], [1, 0], 0.5) == 0.5


@pytest.mark.parametrize(
    ("similarity", "ranks", "rank", "message"),
    [
        ([], [], 1, "no probes of people in the gallery"),
        ([0.5], [1, 2], 1, "1 similarities of mates, but 2 ranks"),
        ([0.5], [-1], 1, "a rank is 1 or more"),
        ([0.5], [1], 0, "counted from 1"),
        ([math.nan], [1], 1, "not a number"),
    ],
)
def test_what_cannot_be_measured(
    similarity: list[float], ranks: list[int], rank: int, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        metrics.fnir(similarity, ranks, 0.5, rank)


def test_no_ranks_and_no_strangers() -> None:
    with pytest.raises(InputError, match="no probes of people in the gallery"):
        metrics.cmc([], 5)
    with pytest.raises(InputError, match="counted from 1"):
        metrics.cmc([1], 0)
    with pytest.raises(InputError, match="no probes of strangers"):
        metrics.fpir([], 0.5)
    with pytest.raises(InputError, match="no probes of strangers"):
        metrics.threshold_at_fpir([], 0.5)
