"""What a network's own number says of a face."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kith.models.card import ModelCard


def confidence(card: ModelCard, number: float | None) -> float | None:
    """Return how good a face is in the eyes of one network, 0–1.

    Args:
        card: of a detector or an embedder.
        number: the detector's score, or the length of the embedder's vector; None: not known.

    Returns:
        None where nobody measured what the number says, or there is none.
    """
    if number is None or not card.confidence:
        return None
    numbers, says = zip(*card.confidence, strict=True)
    return float(np.interp(number, numbers, says))
