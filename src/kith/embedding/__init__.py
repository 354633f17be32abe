"""From a crop to a unit vector, and what makes two vectors comparable."""

from kith.embedding.distance import distance
from kith.embedding.embedder import BATCH, AnyEmbedder, Described, Embedder, open_embedder
from kith.embedding.fusion import FusedEmbedder, FusedSpec, needing, parse
from kith.embedding.inputs import network_input
from kith.embedding.spec import MIRROR, Spec, parse_network

__all__ = [
    "BATCH",
    "MIRROR",
    "AnyEmbedder",
    "Described",
    "Embedder",
    "FusedEmbedder",
    "FusedSpec",
    "Spec",
    "distance",
    "needing",
    "network_input",
    "open_embedder",
    "parse",
    "parse_network",
]
