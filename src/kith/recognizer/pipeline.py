"""What decides which faces are found on a photo and how they are described."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from kith._version import __version__
from kith.masks import TELLER
from kith.models.catalogue import card

if TYPE_CHECKING:
    from kith.media import Limits
    from kith.types import EmbeddingContract

STEPS = 10
"""Raised whenever decoding, detection, alignment, masks or quality comes to find something else."""


PACKAGES = (
    *("onnxruntime", "onnxruntime-gpu", "openvino"),
    *("numpy", "opencv-python-headless", "opencv-python", "pillow", "pillow-heif"),
)
"""Whose versions may change a result in its last bits: they run networks, decode and resize."""


@dataclass(frozen=True)
class Pipeline:
    """Everything that must be the same for a photo to give the same faces, bit for bit.

    Attributes:
        detector: id of its card.
        score: faces the detector is less sure of are left out.
        min_face: narrowest face wanted, in pixels; None: whatever is seen.
        limits: what is refused, and what is decoded smaller.
        device: that the networks run on.
        contract: of the embeddings.
    """

    detector: str
    score: float
    min_face: float | None
    limits: Limits
    device: str
    contract: EmbeddingContract

    @cached_property
    def key(self) -> str:
        """Stands for this pipeline, this kith and what they run on: sha256, hexadecimal."""
        parts = asdict(self) | {
            "detector_weights": [file.sha256 for file in card(self.detector).files],
            "teller_weights": [file.sha256 for file in card(TELLER).files],
            "steps": STEPS,
            "kith": __version__,
            "packages": {name: _version(name) for name in PACKAGES},
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
