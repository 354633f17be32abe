"""Exact search in memory, kept in step with the stored templates.

A quick scan finds candidates; their similarities are then computed again from the float32
templates (in float64, rounded once) and ranked. When the last candidate lies so far below the
k-th best that the scan's rounding cannot explain it, nobody outside can belong among them; else
more candidates are taken. So the answer is always that of comparing with everybody.

Few templates are kept as float32 and scanned by numpy; many as float16 and scanned by FAISS, in
half the time and, since the float32 of a large gallery stay in its file and only the candidates'
are fetched, half the memory.
Templates that changed since the load lie in a second, small layer that hides the older ones.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from kith.gallery.layers import RESIDENT_BYTES, Few, Layer, Many, VectorSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from kith.types import Vector

    Ids = npt.NDArray[np.int64]

FEW = 5_000
"""Up to here numpy: loading FAISS takes longer (0.1 s) than a hundred such scans."""
_SPARE = 16
"""Candidates beyond k: enough that asking a second time is rare."""
_QUERIES_AT_ONCE = 256


class TemplateSource(VectorSource, Protocol):
    """What search needs of a store."""

    def change_counter(self) -> int:
        """Return a number that moves with every change."""

    def count(self) -> int:
        """Return the number of templates."""

    def all(self) -> Iterator[tuple[Ids, Vector]]:
        """Yield ids and templates in chunks, in order of id."""

    def changed(self, since: int, limit: int) -> list[int]:
        """Return ids of at most `limit` templates changed after the counter stood at `since`."""


@dataclass(frozen=True, slots=True, eq=False)
class _Snapshot:
    counter: int
    count: int
    base: Layer
    recent: Few | None


class TemplateIndex:
    """The most similar people to a face, among all of a store.

    Several threads may search and refresh at once.

    Args:
        source: the templates, such as `GalleryStore.templates`.
        few: up to how many of them are kept in float32.
        resident: of more, up to how many bytes of float32 are kept beside their float16.
    """

    def __init__(
        self, source: TemplateSource, *, few: int = FEW, resident: int = RESIDENT_BYTES
    ) -> None:
        self._source = source
        self._few = few
        self._resident = resident
        self._lock = threading.Lock()
        self._snapshot: _Snapshot | None = None

    @property
    def count(self) -> int:
        """Templates as of the last `refresh`."""
        return 0 if self._snapshot is None else self._snapshot.count

    def refresh(self, counter: int | None = None) -> bool:
        """Catch up with the store; returns whether anything had changed.

        Args:
            counter: the store's, read just now by somebody who has several indexes of it.
        """
        with self._lock:
            # The counter first: what is written while we read is read again the next time.
            if counter is None:
                counter = self._source.change_counter()
            old = self._snapshot
            if old is not None and old.counter >= counter:
                return False
            caught_up = None if old is None else self._caught_up(old, counter)
            self._snapshot = caught_up or self._loaded(counter)
            return True

    def search(self, queries: Vector, k: int) -> tuple[Ids, Vector]:
        """Find the k most similar people of each query.

        Args:
            queries: float32 unit vectors, q × d.
            k: how many, at least 1.

        Returns:
            Ids of people (int64) and similarities (cosine, float32), both q × k, best first, the
            lower id first among equals; −1 and −∞ where there are fewer people. As of the last
            `refresh` (the first search makes it).
        """
        if k < 1:
            raise ValueError(f"k is at least 1, not {k}")
        if self._snapshot is None:
            self.refresh()
        snapshot = self._snapshot
        assert snapshot is not None
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        ids = np.full((len(queries), k), -1, dtype=np.int64)
        similarities = np.full((len(queries), k), -np.inf, dtype=np.float32)
        if snapshot.count:
            if queries.shape[1:] != (snapshot.base.dimension,):
                raise ValueError(
                    f"expected q × {snapshot.base.dimension} queries, not {queries.shape}"
                )
            for start in range(0, len(queries), _QUERIES_AT_ONCE):
                part = slice(start, start + _QUERIES_AT_ONCE)
                _search(snapshot, queries[part], ids[part], similarities[part])
        return ids, similarities

    def _loaded(self, counter: int) -> _Snapshot:
        chunks = iter(self._source.all())
        first = list(islice(chunks, 1))  # nobody, or at least one chunk
        if first and self._source.count() > self._few:
            base: Layer = Many.load(chain(first, chunks), self._source, self._resident)
        else:
            base = Few.load(chain(first, chunks))
        return _Snapshot(counter, len(base.ids), base, None)

    def _caught_up(self, old: _Snapshot, counter: int) -> _Snapshot | None:
        """Return the old snapshot with what changed; None where it has to be loaded anew."""
        most = max(64, len(old.base.ids) // 64)
        ids = self._source.changed(old.counter, most + 1)
        if len(ids) > most or not len(old.base.ids):
            return None
        found, vectors = self._source.by_id(ids, old.base.dimension)
        recent = Few(found, vectors)
        if old.recent is not None:
            recent = recent.over(old.recent)
        hidden = int(np.isin(recent.ids, old.base.ids, assume_unique=True).sum())
        count = len(old.base.ids) - hidden + len(recent.ids)
        gone = len(found) != len(ids) or count != self._source.count()
        if gone or len(recent.ids) > most:  # searching twice would soon cost more than loading
            return None
        return _Snapshot(counter, count, old.base, recent)


def _search(snapshot: _Snapshot, queries: Vector, ids: Ids, similarities: Vector) -> None:
    k = ids.shape[1]
    pending = np.arange(len(queries))
    count = k + _SPARE
    while len(pending):
        asked = queries[pending]
        pool = _candidates(snapshot.base, snapshot.recent, asked, count)
        if snapshot.recent is not None:
            pool = pool.joined(_candidates(snapshot.recent, None, asked, count))
        exact = (asked.astype(np.float64) @ pool.vectors.astype(np.float64).T).astype(np.float32)
        sure = np.empty(len(pending), dtype=np.bool_)
        for row, query in enumerate(pending):
            best = np.lexsort((pool.ids, -exact[row]))[:k]
            ids[query, : len(best)] = pool.ids[best]
            similarities[query, : len(best)] = exact[row, best]
            worst = exact[row, best[-1]] if len(best) == k else -np.inf
            sure[row] = worst > pool.outside[row] or pool.outside[row] == -np.inf
        pending = pending[~sure]
        count *= 4


class _Pool(NamedTuple):
    ids: Ids
    vectors: Vector
    outside: npt.NDArray[np.float32]
    """Per query, the most that anybody who is not in the pool can reach."""

    def joined(self, other: _Pool) -> _Pool:
        return _Pool(
            np.concatenate([self.ids, other.ids]),
            np.concatenate([self.vectors, other.vectors]),
            np.maximum(self.outside, other.outside),
        )


def _candidates(layer: Layer, newer: Few | None, queries: Vector, count: int) -> _Pool:
    count = min(count, len(layer.ids))
    scores, positions = layer.candidates(queries, count)
    if count == len(layer.ids):
        outside = np.full(len(queries), -np.inf, dtype=np.float32)
    else:
        outside = scores[:, -1] + layer.error * np.linalg.norm(queries, axis=1)
    wanted = np.unique(positions) if len(positions) > 1 else np.sort(positions[0])
    ids, vectors = layer.exact(wanted)
    if newer is not None:
        current = ~np.isin(ids, newer.ids, assume_unique=True)
        ids, vectors = ids[current], vectors[current]
    return _Pool(ids, vectors, outside)
