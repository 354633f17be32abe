from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import (
    ContractMismatch,
    EnrolmentError,
    InputError,
    InvalidName,
    PersonExists,
    UnknownPerson,
)
from kith.gallery.records import NewPhoto
from kith.gallery.store import GalleryStore
from kith.gallery.templates import template
from kith.types import Quality

from .people import (
    CONTRACT,
    DIMENSION,
    digest,
    face,
    lookalikes,
    photo,
    photos_of,
    random_units,
    unit,
)

if TYPE_CHECKING:
    from kith.types import Face

ROOT = Path(__file__).parents[2]


def stored_template(store: GalleryStore, name: str) -> np.ndarray:
    ids, vectors = store.templates.by_id([store.find(name).id], DIMENSION)
    assert len(ids) == 1
    return vectors[0]


def test_what_is_added_comes_back(store: GalleryStore) -> None:
    photos = photos_of(1, 3)
    report = store.add("  Ada ", photos, CONTRACT)
    assert (report.name, report.created) == ("Ada", True)
    assert report.added == tuple(item.digest for item in photos)
    assert (report.already, report.conflicts, report.outliers) == ((), (), ())
    assert store.contract() == CONTRACT

    shown = store.show("Ada")
    assert (shown.summary.photos, shown.summary.faces, shown.summary.outliers) == (3, 3, 0)
    vectors = np.stack([item.faces[0].embedding for item in photos])
    centre = template(vectors).vector
    for item, kept, vector in zip(photos, shown.photos, vectors, strict=True):
        assert (kept.digest, kept.source) == (item.digest, item.source)
        (seen,) = kept.faces
        assert seen.box == item.faces[0].box
        assert seen.score == item.faces[0].score
        assert seen.quality == item.faces[0].quality.score
        assert seen.similarity == pytest.approx(float(vector @ centre), abs=1e-6)
        assert seen.member
    assert stored_template(store, "Ada").tobytes() == centre.tobytes()


def test_adding_again_changes_nothing(store: GalleryStore) -> None:
    photos = photos_of(1, 3)
    store.add("Ada", photos, CONTRACT)
    before = store.show("Ada")
    again = store.add("Ada", [*photos, replace(photos[0], source="moved.jpg")], CONTRACT)
    assert again.added == ()
    assert not again.created
    assert again.already == tuple(item.digest for item in [*photos, photos[0]])
    assert store.show("Ada") == before


def test_the_template_follows_every_change(store: GalleryStore) -> None:
    one, two = photos_of(1, 5), photos_of(2, 4)
    for item in one:
        store.add("Ada", [item], CONTRACT)
    store.add("Bo", two, CONTRACT)
    vectors = np.stack([item.faces[0].embedding for item in one])
    assert stored_template(store, "Ada").tobytes() == template(vectors).vector.tobytes()
    store.merge("Ada", "Bo")
    vectors = np.stack([item.faces[0].embedding for item in [*one, *two]])
    assert stored_template(store, "Ada").tobytes() == template(vectors).vector.tobytes()
    assert store.check() == []


def scored(photos: list[NewPhoto], *scores: float | None) -> list[NewPhoto]:
    """Give photos' faces these qualities."""
    return [
        replace(
            item,
            faces=(
                replace(
                    item.faces[0],
                    quality=None if score is None else Quality(40.0, 0.3, 0.0, score),
                ),
            ),
        )
        for item, score in zip(photos, scores, strict=True)
    ]


def test_good_photos_weigh_more_in_the_template(store: GalleryStore) -> None:
    photos = scored(photos_of(1, 4), 0.9, 0.3, None, 0.05)
    vectors = np.stack([item.faces[0].embedding for item in photos])
    for item in photos:
        store.add("Ada", [item], CONTRACT)
    weights = np.array([0.9, 0.3, 1.0, 0.25])[:, None]
    np.testing.assert_allclose(
        stored_template(store, "Ada"), unit((weights * vectors).sum(axis=0)), atol=1e-6
    )
    assert store.check() == []


def test_a_template_of_the_first_kith_is_no_problem(store: GalleryStore) -> None:
    """It was made without weights, and is renewed with the person's next photo."""
    photos = scored(photos_of(1, 4), 0.9, 0.3, 0.6, 0.4)
    vectors = np.stack([item.faces[0].embedding for item in photos])
    store.add("Ada", photos[:3], CONTRACT)
    plain = template(vectors[:3]).vector
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE templates SET vector = ?", (plain.tobytes(),))
    assert store.check() == []
    store.add("Ada", photos[3:], CONTRACT)
    renewed = template(vectors, [0.9, 0.3, 0.6, 0.4]).vector
    assert stored_template(store, "Ada").tobytes() == renewed.tobytes()


