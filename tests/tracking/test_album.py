from __future__ import annotations

import numpy as np
import pytest

from kith.tracking.album import Album, goodness, mean
from kith.tracking.common import Common

from .looks import direction, look


def album(most: int = 4, latest: int = 3) -> Album:
    return Album(most, latest, 0.2, 0.4)


def test_keeps_the_best_first() -> None:
    kept = album()
    for time, score in enumerate((0.3, 0.9, 0.1, 0.6)):
        kept.add(look(direction(20 * time), time, {}, score))
    assert [goodness(one) for one in kept] == [0.9, 0.6, 0.3, 0.1]


def test_keeps_different_ones_rather_than_the_same_again() -> None:
    kept = album(most=3)
    kept.add(look(direction(60), 0, {}, 0.6))
    for time in range(1, 20):
        kept.add(look(direction(0.1 * time, 1), time, {}, 0.9))
    kept.add(look(direction(50, 2), 20, {}, 0.6))
    assert len(kept) == 3
    assert {one.time for one in kept} >= {0, 20}


def test_memory_is_bounded() -> None:
    kept = album(most=5, latest=6)
    random = np.random.default_rng(0)
    for time in range(1000):
        kept.add(look(direction(random.uniform(0, 40), time % 12), time, {}, random.uniform(0, 1)))
    assert len(kept) == 5
    assert len(kept.counting()) <= 11


def test_a_poor_look_never_counts() -> None:
    kept = album()
    kept.add(look(direction(0), 0, {}, 0.15))
    assert kept.counting() == []
    assert kept.mean() is None
    assert kept.similarity(Common(direction(0))) is None


def test_what_is_unlike_all_others_does_not_count() -> None:
    kept = album()
    for time in range(3):
        kept.add(look(direction(5 * time), time, {}))
    kept.add(look(direction(95), 3, {}))
    assert [one.time for one in kept.counting()] == [0, 1, 2]


def test_the_product_with_the_mean_is_the_mean_similarity() -> None:
    looks = [look(direction(30, number), number, {}, 0.9) for number in range(3)]
    probe = direction(10, 5)
    similarities = [float(one.face.embedding @ probe) for one in looks]
    assert float(mean(looks).vector @ probe) == pytest.approx(np.mean(similarities), abs=1e-6)


def test_better_looks_weigh_more() -> None:
    looks = [look(direction(0), 0, {}, 0.9), look(direction(60), 1, {}, 0.3)]
    to_first, to_second = (float(mean(looks).vector @ one.face.embedding) for one in looks)
    assert to_first == pytest.approx((0.81 + 0.09 * 0.5) / 0.9, abs=1e-5)
    assert to_first > to_second
