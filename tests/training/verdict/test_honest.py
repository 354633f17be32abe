"""How often a verdict is right, on people made up (`benchmarks/verdict.py` does so many times)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.evaluation.metrics import others
from kith.evaluation.metrics.paired import differences, figures
from kith.evaluation.protocols.every_two import every_two
from kith.evaluation.records import Comparisons

from .made import worlds

if TYPE_CHECKING:
    from kith.evaluation.metrics.paired import Difference

DRAWS = 40


def compared(vectors: np.ndarray, people: int, each: int) -> Comparisons:
    who = np.repeat(np.arange(people), each).astype(np.int32)
    pairs = every_two(who)
    scores = (vectors @ vectors.T)[pairs.first, pairs.second]
    return Comparisons(scores, pairs.same, who[pairs.first], who[pairs.second], people)


def gains(people: int, signals: tuple[float, float]) -> list[Difference]:
    found = []
    for draw in range(DRAWS):
        rng = np.random.default_rng([people, draw])
        sides = [compared(one, people, 3) for one in worlds(rng, people, 3, signals)]
        parts = others.deal(sides[0].a, sides[0].b, draw)
        one, two = (figures(side, parts, rounds=100, seed=draw) for side in sides)
        found.append(differences(one, two).accuracy)
    return found


@pytest.mark.parametrize(("people", "signal"), [(5, 1.3), (10, 0.6)])
def test_chance_is_seldom_called_a_gain(people: int, signal: float) -> None:
    """2.5 % in the long run: of 40 draws more than four are less likely than one in 200."""
    found = gains(people, (signal, signal))
    assert sum(one.above for one in found) <= 4
    assert sum(one.below for one in found) <= 4


def test_a_real_gain_is_found_and_lies_in_the_interval() -> None:
    found = gains(12, (0.4, 1.2))
    assert sum(one.above for one in found) > 0.9 * DRAWS
    sides = [compared(one, 300, 3) for one in worlds(np.random.default_rng(0), 300, 3, (0.4, 1.2))]
    parts = others.deal(sides[0].a, sides[0].b)
    one, two = (figures(side, parts, rounds=0) for side in sides)
    true = two.accuracy - one.accuracy
    covered = [one.interval.low <= true <= one.interval.high for one in found if one.interval]
    assert sum(covered) >= 0.88 * DRAWS
    ends = [one.interval.high - one.interval.low for one in found if one.interval]
    assert np.mean(ends) < true  # and not by being endless
