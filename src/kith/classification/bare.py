"""Embeddings of masked faces, brought to where those of bare faces lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.masks.space import is_masked
from kith.types import MaskState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.masks import MaskedSpace
    from kith.types import Face, Vector


def bare_vectors(faces: Sequence[Face], space: MaskedSpace | None) -> Vector:
    """Return the embeddings of faces, those of masked ones as they would be without a mask.

    A mask moves an embedding, on the mean always the same way (`kith.masks.space`): masked faces
    lose what all masked faces have in common, and get what all bare ones have.

    Args:
        faces: with embeddings, n ≥ 1.
        space: of their embedder; None: it is not known, and they stay as they are.

    Returns:
        float32 unit vectors, n × d.
    """
    rows = np.stack([face.embedding for face in faces if face.embedding is not None])
    if space is None:
        return rows
    for row, face in enumerate(faces):
        if face.mask is not None and is_masked(face.mask):
            moved = rows[row] - space.means[face.mask.state] + space.means[MaskState.NONE]
            rows[row] = moved / max(float(np.linalg.norm(moved)), 1e-12)
    return rows
