"""People that a network does not learn from."""

from __future__ import annotations

import time

import numpy as np
import pytest

from kith.errors import InputError
from kith.evaluation import metrics
from kith.training.heldout import HeldOutPairs


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def faces(person: np.ndarray, noise: float, seed: int = 0, dimension: int = 64) -> np.ndarray:
    """Return vectors around one point for each person."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(int(person.max()) + 1, dimension))
    return unit(centres[person] + noise * rng.normal(size=(len(person), dimension)))


def every_pair(vectors: np.ndarray, person: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    high, low = np.tril_indices(len(person), -1)
    scores = np.einsum("ij,ij->i", vectors[high], vectors[low])
    same = person[high] == person[low]
    return scores[same], scores[~same]


def test_what_is_measured_is_what_the_evaluation_measures() -> None:
    person = np.repeat(np.arange(20), [2, 3, 4, 5] * 5).astype(np.int32)
    vectors = faces(person, 1.2)
    mates, strangers = every_pair(vectors, person)
    found = HeldOutPairs(person, seed=0).measure(vectors)
    assert (found.people, found.photos) == (20, 70)
    assert found.auc == pytest.approx(metrics.area_under_roc(mates, strangers))
    assert found.fmr == 1e-2  # 2,300 pairs of two people support no 1e-3
    assert found.tar == pytest.approx(metrics.tar_at_far(mates, strangers, 1e-2))
    assert found.spread == pytest.approx(np.sqrt(2 - 2 * strangers.astype(float)).mean(), abs=1e-6)
    eer, _ = metrics.equal_error_rate(mates, strangers)
    assert found.accuracy == pytest.approx(1 - eer, abs=0.04)


def test_the_order_of_the_photos_does_not_matter(random: np.random.Generator) -> None:
    person = np.repeat(np.arange(12), 4).astype(np.int32)
    vectors = faces(person, 1.0)
    mixed = random.permutation(len(person))
    one = HeldOutPairs(person, seed=0).measure(vectors)
    other = HeldOutPairs(person[mixed] * 7, seed=0).measure(vectors[mixed])
    assert one.auc == pytest.approx(other.auc)
    assert one.tar == pytest.approx(other.tar)
    assert one.accuracy == pytest.approx(other.accuracy, abs=0.02)


def test_many_pairs_are_sampled_the_same_in_every_epoch() -> None:
    person = np.repeat(np.arange(60), 5).astype(np.int32)
    vectors = faces(person, 1.5)
    held = HeldOutPairs(person, seed=3, most_pairs=2000)
    assert np.count_nonzero(~held.same) == 2000
    assert np.count_nonzero(held.same) == 600  # all there are
    assert held.measure(vectors) == HeldOutPairs(person, seed=3, most_pairs=2000).measure(vectors)
    whole = HeldOutPairs(person, seed=3).measure(vectors)
    assert held.measure(vectors).auc == pytest.approx(whole.auc, abs=0.02)
    assert held.measure(vectors).accuracy == pytest.approx(whole.accuracy, abs=0.03)


@pytest.mark.parametrize("photos", [[2, 2], [2, 2, 2], [2] * 4, [2, 1, 1], [3] * 40])
@pytest.mark.parametrize("value", [0.125, 0.0, np.nan, np.inf])
def test_a_network_that_says_nothing(photos: list[int], value: float) -> None:
    person = np.repeat(np.arange(len(photos)), photos).astype(np.int32)
    vectors = np.full((len(person), 64), value, np.float32)
    found = HeldOutPairs(person, seed=0).measure(vectors)
    assert (found.accuracy, found.auc) == (0.5, 0.5)
    assert found.spread == pytest.approx(0.0, abs=1e-3)
    if found.fmr < 1:
        assert found.tar == 0.0


def test_one_broken_vector_matches_nobody_and_counts() -> None:
    person = np.repeat(np.arange(8), 3).astype(np.int32)
    vectors = faces(person, 0.1)
    held = HeldOutPairs(person, seed=0)
    assert held.measure(vectors).accuracy == 1.0
    vectors[4] = np.nan
    found = held.measure(vectors)
    assert found.accuracy == pytest.approx(1 - 2 / 24 / 2)  # two of 24 pairs of one person
    assert found.tar == pytest.approx(22 / 24)


def test_the_smallest_set_that_says_something() -> None:
    person = np.array([0, 0, 1, 1], np.int32)
    found = HeldOutPairs(person, seed=0).measure(faces(person, 0.1))
    assert (found.accuracy, found.auc) == (1.0, 1.0)
    assert found.fmr == 1.0  # four pairs of two people support no rate


@pytest.mark.parametrize("person", [[], [0], [0, 0, 0], [0, 1, 2]])
def test_nothing_to_compare(person: list[int]) -> None:
    with pytest.raises(InputError, match="two of them or more"):
        HeldOutPairs(np.array(person, np.int32), seed=0)


def test_vectors_of_other_photos() -> None:
    held = HeldOutPairs(np.array([0, 0, 1, 1], np.int32), seed=0)
    with pytest.raises(InputError, match="4 vectors are needed"):
        held.measure(np.zeros((5, 8), np.float32))


def test_large_sets_without_a_table_of_all_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    person = np.repeat(np.arange(40), 4).astype(np.int32)
    vectors = faces(person, 1.2)
    held = HeldOutPairs(person, seed=0)
    whole = held.measure(vectors)
    monkeypatch.setattr("kith.training.heldout._TABLE", 10)
    monkeypatch.setattr("kith.training.heldout._AT_ONCE", 1000)
    parts = held.measure(vectors)
    assert parts.auc == pytest.approx(whole.auc, abs=1e-6)
    assert parts.accuracy == pytest.approx(whole.accuracy, abs=0.005)


def test_an_epoch_waits_less_than_a_second() -> None:
    """Of 2,000 photos it takes 0.2 s on an idle core."""
    person = np.repeat(np.arange(200), 10).astype(np.int32)
    vectors = faces(person, 1.2, dimension=512)
    held = HeldOutPairs(person, seed=0)
    began = time.process_time()
    held.measure(vectors)
    assert time.process_time() - began < 3
