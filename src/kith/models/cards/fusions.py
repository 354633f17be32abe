"""Embedders made of several networks, and which embedder is best or fastest."""

from __future__ import annotations

from kith.models.card import Fusion, Part
from kith.models.cards import figures

FUSIONS = (
    Fusion(
        id="sface-retail",
        title="SFace and face-reidentification-retail-0095",
        parts=(Part("sface", 0.6), Part("retail-0095", 0.4)),
        threshold=figures.threshold(0.333, 8.1e-4, 1.2e-3),
        mirror_threshold=figures.threshold(0.337, 8.0e-4, 1.3e-3),
        measured=figures.figures(12.9, accuracy=0.9967, tar=0.9967),
    ),
)

PRESETS = {
    "best": "sface-retail",
    "fast": "retail-0095",
}
"""Names for embedders; what they stand for may change, and contracts name what stood there."""
