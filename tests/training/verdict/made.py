"""People made up: vectors of their photos before and after a network has learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.training.verdict import Failed, HeldPhotos, Side
from kith.types import EmbeddingContract

if TYPE_CHECKING:
    from collections.abc import Sequence

DIMENSION = 32


def contract(weights: str = "00") -> EmbeddingContract:
    return EmbeddingContract("net", weights * 32, "arcface-112", 1, DIMENSION)


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def worlds(
    rng: np.random.Generator, people: int, each: int, signals: Sequence[float], alike: float = 0.6
) -> list[np.ndarray]:
    """Return the same photos as several networks see them.

    Args:
        rng: draws people, of whom some are harder than others, and their photos.
        people: how many.
        each: photos of each.
        signals: for each network, how much of a photo is the person; the rest is noise.
        alike: share of the noise, and of the people, that the networks have in common.
    """
    who = np.repeat(np.arange(people), each)
    hard = np.exp(0.4 * rng.normal(size=(people, 1)))
    shared_noise = rng.normal(size=(len(who), DIMENSION))
    shared = rng.normal(size=(people, DIMENSION))
    found = []
    for signal in signals:
        own = rng.normal(size=(people, DIMENSION))
        noise = rng.normal(size=(len(who), DIMENSION))
        centres = np.sqrt(alike) * shared + np.sqrt(1 - alike) * own
        around = np.sqrt(alike) * shared_noise + np.sqrt(1 - alike) * noise
        found.append(unit(signal * centres[who] + hard[who] * around))
    return found


def held(people: int, each: int, failed: Sequence[int] = ()) -> HeldPhotos:
    """Return photos of people; those named by number have another one without a face."""
    who = np.repeat(np.arange(people), each).astype(np.int32)
    return HeldPhotos(
        person=who,
        people=tuple(f"person {number}" for number in range(people)),
        photos=tuple(f"faces/{one}/{at}.jpg" for at, one in enumerate(who.tolist())),
        digests=tuple(f"{at:064x}" for at in range(len(who))),
        failures=tuple(Failed(f"faces/{one}/none.jpg", one, "no face found") for one in failed),
    )


def sides(*vectors: np.ndarray, random: bool = False) -> list[Side]:
    names = ["start", "mine", "sface", "other"]
    return [
        Side(name, one, contract(), random=random and name == "start")
        for name, one in zip(names, vectors, strict=False)
    ]
