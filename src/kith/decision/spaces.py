"""Which space masked faces were compared in: what was measured in one says nothing of another."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kith.masks.space import MaskedSpace


def stamp(space: MaskedSpace | None) -> str:
    """Return the sha256 over a space's numbers, hexadecimal; empty where there is none."""
    if space is None:
        return ""
    numbers = [
        *(space.means[state] for state in sorted(space.means)),
        space.axes,
        space.keep,
        *(space.scales[pair] for pair in sorted(space.scales)),
    ]
    digest = hashlib.sha256()
    for each in numbers:
        digest.update(np.asarray(each, dtype="<f4").tobytes())
    return digest.hexdigest()
