"""People of `crowds` behind masks, which move every face the same way and add noise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.calibrate.material import Copies
from kith.masks import MaskedSpace
from kith.types import MaskState

from .crowds import DIMENSION, material

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.calibrate.material import Material
    from kith.types import Vector


def unit(rows: np.ndarray) -> Vector:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


MASK = unit(np.random.default_rng(99).standard_normal(DIMENSION))

SPACE = MaskedSpace(
    means={
        MaskState.NONE: np.zeros(DIMENSION, dtype=np.float32),
        MaskState.WORN: (0.5 * MASK).astype(np.float32),
        MaskState.WRONG: (0.4 * MASK).astype(np.float32),
    },
    axes=MASK[None],
    keep=np.array([0.3], dtype=np.float32),
    scales={"none/worn": (0.1, 0.9), "worn/worn": (0.2, 0.7)},
)


def veiled(rows: Vector, seed: int = 0) -> Vector:
    """Return the same faces behind masks."""
    noise = unit(np.random.default_rng([seed, 7]).standard_normal(rows.shape))
    return unit(rows + 0.6 * MASK + 0.5 * noise)


def covered(
    person: Sequence[int],
    *,
    seed: int = 0,
    lost: Sequence[int] = (),
    of: Sequence[int] | None = None,
    failed: Sequence[int] = (),
) -> Material:
    """Return photos with masked copies.

    Args:
        person: whom each photo shows.
        seed: of everything.
        lost: copies whose face was not found again.
        of: which photos have a copy; None: all that show a face.
        failed: photos without a face.
    """
    photos = material(person, seed=seed, failed=failed)
    at = np.array(np.flatnonzero(photos.acquired) if of is None else of, dtype=np.intp)
    rows = veiled(photos.vectors(at), seed)
    acquired = ~np.isin(np.arange(len(at)), lost)
    rows[~acquired] = 0
    return replace(
        photos,
        copies=Copies(
            of=at,
            acquired=acquired,
            quality=np.full(len(at), np.nan),
            vectors=rows,
            states=tuple(MaskState.WORN if there else None for there in acquired.tolist()),
        ),
    )


def worn(person: Sequence[int], masked: Sequence[int], *, seed: int = 0) -> Material:
    """Return photos of which some show faces behind masks of their own."""
    photos = material(person, seed=seed)
    rows = photos.vectors(np.arange(len(person)))
    rows[list(masked)] = veiled(rows[list(masked)], seed)
    states = [MaskState.WORN if at in set(masked) else MaskState.NONE for at in range(len(person))]
    states[masked[0]] = MaskState.WRONG
    return replace(photos, vectors=lambda at: rows[at], states=tuple(states))
