"""Scans over templates: quick, a little rounded, with a bound on how much.

Rounding a number to float16 changes it by at most 2⁻¹¹ of itself, so by Cauchy and Schwarz a scan
over float16 is off by at most 2⁻¹¹ for unit vectors; numbers too small for that are off by at most
2⁻²⁵ each. Summing d products in float32 adds at most d · 2⁻²³.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from kith.types import Vector

    Ids = npt.NDArray[np.int64]
    Candidates = tuple[Vector, Ids]
    """Scores and positions, q × count, best first."""


RESIDENT_BYTES = 256 * 2**20
"""131,072 templates of 512 numbers."""


class Layer(Protocol):
    """Some templates, scanned quickly and looked up exactly."""

    ids: Ids
    """Of the people, ascending."""
    dimension: int
    error: float
    """How far a score may be from the exact similarity."""

    def candidates(self, queries: Vector, count: int) -> Candidates:
        """Return the `count` best of each query by the quick scan; count ≤ len(ids)."""

    def exact(self, positions: Ids) -> tuple[Ids, Vector]:
        """Return ids and float32 templates; without those that are gone from the store."""


class Few:
    """Templates in float32, scanned by numpy."""

    def __init__(self, ids: Ids, vectors: Vector) -> None:
        self.ids = ids
        self.dimension = vectors.shape[1]
        self.error = _summing(self.dimension)
        self._vectors = vectors

    @classmethod
    def load(cls, chunks: Iterable[tuple[Ids, Vector]]) -> Self:
        """Take templates in order of id."""
        parts = list(chunks)
        if not parts:
            return cls(np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32))
        return cls(
            np.concatenate([ids for ids, _ in parts]),
            np.concatenate([vectors for _, vectors in parts]),
        )

    def over(self, older: Few) -> Few:
        """Return both in order of id, this one's where both have somebody."""
        kept = ~np.isin(older.ids, self.ids, assume_unique=True)
        ids = np.concatenate([self.ids, older.ids[kept]])
        vectors = np.concatenate([self._vectors, older._vectors[kept]])
        order = np.argsort(ids)
        return Few(ids[order], vectors[order])

    def candidates(self, queries: Vector, count: int) -> Candidates:
        """See `Layer`."""
        scores = queries @ self._vectors.T
        if count < len(self.ids):
            positions = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        else:
            positions = np.broadcast_to(np.arange(count), scores.shape)
        best = np.take_along_axis(scores, positions, axis=1)
        order = np.argsort(-best, axis=1, kind="stable")
        return (
            np.take_along_axis(best, order, axis=1),
            np.take_along_axis(positions, order, axis=1),
        )

    def exact(self, positions: Ids) -> tuple[Ids, Vector]:
        """See `Layer`."""
        return self.ids[positions], self._vectors[positions]


class VectorSource(Protocol):
    """Where the float32 templates are."""

    def by_id(self, ids: Sequence[int], dimension: int) -> tuple[Ids, Vector]:
        """Return ids and templates in order of id, without those that are gone."""


class Many:
    """Templates in float16, scanned by FAISS.

    Their float32 are kept too while that takes no more than `RESIDENT_BYTES`, or what is asked for;
    beyond, the scan takes so long that fetching a few of them from the store does not matter.
    """

    def __init__(self, ids: Ids, index: Any, source: VectorSource, vectors: Vector | None) -> None:
        self.ids = ids
        self.dimension = int(index.d)
        self.error = 2**-11 + 2**-25 * math.sqrt(self.dimension) + _summing(self.dimension)
        self._index = index
        self._source = source
        self._vectors = vectors

    @classmethod
    def load(
        cls,
        chunks: Iterable[tuple[Ids, Vector]],
        source: VectorSource,
        most: int = RESIDENT_BYTES,
    ) -> Self:
        """Take templates in order of id, at least one chunk.

        Args:
            chunks: of them.
            source: of their float32.
            most: bytes of these that are kept.
        """
        import faiss

        parts: list[Ids] = []
        resident: list[Vector] | None = []
        index: Any = None
        for ids, vectors in chunks:
            if index is None:
                index = faiss.IndexScalarQuantizer(
                    vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
                )
            index.add(vectors)
            parts.append(ids)
            if resident is not None:
                resident.append(vectors)
                if index.ntotal * vectors[0].nbytes > most:
                    resident = None
        exact = None if resident is None else np.concatenate(resident)
        return cls(np.concatenate(parts), index, source, exact)

    def candidates(self, queries: Vector, count: int) -> Candidates:
        """See `Layer`."""
        scores, positions = self._index.search(queries, count)
        return scores, positions

    def exact(self, positions: Ids) -> tuple[Ids, Vector]:
        """See `Layer`."""
        ids = self.ids[positions]
        if self._vectors is not None:
            return ids, self._vectors[positions]
        return self._source.by_id(ids.tolist(), self.dimension)


def _summing(dimension: int) -> float:
    return float(dimension * 2**-23)