def test_a_damaged_quality_is_an_unknown_one(store: GalleryStore) -> None:
    photos = scored(photos_of(1, 3), 0.9, 0.3, 0.6)
    store.add("Ada", photos[:2], CONTRACT)
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE faces SET quality = 'good' WHERE id = 2")
    report = store.add("Ada", photos[2:], CONTRACT)
    assert report.best is None
    vectors = np.stack([item.faces[0].embedding for item in photos])
    expected = template(vectors, [0.9, 1.0, 0.6]).vector
    assert stored_template(store, "Ada").tobytes() == expected.tobytes()


def test_the_best_quality_of_all_photos_is_told(store: GalleryStore) -> None:
    photos = scored(photos_of(1, 4), 0.2, 0.8, 0.5, None)
    found = [store.add("Ada", [item], CONTRACT).best for item in photos]
    assert found == [0.2, 0.8, 0.8, None]
    assert store.add("Ada", photos, CONTRACT).best is None
    assert store.add("Bo", scored(photos_of(2, 1), 0.3), CONTRACT).best == 0.3


def test_an_outlier_is_told_and_left_out_and_may_come_back(store: GalleryStore) -> None:
    photos = photos_of(1, 5, similarity=0.7)
    stranger = photo(77, random_units(5, 1)[0], source="stranger.jpg")
    assert store.add("Ada", [stranger], CONTRACT).outliers == ()
    assert store.add("Ada", photos, CONTRACT).outliers == ("stranger.jpg",)
    assert store.find("Ada").outliers == 1
    marked = {kept.source: kept.faces[0].member for kept in store.show("Ada").photos}
    assert [source for source, member in marked.items() if not member] == ["stranger.jpg"]
    vectors = np.stack([item.faces[0].embedding for item in photos])
    np.testing.assert_allclose(stored_template(store, "Ada"), template(vectors).vector, atol=1e-6)
    # Many photos like the stranger's: now the five are the strangers.
    more = [
        photo(900 + n, v)
        for n, v in enumerate(unit(random_units(5, 1) + 0.05 * random_units(6, 8)))
    ]
    outliers = store.add("Ada", more, CONTRACT).outliers
    assert outliers == tuple(item.source for item in photos)
    assert store.check() == []


def test_a_photo_of_somebody_else_is_a_conflict(store: GalleryStore) -> None:
    store.add("Ada", [photo(1)], CONTRACT)
    report = store.add("Bo", [photo(1, source="copy.jpg"), photo(2)], CONTRACT)
    assert report.added == (digest(2),)
    (conflict,) = report.conflicts
    assert (conflict.digest, conflict.source, conflict.person) == (digest(1), "copy.jpg", "Ada")
    assert store.find("Bo").photos == 1

    nobody = store.add("Cy", [photo(1)], CONTRACT)
    assert not nobody.created
    assert [person.name for person in store.people()] == ["Ada", "Bo"]

    shared = store.add("Cy", [photo(1)], CONTRACT, shared=True)
    assert (shared.created, shared.added) == (True, (digest(1),))
    assert store.check() == []


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("model", "other"),
        ("weights_sha256", "cd" * 32),
        ("crop", "box"),
        ("crop_version", 2),
        ("dimension", 64),
        ("metric", "euclidean"),
        ("precision", "float16"),
    ],
)
def test_another_contract_is_refused_and_named(
    store: GalleryStore, part: str, value: object
) -> None:
    store.add("Ada", [photo(1)], CONTRACT)
    other = replace(CONTRACT, **{part: value})
    item = replace(photo(2), faces=(face(random_units(2, 1, other.dimension)[0]),))
    with pytest.raises(ContractMismatch) as error:
        store.add("Bo", [item], other)
    message = str(error.value)
    assert f"{part}: {getattr(CONTRACT, part)} ≠ {value}" in message
    assert "use embedder tiny" in message
    assert "new gallery file" in message
    assert "\n" not in message
    assert store.count() == 1
    assert store.contract() == CONTRACT


def test_a_gallery_without_people_may_change_its_contract(store: GalleryStore) -> None:
    store.add("Ada", [photo(1)], CONTRACT)
    store.forget("Ada")
    assert store.contract() == CONTRACT
    other = replace(CONTRACT, model="other", dimension=8)
    store.add("Bo", [replace(photo(2), faces=(face(random_units(2, 1, 8)[0]),))], other)
    assert store.contract() == other
    assert store.check() == []


