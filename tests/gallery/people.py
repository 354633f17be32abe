"""People made of random numbers: faces, photos and galleries without a network."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from kith.gallery import writing
from kith.gallery.records import NewPhoto
from kith.gallery.store import GalleryStore
from kith.types import Box, EmbeddingContract, Face, Mask, MaskState, Quality

if TYPE_CHECKING:
    from pathlib import Path

    from kith.types import Vector

DIMENSION = 32
CONTRACT = EmbeddingContract("tiny", "ab" * 32, "five-points", 1, DIMENSION)


def unit(vector: np.ndarray) -> Vector:
    return (vector / np.linalg.norm(vector, axis=-1, keepdims=True)).astype(np.float32)


def random_units(seed: int, count: int, dimension: int = DIMENSION) -> Vector:
    return unit(np.random.default_rng(seed).standard_normal((count, dimension)))


def lookalikes(seed: int, count: int, similarity: float, dimension: int = DIMENSION) -> Vector:
    """Return embeddings as of one person: `similarity` to each other on average."""
    rng = np.random.default_rng(seed)
    centre = unit(rng.standard_normal(dimension))
    noise = unit(rng.standard_normal((count, dimension)))
    return unit(np.sqrt(similarity) * centre + np.sqrt(1 - similarity) * noise)


def face(
    embedding: Vector | None = None,
    quality: Quality | None = None,
    mask: MaskState | None = None,
) -> Face:
    rng = np.random.default_rng(0)
    return Face(
        box=Box(-3.5, 10.25, 80.0, 96.5),
        landmarks=rng.uniform(0, 100, (5, 2)).astype(np.float32),
        score=0.975,
        quality=quality,
        embedding=random_units(0, 1)[0] if embedding is None else embedding,
        mask=None if mask is None else Mask(mask, 0.9),
    )


def digest(number: int | str) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def photo(
    number: int,
    embedding: Vector | None = None,
    source: str | None = None,
    mask: MaskState | None = None,
) -> NewPhoto:
    vector = random_units(number, 1)[0] if embedding is None else embedding
    shown = f"photos/{number}.jpg" if source is None else source
    return NewPhoto(digest(number), shown, (face(vector, Quality(61.5, 0.4, -0.1, 0.8), mask),))


def photos_of(seed: int, count: int, similarity: float = 0.6) -> list[NewPhoto]:
    vectors = lookalikes(seed, count, similarity)
    return [photo(1000 * seed + number, vector) for number, vector in enumerate(vectors)]


def fill(path: Path, contract: EmbeddingContract, people: int) -> None:
    """Enrol people made of random numbers, two photos each, in some network's own contract."""
    quality = Quality(60.0, 0.4, 0.0, 1.0)
    with (
        GalleryStore.open(path, create=True) as store,
        store.database.write() as connection,  # one, for each waits for the disk
    ):
        for person in range(people):
            vectors = lookalikes(person, 2, 0.6, contract.dimension)
            photos = [
                NewPhoto(digest(f"{person} {number}"), f"{person}-{number}.jpg", (one,))
                for number, one in enumerate(face(vector, quality) for vector in vectors)
            ]
            writing.add(connection, f"Person {person}", photos, contract)


def raw_bytes(path: Path) -> bytes:
    """Return everything on the disk of a gallery."""
    files = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]
    return b"".join(file.read_bytes() for file in files if file.exists())
