"""From an aligned crop to a unit vector, and what makes two vectors comparable."""

from kith.embedding.embedder import MIRROR, Embedder, open_embedder

__all__ = ["MIRROR", "Embedder", "open_embedder"]