def spoiled(**changes: object) -> tuple[Face, ...]:
    return (replace(face(random_units(3, 1)[0]), **changes),)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"faces": ()}, EnrolmentError, "0 faces"),
        ({"faces": spoiled() * 501}, EnrolmentError, "501 faces"),
        ({"faces": spoiled(embedding=None)}, EnrolmentError, "unit vector of 32"),
        ({"faces": spoiled(embedding=random_units(0, 1, 16)[0])}, EnrolmentError, "unit vector"),
        ({"faces": spoiled(embedding=2 * random_units(0, 1)[0])}, EnrolmentError, "unit vector"),
        ({"faces": spoiled(embedding=np.zeros(32, np.float32))}, EnrolmentError, "unit vector"),
        ({"faces": spoiled(embedding=np.full(32, np.nan, np.float32))}, EnrolmentError, "unit"),
        ({"faces": spoiled(score=float("nan"))}, EnrolmentError, "not numbers"),
        ({"faces": spoiled(landmarks=np.zeros((4, 2), np.float32))}, EnrolmentError, "numbers"),
        ({"digest": "abc"}, InputError, "sha256"),
        ({"digest": "G" * 64}, InputError, "sha256"),
        ({"digest": "AB" * 32}, InputError, "sha256"),
        ({"source": "x" * 5000}, InputError, "4096"),
    ],
)
def test_photos_that_cannot_be_kept(
    store: GalleryStore, change: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as raised:
        store.add("Ada", [photo(1), replace(photo(2), **change)], CONTRACT)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 400
    assert store.count() == 0  # nor was the good one kept


@pytest.mark.parametrize("source", ["bytes \udcff in a name", "line\nbreak", "", "人.jpg"])
def test_every_source_can_be_kept(store: GalleryStore, source: str) -> None:
    store.add("Ada", [photo(1, source=source)], CONTRACT)
    (kept,) = store.show("Ada").photos
    assert kept.source == source.replace("\udcff", "\\udcff")


def test_several_faces_of_one_photo(store: GalleryStore) -> None:
    vectors = lookalikes(1, 4, 0.8)
    frames = NewPhoto(digest(1), "film.mp4", tuple(face(vector) for vector in vectors))
    store.add("Ada", [frames], CONTRACT)
    (kept,) = store.show("Ada").photos
    assert len(kept.faces) == 4
    assert kept.faces[0].quality is None
    assert (store.find("Ada").photos, store.find("Ada").faces) == (1, 4)
    assert store.check() == []


def test_which_photos_are_known(store: GalleryStore) -> None:
    store.add("Ada", [photo(n) for n in range(1200)], CONTRACT)
    store.add("Bo", [photo(5000)], CONTRACT)
    asked = [digest(n) for n in range(0, 6000, 100)]
    assert store.known_digests(asked) == {digest(n) for n in [*range(0, 1200, 100), 5000]}
    assert store.known_digests(iter(asked), "Bo") == {digest(5000)}
    assert store.has_photo(digest(7))
    assert store.has_photo(digest(7), " Ada")
    assert not store.has_photo(digest(7), "Bo")
    assert not store.has_photo(digest(7), "Nobody")
    assert not store.has_photo("no digest")


def test_looking_a_photo_up_uses_an_index(store: GalleryStore) -> None:
    store.add("Ada", [photo(1)], CONTRACT)
    with store.database.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT digest FROM photos WHERE digest IN ('a', 'b')"
        ).all()
    assert "photos_by_digest" in str(plan)


