"""Exact search in a gallery beside a bare FAISS float16 scan, which alone is not exact.

    python benchmarks/search.py [--quick]

Builds galleries of random unit vectors in a temporary SQLite file, loads them, and asks one query
at a time on one thread. What `TemplateIndex` does more than the scan: fetching the candidates'
float32 templates from the file, ranking by them, and making sure that nobody was missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"  # read when numpy and FAISS are loaded

import faiss  # noqa: E402
import numpy as np  # noqa: E402

from kith.gallery import schema, writing  # noqa: E402
from kith.gallery.rows import vector_blob  # noqa: E402
from kith.gallery.search import TemplateIndex  # noqa: E402
from kith.gallery.store import GalleryStore  # noqa: E402
from kith.types import EmbeddingContract  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = ((1_000_000, 128), (100_000, 512))
K = 5
RUNS = 30
CHUNK = 10_000


def unit_vectors(rng: np.random.Generator, count: int, dimension: int) -> np.ndarray:
    vectors = rng.standard_normal((count, dimension), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def fill(store: GalleryStore, count: int, dimension: int, rng: np.random.Generator) -> None:
    contract = EmbeddingContract("random", "0" * 64, "none", 1, dimension)
    for start in range(1, count + 1, CHUNK):
        vectors = unit_vectors(rng, min(CHUNK, count + 1 - start), dimension)
        ids = range(start, start + len(vectors))
        with store.database.write() as connection:
            if start == 1:
                writing.pin(connection, contract)
            connection.execute(
                schema.people.insert(),
                [{"id": i, "name": str(i), "name_key": str(i), "created": ""} for i in ids],
            )
            connection.execute(
                schema.templates.insert(),
                [
                    {
                        "person_id": i,
                        "members": 1,
                        "outliers": 0,
                        "revision": 1,
                        "vector": vector_blob(vector),
                    }
                    for i, vector in zip(ids, vectors, strict=True)
                ],
            )


def median_ms(call: Callable[[np.ndarray], object], queries: np.ndarray) -> float:
    call(queries[:1])
    times = []
    for query in queries:
        start = time.perf_counter()
        call(query[None])
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def measure(folder: Path, count: int, dimension: int) -> None:
    rng = np.random.default_rng(0)
    with GalleryStore.open(folder / f"{count}x{dimension}.kith", create=True) as store:
        fill(store, count, dimension, rng)
        bare = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        for _, vectors in store.templates.all():
            bare.add(vectors)
        index = TemplateIndex(store.templates)
        start = time.perf_counter()
        index.refresh()
        load = time.perf_counter() - start
        queries = unit_vectors(rng, RUNS, dimension)
        # Alternately, so that whatever else the machine does falls on both.
        rounds = [
            (
                median_ms(lambda query: bare.search(query, K), queries),
                median_ms(lambda query: index.search(query, K), queries),
                median_ms(lambda query: (index.refresh(), index.search(query, K)), queries),
            )
            for _ in range(3)
        ]
    scan, search, both = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(
        f"{count:>9,} × {dimension}: load {load:5.1f} s, FAISS float16 scan {scan:6.2f} ms, "
        f"TemplateIndex {search:6.2f} ms, ratio {search / scan:.2f}; "
        f"with refresh {both:6.2f} ms, ratio {both / scan:.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the people")
    quick = parser.parse_args().quick
    print(f"k = {K}, one thread, one query at a time, median of {RUNS} queries, 3 rounds")
    with tempfile.TemporaryDirectory() as folder:
        for count, dimension in SIZES:
            measure(Path(folder), count // 10 if quick else count, dimension)


if __name__ == "__main__":
    main()
