"""What looks at one face have in common, and how alike that is, whoever wears a mask.

Embeddings of a face with a mask and without are not averaged: their mean would be of neither kind.
Where a person was seen both ways, those looks speak that are more.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.masks import is_masked
from kith.masks.alike import alike
from kith.types import MaskState

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.masks import MaskedSpace
    from kith.tracking.records import Look
    from kith.types import Mask, Vector


class Common(NamedTuple):
    """An embedding, or the mean of several, and how the face wears a mask.

    Attributes:
        vector: not longer than a unit vector.
        state: None where nobody looked.
    """

    vector: Vector
    state: MaskState | None = None

    def likeness(self, other: Common, space: MaskedSpace | None) -> float:
        """Return the mean similarity of one's looks with the other's.

        Args:
            other: what it is compared with.
            space: of the embedder; see `kith.masks.space`.
        """
        if self.state == other.state == MaskState.NONE:
            return float(self.vector @ other.vector)
        pair = alike(self.vector[None], [self.state], other.vector[None], [other.state], space)
        return float(pair[0, 0])


def of_look(look: Look) -> Common | None:
    """Return what one look shows; None where it was not described."""
    vector, mask = look.face.embedding, look.face.mask
    return None if vector is None else Common(vector, mask.state if mask else None)


def one_kind(looks: Sequence[Look]) -> list[Look]:
    """Return the looks with a mask or those without, whichever are more, in their order."""
    worn = [look for look in looks if is_masked(look.face.mask)]
    bare = [look for look in looks if not is_masked(look.face.mask)]
    return worn if len(worn) > len(bare) else bare


def mask_of(looks: Sequence[Look]) -> Mask | None:
    """Return how a mask is worn on most looks, as the first of those says; None: nobody looked."""
    masks = [look.face.mask for look in looks if look.face.mask is not None]
    if not masks:
        return None
    [(state, _)] = Counter(mask.state for mask in masks).most_common(1)
    return next(mask for mask in masks if mask.state is state)


def weighted(looks: Sequence[Look], weights: npt.NDArray[np.float64]) -> Common:
    """Return the mean of looks of one kind.

    Args:
        looks: at least one, with embeddings.
        weights: of each.
    """
    rows = np.stack([look.face.embedding for look in looks if look.face.embedding is not None])
    mask = mask_of(looks)
    mean = np.asarray((weights @ rows) / weights.sum(), np.float32)
    return Common(mean, mask.state if mask else None)
