"""People drawn with replacement, again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

_NUMBERS = 1 << 22
"""In one block: 16 MiB."""


def draws(people: int, rounds: int, seed: int) -> Iterator[npt.NDArray[np.int32]]:
    """Yield how often each person is drawn in each round, some rounds at a time.

    In a round as many people are drawn as there are. The same number of people and the same seed
    give the same draws, so that two systems are compared on the same people.

    Yields:
        int32, some rounds × people.
    """
    generator = np.random.default_rng(seed)
    block = max(1, min(rounds, _NUMBERS // people, 128))
    for start in range(0, rounds, block):
        yield np.stack(
            [
                np.bincount(generator.integers(0, people, people), minlength=people)
                for _ in range(min(block, rounds - start))
            ]
        ).astype(np.int32)
