"""People held out: who chooses and who judges, and what a network sees of them."""

from __future__ import annotations

import numpy as np

from kith.training.held import Held, squares

from . import tiny

FACES = tiny.people(9, 3)


def test_halves_have_nobody_in_common() -> None:
    held = Held(FACES, np.arange(6, 27))
    one, other = held.halves(0)
    assert not set(one.person.tolist()) & set(other.person.tolist())
    assert sorted([*one.rows.tolist(), *other.rows.tolist()]) == held.rows.tolist()
    assert (one.people, other.people) == (3, 4)
    assert held.halves(0)[0].rows.tolist() == one.rows.tolist()
    drawn = {tuple(held.halves(seed)[0].rows.tolist()) for seed in range(10)}
    assert len(drawn) > 3


def test_a_network_sees_the_square_without_its_rim() -> None:
    held = Held(FACES, np.array([4, 2]))
    seen = []

    def embed(pixels: np.ndarray) -> np.ndarray:
        seen.append(pixels)
        return np.ones((len(pixels), 2), np.float32)

    assert held.vectors(embed).shape == (2, 2)
    inner = slice(tiny.RIM, tiny.RIM + tiny.SIDE)
    for pixels, row in zip(np.concatenate(seen), (4, 2), strict=True):
        assert np.array_equal(pixels, FACES.crops[row][inner, inner])
    assert np.array_equal(squares(FACES, held.rows), np.concatenate(seen))
    assert held.photos == (FACES.photos[4], FACES.photos[2])
