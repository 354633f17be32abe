"""People whose faces are random numbers, as many as one likes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.calibrate.material import Material
from kith.types import EmbeddingContract

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.types import Vector

DIMENSION = 32
CONTRACT = EmbeddingContract("tiny", "ab" * 32, "five-points", 1, DIMENSION)


def vectors(person: Sequence[int], seed: int = 0, alike: float = 0.6) -> Vector:
    """Return embeddings; those of one person have the similarity `alike` on average."""
    rng = np.random.default_rng(seed)
    whose = np.array(person)
    centres = rng.standard_normal((whose.max() + 1, DIMENSION))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    noise = rng.standard_normal((len(whose), DIMENSION))
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    rows = np.sqrt(alike) * centres[whose] + np.sqrt(1 - alike) * noise
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def digest(text: object) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()


def material(
    person: Sequence[int],
    *,
    seed: int = 0,
    alike: float = 0.6,
    failed: Sequence[int] = (),
    digests: Sequence[str] | None = None,
    source: str = "photos",
) -> Material:
    """Return photos of people 0, 1, …, some without a face."""
    rows = vectors(person, seed, alike)
    acquired = np.ones(len(rows), dtype=np.bool_)
    acquired[list(failed)] = False
    rows[~acquired] = 0
    return Material(
        source=source,
        person=np.array(person, dtype=np.int32),
        people=tuple(f"person {number}" for number in range(max(person) + 1)),
        digests=tuple(digests or [digest((seed, number)) for number in range(len(rows))]),
        acquired=acquired,
        quality=np.random.default_rng([seed, 1]).uniform(0, 1, len(rows)),
        vectors=lambda at: rows[at],
        states=(None,) * len(rows),
    )


def crowd(people: int, photos: int) -> list[int]:
    """Return whom the photos show: so many of each."""
    return np.repeat(np.arange(people), photos).tolist()


def mixed(people: int) -> list[int]:
    """Return whom the photos show: one, two or three of each."""
    return np.repeat(np.arange(people), np.arange(people) % 3 + 1).tolist()
