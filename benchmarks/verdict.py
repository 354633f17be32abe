"""Is the verdict on training honest? People made up, thousands of times.

A network before and after learning is made up of the same people and photos, of whom some are
harder than others. Where both are drawn from the same distribution, "better" must be said in at
most a few of a hundred draws; where the second is better in truth, it should be found; and the
interval should cover the true difference in about 95 of 100 draws. The truth is measured on many
people of the same kind.

    python benchmarks/verdict.py                 some minutes on one core
    python benchmarks/verdict.py --draws 1000    better counted, an hour
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np

from kith.evaluation.metrics import others
from kith.evaluation.metrics.paired import differences, figures
from kith.evaluation.protocols.every_two import every_two
from kith.evaluation.records import Comparisons

DIMENSION = 32
EACH = 4
CASES = (
    ("no better: weak", 0.5, 0.5),
    ("no better: fair", 1.0, 1.0),
    ("no better: good", 1.6, 1.6),
    ("a little better", 1.0, 1.15),
    ("better", 1.0, 1.4),
    ("from chance", 0.15, 0.6),
    ("far better", 0.3, 1.2),
    ("good to very good", 1.6, 2.2),
)


def worlds(
    rng: np.random.Generator, people: int, signals: Sequence[float], alike: float
) -> list[np.ndarray]:
    """Return unit vectors of the same photos, as networks with more or less signal see them."""
    who = np.repeat(np.arange(people), EACH)
    hard = np.exp(0.4 * rng.normal(size=(people, 1)))
    noises = rng.normal(size=(len(signals) + 1, len(who), DIMENSION))
    centres = rng.normal(size=(len(signals) + 1, people, DIMENSION))
    found = []
    for number, signal in enumerate(signals, 1):
        mixed = [
            np.sqrt(alike) * every[0] + np.sqrt(1 - alike) * every[number]
            for every in (noises, centres)
        ]
        rows = signal * mixed[1][who] + hard[who] * mixed[0]
        found.append((rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32))
    return found


def compared(vectors: np.ndarray, people: int) -> Comparisons:
    who = np.repeat(np.arange(people), EACH).astype(np.int32)
    pairs = every_two(who)
    scores = (vectors @ vectors.T)[pairs.first, pairs.second]
    return Comparisons(scores, pairs.same, who[pairs.first], who[pairs.second], people)


def truth(signals: Sequence[float], alike: float, people: int = 300, worlds_: int = 4) -> float:
    """Return the second's accuracy less the first's, on many people."""
    if signals[0] == signals[1]:
        return 0.0
    found = []
    for seed in range(worlds_):
        sides = worlds(np.random.default_rng([99, seed]), people, signals, alike)
        scored = [compared(one, people) for one in sides]
        parts = others.deal(scored[0].a, scored[0].b)
        right = [others.decided(one.similarity, one.same, parts) for one in scored]
        each = [others.accuracy(one, scored[0].same) for one in right]
        found.append(each[1] - each[0])
    return float(np.mean(found))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--draws", type=int, default=100)
    options.add_argument("--rounds", type=int, default=200)
    options.add_argument("--people", type=int, nargs="+", default=[5, 8, 16])
    options.add_argument("--alike", type=float, default=0.6)
    options.add_argument("--case", default="", help="only those whose name begins so")
    given = options.parse_args()
    began = time.monotonic()
    print(f"{EACH} photos of each person, {given.draws} draws, {given.rounds} rounds")
    print(f"{'':20}{'people':>8}{'true':>9}{'mean':>9}{'better':>9}{'worse':>9}{'covered':>9}")
    for name, *signals in CASES:
        if not name.startswith(given.case):
            continue
        true = truth(signals, given.alike)
        for people in given.people:
            said = []
            for draw in range(given.draws):
                rng = np.random.default_rng([people, draw])
                sides = [compared(one, people) for one in worlds(rng, people, signals, given.alike)]
                parts = others.deal(sides[0].a, sides[0].b, draw)
                one, two = (figures(s, parts, rounds=given.rounds, seed=draw) for s in sides)
                gain = differences(one, two).accuracy
                assert gain.interval is not None
                covered = gain.interval.low <= true <= gain.interval.high
                said.append((gain.value, gain.above, gain.below, covered))
            mean, better, worse, covered = np.mean(said, axis=0)
            print(
                f"{name:20}{people:8}{100 * true:+9.2f}{100 * mean:+9.2f}"
                f"{better:9.1%}{worse:9.1%}{covered:9.1%}",
                flush=True,
            )
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
