"""From an aligned crop to a unit vector, and what makes two vectors comparable."""

from kith.embedding.embedder import BATCH, MIRROR, Embedder, open_embedder

__all__ = ["BATCH", "MIRROR", "Embedder", "open_embedder"]
