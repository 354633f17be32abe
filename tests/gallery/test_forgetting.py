"""After `forget` not a byte of the person is left in the gallery's files."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from kith.gallery.store import GalleryStore

from .people import CONTRACT, digest, photo, photos_of, raw_bytes

if TYPE_CHECKING:
    from pathlib import Path

NAME = "Zaphod Quentulus"


def traces(path: Path, photos: list) -> list[str]:
    """Return which traces of the person are on the disk."""
    data = raw_bytes(path)
    needles = {"name": NAME.encode(), "key": NAME.casefold().encode()}
    for item in photos:
        blob = item.faces[0].embedding.tobytes()
        needles |= {
            f"embedding of {item.source}": blob[:24],
            f"end of the embedding of {item.source}": blob[-24:],
            f"digest of {item.source}": item.digest.encode(),
            f"source {item.source}": item.source.encode(),
        }
    return [what for what, needle in needles.items() if needle in data]


@pytest.mark.parametrize("reopened", [False, True])
@pytest.mark.parametrize("count", [1, 60])
def test_nothing_is_left(path: Path, count: int, reopened: bool) -> None:
    photos = [photo(500_000 + n, source=f"private/{n}.jpg") for n in range(count)]
    store = GalleryStore.open(path, create=True)
    for number in range(20):
        store.add(f"Person {number}", photos_of(number + 1, 5), CONTRACT)
    for item in photos:
        store.add(NAME, [item], CONTRACT)
    store.add("Later", photos_of(99, 5), CONTRACT)
    if reopened:
        store.close()
        store = GalleryStore.open(path)
    centre = store.templates.by_id([store.find(NAME).id], 32)[1][0].tobytes()
    assert len(traces(path, photos)) == 2 + 4 * count
    assert centre in raw_bytes(path)

    report = store.forget(NAME)
    assert (report.name, report.photos, report.faces) == (NAME, count, count)
    assert report.scrubbed
    assert traces(path, photos) == []
    assert centre not in raw_bytes(path)
    assert store.count() == 21
    assert store.check() == []
    store.close()
    assert traces(path, photos) == []
    with GalleryStore.open(path) as again:
        assert again.known_digests([item.digest for item in photos]) == set()


def test_renamed_and_merged_names_go_too(path: Path, store: GalleryStore) -> None:
    photos = photos_of(1, 3)
    store.add("Bo", photos_of(2, 3), CONTRACT)
    store.add(NAME, photos, CONTRACT)
    store.rename(NAME, "Someone")
    store.merge("Bo", "Someone")
    store.forget("Bo")
    assert traces(path, photos) == []


def test_a_reader_in_the_way_is_told_and_made_up_for(path: Path) -> None:
    photos = photos_of(1, 3)
    with GalleryStore.open(path, create=True, busy_seconds=0.2) as store:
        store.add("Bo", photos_of(2, 3), CONTRACT)
        store.add(NAME, photos, CONTRACT)
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM people").fetchone()
        try:
            report = store.forget(NAME)
            assert not report.scrubbed
            assert store.count() == 1  # gone all the same
            assert [line for line in store.check() if "free pages" in line]
            assert traces(path, photos)
            assert not store.scrub()
        finally:
            reader.close()
        assert store.scrub()
        assert store.check() == []
        assert traces(path, photos) == []


def test_what_a_killed_process_left_is_wiped_by_the_next_change(path: Path) -> None:
    photos = photos_of(1, 3)
    with GalleryStore.open(path, create=True, busy_seconds=0.1) as store:
        store.add(NAME, photos, CONTRACT)
        store.add("Bo", photos_of(2, 3), CONTRACT)
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM people").fetchone()
        assert not store.forget(NAME).scrubbed
        reader.close()
    with GalleryStore.open(path) as store:
        assert store.check()
        store.add("Cy", [photo(7)], CONTRACT)
        assert store.check() == []
        assert traces(path, photos) == []


def test_the_photo_of_a_couple_stays_with_the_other(store: GalleryStore) -> None:
    store.add("Ada", [photo(1)], CONTRACT)
    store.add("Bo", [photo(1), photo(2)], CONTRACT, shared=True)
    store.forget("Bo")
    assert store.has_photo(digest(1), "Ada")
    assert not store.has_photo(digest(2))
    assert store.check() == []
