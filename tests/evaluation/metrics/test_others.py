"""Accuracy at thresholds that were chosen on other people."""

from __future__ import annotations

import numpy as np
import pytest

from kith.evaluation import metrics
from kith.evaluation.metrics import others
from kith.evaluation.protocols.every_two import every_two


def pairs(photos: list[int], seed: int = 0) -> tuple[np.ndarray, np.ndarray, others.Parts]:
    person = np.repeat(np.arange(len(photos)), photos).astype(np.int32)
    every = every_two(person)
    a, b = person[every.first], person[every.second]
    return a, b, others.deal(a, b, seed)


def test_a_threshold_never_comes_from_people_of_the_pair() -> None:
    """One by one, each pair's threshold is chosen slowly on pairs that share nobody's part."""
    a, b, parts = pairs([3] * 12)
    same = a == b
    assert parts.apart
    rng = np.random.default_rng(0)
    scores = (0.5 * same + rng.normal(0, 0.3, len(same))).astype(np.float32)
    right = others.decided(scores, same, parts)
    for at in range(len(same)):
        mine = {int(parts.first[at]), int(parts.second[at])}
        apart = np.array(
            [not mine & {int(i), int(j)} for i, j in zip(parts.first, parts.second, strict=True)]
        )
        of_pair = {int(a[at]), int(b[at])}
        assert not of_pair & set(a[apart].tolist()) | of_pair & set(b[apart].tolist())
        order = np.argsort(scores[apart])
        threshold = others.equal_threshold(scores[apart][order], same[apart][order])
        assert right[at] == ((scores[at] >= threshold) == same[at])


def test_a_person_is_in_one_part_and_parts_are_even() -> None:
    a, b, parts = pairs([5] * 20 + [2] * 20)
    of = {}
    for person, part in zip(a[a == b].tolist(), parts.first[a == b].tolist(), strict=True):
        assert of.setdefault(person, part) == part
    assert sorted(np.bincount(list(of.values())).tolist()) == [4] * 10
    held = np.bincount(parts.first[a == b])
    assert held.max() == held.min()


def test_what_pairs_of_each_person_score_does_not_move_their_own_threshold() -> None:
    """People whose photos are all alike are all matched: thresholds come from the others."""
    a, b, parts = pairs([2] * 8)
    same = a == b
    scores = np.where(same, 0.9, 0.1).astype(np.float32)
    assert others.decided(scores, same, parts).all()
    shifted = np.where((a == 3) & (b == 3), np.float32(0.2), scores)
    right = others.decided(shifted, same, parts)
    assert not right[(a == 3) & same].any()
    assert right[(a != 3) | ~same].all()


@pytest.mark.parametrize("photos", [[2, 2], [2, 2, 2], [5, 1, 1, 1]])
def test_of_few_people_pairs_are_dealt(photos: list[int]) -> None:
    a, b, parts = pairs(photos)
    assert not parts.apart
    same = a == b
    scores = np.where(same, 0.9, 0.1).astype(np.float32)
    right = others.decided(scores, same, parts)
    assert others.accuracy(right, same) == 1.0


@pytest.mark.parametrize("photos", [[2, 2], [3, 3, 3], [2] * 4, [9, 2, 2, 2, 2], [4] * 30])
def test_what_says_nothing_is_right_in_half(photos: list[int]) -> None:
    a, b, parts = pairs(photos)
    same = a == b
    for score in (0.7, -np.inf):
        right = others.decided(np.full(len(same), score, np.float32), same, parts)
        assert others.accuracy(right, same) == 0.5


@pytest.mark.parametrize("people", [4, 6, 25])
def test_noise_is_right_in_half_on_the_mean(people: int) -> None:
    rng = np.random.default_rng(people)
    a, b, parts = pairs([3] * people)
    same = a == b
    found = []
    for _ in range(200):
        scores = rng.normal(size=len(same)).astype(np.float32)
        found.append(others.accuracy(others.decided(scores, same, parts), same))
    assert abs(np.mean(found) - 0.5) < 4 * np.std(found) / np.sqrt(len(found)) + 0.01


@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_both_kinds_of_error_are_equally_frequent_at_the_threshold(share: float) -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(1000) < share
    scores = (truth + rng.normal(size=1000)).astype(np.float32)
    order = np.argsort(scores)
    rising, truth = scores[order], truth[order]

    def larger(at: float) -> float:
        return float(max(np.mean(rising[truth] < at), np.mean(rising[~truth] >= at)))

    threshold = others.equal_threshold(rising, truth)
    assert larger(threshold) == min(larger(float(at)) for at in [*rising, np.inf])
    right = (rising >= threshold) == truth
    eer, _ = metrics.equal_error_rate(rising[truth], rising[~truth])
    assert others.accuracy(right, truth) == pytest.approx(1 - eer, abs=0.01)


def test_between_people_who_are_far_apart_the_threshold_lies_in_the_middle() -> None:
    rising = np.array([0.1, 0.2, 0.6, 0.9], np.float32)
    truth = np.array([False, False, True, True])
    assert others.equal_threshold(rising, truth) == pytest.approx(0.4)
