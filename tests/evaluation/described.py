"""Photos described without a network: any vector one likes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.records import Described, PairProtocol, System
from kith.types import Box, EmbeddingContract, Face

if TYPE_CHECKING:
    from collections.abc import Sequence

DIMENSION = 32
CONTRACT = EmbeddingContract("net", "00", "arcface-112", 1, DIMENSION)
SYSTEM = System("finder", "net", CONTRACT, 0.5)


def face(vector: np.ndarray) -> Face:
    unit = (vector / np.linalg.norm(vector)).astype(np.float32)
    return Face(Box(0, 0, 9, 9), np.zeros((5, 2), np.float32), 0.9, None, unit)


def described(vectors: Sequence[np.ndarray | None], digests: Sequence[str] = ()) -> Described:
    """Return photos with these vectors; None: no face was found."""
    return Described(
        SYSTEM,
        tuple(None if vector is None else face(vector) for vector in vectors),
        tuple("no face found" if vector is None else None for vector in vectors),
        tuple(digests) or tuple(hashlib.sha256(b"%d" % n).hexdigest() for n in range(len(vectors))),
        cached=0,
        seconds=1.0,
    )


def protocol(
    person: Sequence[int],
    pairs: Sequence[tuple[int, int]],
    *,
    same: Sequence[bool] | None = None,
    folds: int = 0,
    exhaustive: bool = False,
) -> PairProtocol:
    """Return a protocol of photos of people 0, 1, …; folds are dealt in turn."""
    who = np.array(person, dtype=np.int32)
    first, second = np.array(pairs, dtype=np.int32).T
    return PairProtocol(
        name="pairs.txt",
        photos=tuple(f"{number}.jpg" for number in range(len(who))),
        person=who,
        people=tuple(f"person {number}" for number in range(int(who.max()) + 1)),
        first=first,
        second=second,
        same=who[first] == who[second] if same is None else np.array(same),
        fold=(np.arange(len(first)) % max(folds, 1)).astype(np.int16),
        folds=folds,
        exhaustive=exhaustive,
    )
