from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.gallery import layers
from kith.gallery.search import TemplateIndex
from kith.gallery.store import GalleryStore

from .people import CONTRACT, face, photo, random_units, unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kith.types import Vector

ROOT = Path(__file__).parents[2]


class Templates:
    """Templates in a dictionary: a store without a file."""

    def __init__(self, vectors: Vector, first: int = 1) -> None:
        self.kept = {first + 2 * n: vector for n, vector in enumerate(vectors)}
        self.revisions = dict.fromkeys(self.kept, 1)
        self.counter = 1
        self.loads = 0

    def put(self, person: int, vector: Vector) -> None:
        self.counter += 1
        self.kept[person] = vector
        self.revisions[person] = self.counter

    def remove(self, person: int) -> None:
        self.counter += 1
        del self.kept[person], self.revisions[person]

    def change_counter(self) -> int:
        return self.counter

    def count(self) -> int:
        return len(self.kept)

    def all(self) -> Iterator[tuple[np.ndarray, Vector]]:
        self.loads += 1
        ids = sorted(self.kept)
        for start in range(0, len(ids), 100):
            yield self.by_id(ids[start : start + 100], 0)

    def changed(self, since: int, limit: int) -> list[int]:
        moved = [person for person, revision in self.revisions.items() if revision > since]
        return sorted(moved, key=self.revisions.__getitem__)[:limit]

    def by_id(self, ids: Sequence[int], dimension: int) -> tuple[np.ndarray, Vector]:
        known = sorted(person for person in ids if person in self.kept)
        vectors = [self.kept[person] for person in known]
        shape = (len(known), dimension or -1)
        return np.array(known, np.int64), np.array(vectors, np.float32).reshape(shape)


def brute_force(templates: Templates, queries: Vector, k: int) -> tuple[np.ndarray, np.ndarray]:
    ids = np.full((len(queries), k), -1, np.int64)
    similarities = np.full((len(queries), k), -np.inf, np.float32)
    people = np.array(sorted(templates.kept))
    for row, query in enumerate(queries):
        exact = [
            np.float32(np.dot(templates.kept[person].astype(np.float64), query.astype(np.float64)))
            for person in people
        ]
        best = sorted(range(len(people)), key=lambda n: (-exact[n], people[n]))[:k]
        ids[row, : len(best)] = people[best]
        similarities[row, : len(best)] = np.array(exact)[best]
    return ids, similarities


def assert_exact(index: TemplateIndex, templates: Templates, queries: Vector, k: int) -> None:
    ids, similarities = index.search(queries, k)
    expected_ids, expected = brute_force(templates, queries, k)
    np.testing.assert_allclose(similarities, expected, rtol=0, atol=2e-7)
    assert (ids == expected_ids).all() or near_ties_only(ids, expected_ids, expected)


def near_ties_only(ids: np.ndarray, expected_ids: np.ndarray, similarities: np.ndarray) -> bool:
    """Whether people differ only where their similarities differ in the last bit of float32."""
    rows, columns = np.nonzero(ids != expected_ids)
    return all(
        np.any(np.abs(np.delete(similarities[r], c) - similarities[r, c]) <= 2e-7)
        or c == similarities.shape[1] - 1
        for r, c in zip(rows, columns, strict=True)
    )