def test_the_list_is_by_name_and_streams(
    store: GalleryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kith.gallery.store._PEOPLE_AT_ONCE", 4)
    names = ["bo", "Ada", "Zoë", "ada", "Ärzte", "Bo 2", *(f"P{n}" for n in range(10, 30))]
    for number, name in enumerate(names):
        store.add(name, [photo(number)], CONTRACT)
    people = list(store.people())
    assert [p.name for p in people if not p.name.startswith("P")] == [
        "Ada",
        "ada",
        "bo",
        "Bo 2",
        "Zoë",
        "Ärzte",
    ]
    assert len(people) == len(names) == store.count()
    assert {p.name for p in people} == set(names)
    assert people[0].created.endswith("Z")
    # A change between two chunks is no problem.
    walk = store.people()
    next(walk)
    store.forget("P29")
    assert len(list(walk)) == len(names) - 2


def test_rename(store: GalleryStore) -> None:
    store.add("Ada", photos_of(1, 2), CONTRACT)
    store.add("Bo", photos_of(2, 2), CONTRACT)
    person = store.find("Ada").id
    store.rename("Ada", " Ada  Lovelace")
    assert store.find("Ada Lovelace").id == person
    assert store.templates.names([person]) == {person: "Ada Lovelace"}
    with pytest.raises(PersonExists, match=r"Bo is somebody .* merge the two"):
        store.rename("Ada Lovelace", "Bo")
    with pytest.raises(UnknownPerson):
        store.rename("Ada", "Cy")
    with pytest.raises(InvalidName):
        store.rename("Bo", "B\no")
    store.rename("Bo", "bo")
    assert [p.name for p in store.people()] == ["Ada Lovelace", "bo"]
    assert store.check() == []


def test_merge(store: GalleryStore) -> None:
    store.add("Ada", [photo(1), photo(2)], CONTRACT)
    store.add("ada", [photo(2), photo(3), photo(4)], CONTRACT, shared=True)
    report = store.merge("Ada", "ada")
    assert (report.into, report.photos, report.duplicates) == ("Ada", 2, 1)
    assert [kept.digest for kept in store.show("Ada").photos] == [digest(n) for n in (1, 2, 3, 4)]
    assert store.count() == 1
    assert store.check() == []
    same = store.merge("Ada", "Ada")
    assert (same.photos, same.duplicates) == (0, 0)
    with pytest.raises(UnknownPerson):
        store.merge("Ada", "ada")
    with pytest.raises(UnknownPerson):
        store.merge("ada", "Ada")


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("ada lovelace", "did you mean Ada Lovelace?"),
        ("Ada Lovelase", "did you mean Ada Lovelace?"),
        ("Grace Hoper", "did you mean Grace Hopper?"),
        ("Xyz", "see kith gallery list"),
    ],
)
def test_nobody_by_that_name(store: GalleryStore, asked: str, hint: str) -> None:
    store.add("Ada Lovelace", [photo(1)], CONTRACT)
    store.add("Grace Hopper", [photo(2)], CONTRACT)
    for ask in (store.show, store.find, store.forget, lambda name: store.rename(name, "New")):
        with pytest.raises(UnknownPerson) as error:
            ask(asked)
        assert str(error.value) == f"nobody here is called {asked}: {hint}"


def test_the_audit_knows_no_names(store: GalleryStore) -> None:
    store.add("Ada", [photo(1), photo(2)], CONTRACT)
    store.add("Bo", [photo(3)], CONTRACT)
    store.rename("Ada", "Ada Lovelace")
    store.merge("Ada Lovelace", "Bo")
    store.forget("Ada Lovelace")
    with store.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT action, person_id, detail FROM audit").all()
    assert [row[0] for row in rows] == ["add", "add", "rename", "merge", "forget"]
    assert [row[1] for row in rows] == [1, 2, 1, 1, 1]
    assert rows[-1][2] == '{"photos": 3, "faces": 3}'
    assert "Ada" not in str(rows)
    # Ids are never given again, so that nobody inherits these rows.
    store.add("Cy", [photo(4)], CONTRACT)
    assert store.find("Cy").id == 3


def test_two_processes_write_at_once(path: Path) -> None:
    script = (
        "import sys\n"
        "from kith.gallery.store import GalleryStore\n"
        "from tests.gallery.people import CONTRACT, photo\n"
        "first = int(sys.argv[2])\n"
        "with GalleryStore.open(sys.argv[1], create=True, busy_seconds=30) as store:\n"
        "    for n in range(first, first + 40):\n"
        "        assert store.add(f'Person {n % 5}', [photo(n)], CONTRACT).added\n"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", script, str(path), str(first)], cwd=ROOT)
        for first in (0, 1000)
    ]
    assert [child.wait(120) for child in children] == [0, 0]
    with GalleryStore.open(path) as store:
        assert [(p.name, p.photos) for p in store.people()] == [
            (f"Person {n}", 16) for n in range(5)
        ]
        assert store.templates.change_counter() == 80
        assert store.check() == []


def test_importing_the_room_is_cheap() -> None:
    script = (
        "import sys\n"
        "import kith.gallery.location, kith.gallery.names, kith.gallery.records\n"
        "assert not {'sqlalchemy', 'faiss'} & set(sys.modules)\n"
        "import kith.gallery.store, kith.gallery.search\n"
        "assert 'faiss' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
