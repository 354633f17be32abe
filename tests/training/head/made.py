"""Embeddings of made-up people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.training.head.records import References, Strangers

if TYPE_CHECKING:
    from collections.abc import Sequence


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def references(photos: Sequence[int], noise: float = 1.0, dimension: int = 64) -> References:
    """Return people with so many photos each, around directions of their own."""
    random = np.random.default_rng(len(photos))
    person = np.repeat(np.arange(len(photos), dtype=np.int32), photos)
    centres = unit(random.normal(size=(len(photos), dimension)))
    away = random.normal(size=(len(person), dimension)) * noise / dimension**0.5
    return of_vectors(unit(centres[person] + away), person)


def of_vectors(vectors: np.ndarray, person: np.ndarray) -> References:
    count = len(person)
    return References(
        vectors,
        person.astype(np.int32),
        tuple(f"Person {number}" for number in range(int(person.max()) + 1)),
        tuple(f"{number}.jpg" for number in range(count)),
        tuple(f"{number:064x}" for number in range(count)),
        np.ones(count),
        (None,) * count,
    )


def strangers(scores: np.ndarray, person: np.ndarray | None = None) -> Strangers:
    who = np.arange(len(scores)) if person is None else person
    rows = scores.astype(np.float32)
    return Strangers(who.astype(np.int32), int(who.max()) + 1, rows, rows, "strangers")