@pytest.fixture(params=["few", "many", "many, exact ones in the store"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many people are few: each test runs with every kind of scan."""
    if "store" in request.param:
        monkeypatch.setattr(layers, "RESIDENT_BYTES", 0)
    return 10**6 if request.param == "few" else 0


@pytest.mark.parametrize("dimension", [1, 3, 128, 512])
@pytest.mark.parametrize("count", [1, 4, 21, 22, 700])
@pytest.mark.parametrize("k", [1, 5, 30])
def test_against_brute_force(few: int, count: int, dimension: int, k: int) -> None:
    templates = Templates(random_units(count, count, dimension))
    queries = random_units(99, 7, dimension)
    assert_exact(TemplateIndex(templates, few=few), templates, queries, k)


@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(1, 8), st.integers(0, 8))
@settings(max_examples=60, deadline=None)
def test_after_any_changes(seed: int, count: int, k: int, changes: int) -> None:
    for few in (10**6, 0):
        rng = np.random.default_rng(seed)
        templates = Templates(random_units(seed, count, 16))
        index = TemplateIndex(templates, few=few)
        for _ in range(changes):
            people = sorted(templates.kept)
            match rng.integers(4):
                case 0:
                    templates.put(
                        people[-1] + 1 if people else 1,
                        random_units(int(rng.integers(99)), 1, 16)[0],
                    )
                case 1 if people:
                    templates.put(
                        int(rng.choice(people)), random_units(int(rng.integers(99)), 1, 16)[0]
                    )
                case 2 if people:
                    templates.remove(int(rng.choice(people)))
                case _:
                    index.refresh()
        index.refresh()
        assert_exact(index, templates, random_units(seed + 1, 3, 16), k)


def test_people_whom_float16_cannot_tell_apart(few: int) -> None:
    """The scan alone would return some of 3,000 all but equal people; ranking has to be exact."""
    rng = np.random.default_rng(0)
    centre = random_units(1, 1, 64)
    templates = Templates(unit(centre + 2e-5 * rng.standard_normal((3000, 64))))
    queries = unit(np.concatenate([centre, centre + 2e-5 * rng.standard_normal((3, 64))]))
    assert_exact(TemplateIndex(templates, few=few), templates, queries, 5)


def test_float16_alone_would_be_wrong_there() -> None:
    rng = np.random.default_rng(0)
    centre = random_units(1, 1, 64)
    vectors = unit(centre + 2e-5 * rng.standard_normal((3000, 64)))
    scan = vectors.astype(np.float16).astype(np.float32) @ centre[0]
    best = np.argsort(-(vectors.astype(np.float64) @ centre[0].astype(np.float64)))[:5]
    assert set(np.argsort(-scan)[:5]) != set(best)


def test_equals_are_ordered_by_id(few: int) -> None:
    same = random_units(0, 1, 32)[0]
    templates = Templates(np.stack([same] * 300))
    ids, similarities = TemplateIndex(templates, few=few).search(same[None], 4)
    assert ids.tolist() == [[1, 3, 5, 7]]
    assert len(set(similarities[0].tolist())) == 1


def test_nobody(few: int) -> None:
    templates = Templates(random_units(0, 0, 8))
    index = TemplateIndex(templates, few=few)
    for queries in (random_units(0, 2, 8), np.zeros((0, 8), np.float32)):
        ids, similarities = index.search(queries, 3)
        assert ids.tolist() == [[-1] * 3] * len(queries)
        assert similarities.tolist() == [[-np.inf] * 3] * len(queries)
    templates.put(9, random_units(1, 1, 8)[0])
    assert index.refresh()
    assert index.search(random_units(0, 1, 8), 2)[0].tolist() == [[9, -1]]


def test_more_asked_than_there_are(few: int) -> None:
    templates = Templates(random_units(0, 3, 8))
    ids, similarities = TemplateIndex(templates, few=few).search(random_units(1, 2, 8), 10)
    assert ids.shape == similarities.shape == (2, 10)
    assert ids.dtype == np.int64
    assert similarities.dtype == np.float32
    assert sorted(ids[0, :3].tolist()) == [1, 3, 5]
    assert (ids[:, 3:] == -1).all()
    assert np.isneginf(similarities[:, 3:]).all()


def test_many_queries_at_once(few: int) -> None:
    templates = Templates(random_units(0, 500, 16))
    index = TemplateIndex(templates, few=few)
    queries = random_units(1, 600, 16)
    ids, similarities = index.search(queries, 3)
    for row in range(0, 600, 50):
        one_ids, one = index.search(queries[row : row + 1], 3)
        assert (ids[row] == one_ids[0]).all()
        np.testing.assert_allclose(similarities[row], one[0], rtol=0, atol=1e-7)


def test_few_changes_are_not_a_reason_to_load_all(few: int) -> None:
    templates = Templates(random_units(0, 500, 16))
    index = TemplateIndex(templates, few=few)
    assert index.refresh()
    assert not index.refresh()
    for step in range(10):
        templates.put(2 * step + 1, random_units(100 + step, 1, 16)[0])
        templates.put(2001 + step, random_units(200 + step, 1, 16)[0])
        assert index.refresh()
        assert_exact(index, templates, random_units(step, 3, 16), 4)
    assert templates.loads == 1
    templates.remove(5)
    assert index.refresh()
    assert_exact(index, templates, random_units(77, 3, 16), 4)
    assert templates.loads == 2


def test_many_changes_are(few: int) -> None:
    templates = Templates(random_units(0, 500, 16))
    index = TemplateIndex(templates, few=few)
    index.refresh()
    for step in range(200):
        templates.put(2001 + step, random_units(step, 1, 16)[0])
    index.refresh()
    assert templates.loads == 2
    assert_exact(index, templates, random_units(1, 3, 16), 4)


@pytest.mark.parametrize("k", [0, -1])
def test_k_is_at_least_one(k: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        TemplateIndex(Templates(random_units(0, 3, 8))).search(random_units(0, 1, 8), k)


@pytest.mark.parametrize("shape", [(8,), (1, 7), (1, 8, 1)])
def test_queries_of_another_shape(few: int, shape: tuple[int, ...]) -> None:
    index = TemplateIndex(Templates(random_units(0, 3, 8)), few=few)
    with pytest.raises(ValueError, match="expected q × 8"):
        index.search(np.ones(shape, np.float32), 1)


def test_with_a_real_store(store: GalleryStore, few: int) -> None:
    vectors = random_units(3, 300)
    for number, vector in enumerate(vectors):
        store.add(f"Person {number}", [photo(number, vector)], CONTRACT)
    index = TemplateIndex(store.templates, few=few)
    ids, similarities = index.search(vectors[:20], 3)
    names = store.templates.names(ids.ravel().tolist())
    assert [names[int(row[0])] for row in ids] == [f"Person {n}" for n in range(20)]
    exact = np.sort(vectors[:20].astype(np.float64) @ vectors.astype(np.float64).T, axis=1)
    np.testing.assert_allclose(similarities, exact[:, :-4:-1], rtol=0, atol=1e-6)

    store.forget("Person 7")
    assert index.refresh()
    ids, _ = index.search(vectors[7:8], 300)
    assert 8 not in ids
    assert ids[0, -1] == -1


def test_a_gallery_that_began_anew_with_another_contract(store: GalleryStore, few: int) -> None:
    store.add("Ada", [photo(1)], CONTRACT)
    index = TemplateIndex(store.templates, few=few)
    assert index.search(random_units(1, 1), 1)[0].tolist() == [[1]]
    store.forget("Ada")
    other = replace(CONTRACT, dimension=8)
    vector = random_units(2, 1, 8)
    store.add("Bo", [replace(photo(2), faces=(face(vector[0]),))], other)
    # Before the index has caught up: nobody whom the old query can be compared with.
    assert index.search(random_units(1, 1), 1)[0].tolist() in ([[1]], [[-1]])
    assert index.refresh()
    assert index.search(vector, 1)[0].tolist() == [[2]]


def test_another_process_enrols_somebody(path: Path) -> None:
    script = (
        "import sys\n"
        "from kith.gallery.store import GalleryStore\n"
        "from tests.gallery.people import CONTRACT, photo\n"
        "with GalleryStore.open(sys.argv[1]) as store:\n"
        "    store.add('Bo', [photo(2)], CONTRACT)\n"
    )
    with GalleryStore.open(path, create=True) as store:
        store.add("Ada", [photo(1)], CONTRACT)
        index = TemplateIndex(store.templates)
        query = photo(2).faces[0].embedding[None]
        before, _ = index.search(query, 1)
        assert store.templates.names(before[0].tolist()) == {1: "Ada"}
        subprocess.run([sys.executable, "-c", script, str(path)], cwd=ROOT, check=True)
        assert index.refresh()
        after, similarities = index.search(query, 1)
        assert store.templates.names(after[0].tolist()) == {2: "Bo"}
        assert similarities[0, 0] == pytest.approx(1, abs=1e-6)


def test_searching_while_others_refresh(few: int) -> None:
    templates = Templates(random_units(0, 400, 16))
    index = TemplateIndex(templates, few=few)
    index.refresh()
    query = random_units(1, 1, 16)
    stop = threading.Event()
    failures: list[BaseException] = []

    def search() -> None:
        try:
            while not stop.is_set():
                ids, similarities = index.search(query, 5)
                assert (np.diff(similarities[0]) <= 0).all()
                assert (ids > 0).all()
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for step in range(30):
        templates.put(5001 + step, random_units(step, 1, 16)[0])
        index.refresh()
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
