"""People drawn with replacement, again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBERS = 1 << 27
"""In one block: 128 MiB."""

Draws = npt.NDArray[np.uint8]
"""How often each person is drawn in each round, rounds × people.

Nobody among more than 255 is drawn more than 255 times: the chance is below 10⁻⁵⁰⁰.
"""


def draws(people: int, rounds: int, seed: int) -> Iterator[Draws]:
    """Yield how often each person is drawn, many rounds at a time.

    In a round as many people are drawn as there are. The same number of people and the same seed
    give the same draws, so that two systems are compared on the same people.
    """
    generator = np.random.default_rng(seed)
    block = max(1, min(rounds, _NUMBERS // people))
    for start in range(0, rounds, block):
        drawn = np.empty((min(block, rounds - start), people), np.uint8)
        for row in drawn:
            row[:] = np.bincount(generator.integers(0, people, people), minlength=people)
        yield drawn
