from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kith.evaluation.records import FAILED, Comparisons
from kith.evaluation.report.histogram import histogram

SCORES = arrays.arrays(
    np.float32, st.integers(1, 60), elements=st.floats(-1, 1, width=32) | st.just(-np.inf)
)


def comparisons(genuine, impostor):
    same = np.arange(len(genuine) + len(impostor)) < len(genuine)
    people = np.where(same, 0, 1).astype(np.int32)
    similarity = np.concatenate((genuine, impostor)).astype(np.float32)
    return Comparisons(similarity, same, people * 0, people, 2)


def slowly(scores, edges):
    """One by one; the last bin has its upper end."""
    counts = [0] * (len(edges) - 1)
    for score in scores[np.isfinite(scores)].astype(np.float64):
        inside = [n for n in range(len(counts)) if edges[n] <= score < edges[n + 1]]
        counts[inside[0] if inside else len(counts) - 1] += 1
    return counts


@given(SCORES, SCORES)
def test_every_score_is_in_its_bin(genuine, impostor):
    found = histogram(comparisons(genuine, impostor))
    # A score on an edge may be counted on either side of it: bins are found by division.
    assert np.abs(np.cumsum(found.genuine - slowly(genuine, found.edges))).max() <= 60
    assert found.genuine.sum() == np.isfinite(genuine).sum()
    assert found.impostor.sum() == np.isfinite(impostor).sum()
    assert found.failed_genuine == np.isneginf(genuine).sum()
    assert found.failed_impostor == np.isneginf(impostor).sum()
    assert np.diff(found.edges) == pytest.approx(found.edges[1] - found.edges[0])


def test_counts_are_those_of_counting_by_hand(random):
    genuine, impostor = random.normal(0.6, 0.1, 3000), random.normal(0.1, 0.1, 2500)
    found = histogram(comparisons(genuine, impostor))
    assert len(found.genuine) == 80
    scored = comparisons(genuine, impostor)
    assert found.genuine.tolist() == slowly(scored.genuine, found.edges)
    assert found.impostor.tolist() == slowly(scored.impostor, found.edges)


def test_ends_are_round_and_few_pairs_have_few_bins():
    found = histogram(comparisons(np.array([0.61, 0.82]), np.array([-0.12, FAILED])))
    assert found.edges[[0, -1]] == pytest.approx([-0.15, 0.85])
    assert len(found.genuine) == 40


@pytest.mark.parametrize("score", [0.5, FAILED])
def test_one_score_only(score):
    found = histogram(comparisons(np.full(3, score), np.full(2, score)))
    assert found.edges[-1] > found.edges[0]
    assert found.genuine.sum() + found.failed_genuine == 3
