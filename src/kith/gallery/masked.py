"""What a gallery needs to know of masks, without loading more where nobody wears one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.types import MaskState

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.masks.space import MaskedSpace
    from kith.types import EmbeddingContract, Face

REFUSED = "mask"
"""Why there is no name, or a photo is not kept, where masks are refused."""


def in_words(reason: str) -> str:
    """Return why a photo is not kept, as it stands in a sentence for people."""
    return "wears a mask, which this gallery refuses" if reason == REFUSED else reason


def is_masked(face: Face) -> bool:
    """Whether a face wears a mask, as it should be or wrong."""
    return bool(masked([state_of(face)])[0])


def state_of(face: Face) -> MaskState | None:
    """Return how a face wears a mask; None where nobody looked."""
    return None if face.mask is None else face.mask.state


def masked(states: Sequence[MaskState | None]) -> npt.NDArray[np.bool_]:
    """Return whether a mask is worn, as it should be or wrong, n."""
    return np.array([state not in (None, MaskState.NONE) for state in states], dtype=np.bool_)


def space_for(
    states: Sequence[MaskState | None], contract: EmbeddingContract | None
) -> MaskedSpace | None:
    """Return where faces of a contract are compared; None: as they are.

    Args:
        states: how they wear masks.
        contract: what the embeddings are.
    """
    if contract is None or not masked(states).any():
        return None
    # Here, because they load the runtime, which nobody without a mask needs.
    from kith.gallery.contract import contract_embedder
    from kith.masks.space import masked_space

    return masked_space(contract_embedder(contract))
