"""From a crop to a unit vector, and what makes two vectors comparable."""

from kith.embedding.distance import distance
from kith.embedding.embedder import BATCH, Embedder, open_embedder
from kith.embedding.inputs import network_input
from kith.embedding.spec import MIRROR, Spec, parse

__all__ = [
    "BATCH",
    "MIRROR",
    "Embedder",
    "Spec",
    "distance",
    "network_input",
    "open_embedder",
    "parse",
]
