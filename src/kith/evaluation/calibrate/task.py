"""What is to be calibrated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kith.masks.space import MaskedSpace
    from kith.types import EmbeddingContract


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be calibrated, and to which rates; see `kith.calibrate`.

    Attributes:
        contract: of the embeddings.
        detector: that finds the faces.
        fmr, fpir: to promise.
        seed: of the split and of all draws.
        space: where masked faces are compared; None: as all others.
    """

    contract: EmbeddingContract
    detector: str
    fmr: float
    fpir: float
    seed: int
    space: MaskedSpace | None = None
