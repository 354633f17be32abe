"""Enrolment without a network: a photo is a file whose words say what is on it.

"ada" is a face of Ada, "ada bo" shows two, "" nobody, "!" cannot be read; "ada~" is a poor photo
of Ada, "ada?" one that is of no use.
"""

from __future__ import annotations

import hashlib
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pytest

from kith.errors import ContractMismatch, GalleryFull, InvalidName
from kith.gallery import enroll
from kith.gallery.enroll import Enrolment
from kith.recognizer.ordered import ordered_map
from kith.types import Box, EmbeddingContract, Face, PhotoFaces, Quality

from .people import CONTRACT, DIMENSION, lookalikes, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kith.errors import KithError
    from kith.gallery.enroll_report import EnrollReport
    from kith.gallery.store import GalleryStore
    from kith.types import Pixels

Photo: TypeAlias = "Callable[..., str]"

GOOD = Quality(60.0, 0.33, 0.0, 0.9)
POOR = Quality(60.0, 0.15, 0.0, 0.3)
HOPELESS = Quality(60.0, 0.05, 0.0, 0.02)


class Reader:
    """Stands in for the recogniser; remembers what it was asked to describe."""

    contract = CONTRACT
    known_threshold: float | None = 0.4

    def __init__(self) -> None:
        self.described: list[str] = []
        self.pool = ThreadPoolExecutor(2)

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        return ordered_map(self.pool, work, items, ahead=4)

    def describe(self, image: str | bytes, *, keep_pixels: bool = False) -> PhotoFaces:
        data = image if isinstance(image, bytes) else Path(image).read_bytes()
        source = "<bytes>" if isinstance(image, bytes) else str(image)
        self.described.append(source)
        digest = hashlib.sha256(data).hexdigest()
        words = data.decode().split("#")[0].split()
        if words == ["!"]:
            return PhotoFaces(source, 0, 0, "", (), "is torn")
        faces = tuple(self.face(word, data, place) for place, word in enumerate(words))
        pixels = np.zeros((100, 100, 3), np.uint8) if keep_pixels else None
        return PhotoFaces(source, 100, 100, digest, faces, pixels=pixels)

    def crop(self, pixels: Pixels, _face: Face, side: int) -> Pixels:
        return np.resize(pixels, (side, side, 3))

    def face(self, word: str, data: bytes, place: int) -> Face:
        """The same person's faces are alike; the first one is in the middle of the photo."""
        centre = lookalikes(sum(word.strip("?~").encode()), 1, 0.7)[0]
        noise = np.random.default_rng(list(data)).standard_normal(DIMENSION)
        vector = unit(centre + 0.3 * noise / np.linalg.norm(noise))
        box = Box(40 - 30 * place, 40 - 30 * place, 20, 20)
        quality = {"?": HOPELESS, "~": POOR}.get(word[-1], GOOD)
        return Face(box, np.zeros((5, 2), np.float32), 0.9, quality, vector)


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.pool.shutdown()


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    folder = tmp_path / "photos"
    folder.mkdir()

    def make(name: str, words: str = "ada") -> str:
        path = folder / name
        path.write_text(f"{words}#{name}")
        return str(path)

    return make


def enrolment(store: GalleryStore, reader: Reader, **options: Any) -> Enrolment:
    return Enrolment(store, reader, **options)  # type: ignore[arg-type]


def run(
    store: GalleryStore, reader: Reader, photos: Iterable[tuple[str, Any]], **options: Any
) -> list[EnrollReport]:
    return list(enrolment(store, reader, **options).run(photos))


def names_until(error: type[KithError], reports: Iterator[EnrollReport]) -> list[str]:
    """Return whose reports came before the error."""
    names: list[str] = []
    with pytest.raises(error):
        names.extend(report.name for report in reports)
    return names


def kept(store: GalleryStore) -> dict[str, int]:
    return {person.name: person.photos for person in store.people()}


def test_a_report_per_person_in_order(store: GalleryStore, reader: Reader, photo: Photo) -> None:
    pairs = [(name, photo(f"{name}{i}", name)) for name in ("Cy", "Ada", "Bo") for i in range(3)]
    reports = run(store, reader, pairs)
    assert [(one.name, one.added, one.already) for one in reports] == [
        ("Cy", 3, 0),
        ("Ada", 3, 0),
        ("Bo", 3, 0),
    ]
    assert kept(store) == {"Ada": 3, "Bo": 3, "Cy": 3}


def test_nothing_is_made_of_nobody(store: GalleryStore, reader: Reader) -> None:
    assert run(store, reader, []) == []
    assert not store.exists


def test_one_photo_a_person_is_enough(store: GalleryStore, reader: Reader, photo: Photo) -> None:
    pairs = [(f"p{i:03}", photo(f"{i}", f"p{i}")) for i in range(100)]
    reports = run(store, reader, pairs)
    assert [one.name for one in reports] == [name for name, _ in pairs]
    assert all(one.added == 1 for one in reports)
    assert store.check() == []


def test_what_cannot_stand_for_a_person_is_in_the_report(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    told: list[tuple[str, str | None]] = []
    good, torn, empty = photo("good"), photo("torn", "!"), photo("empty", "")
    poor, pair = photo("poor", "ada?"), photo("pair", "ada bo")
    [report] = run(
        store,
        reader,
        [("Ada", one) for one in (good, torn, empty, poor, pair)],
        on_photo=lambda source, reason: told.append((source, reason)),
    )
    assert report.added == 2
    assert report.several == (pair,)
    assert [(one.source, one.reason) for one in report.rejected] == [
        (torn, "is torn"),
        (empty, "no face found"),
        (poor, "face too blurred"),
    ]
    assert told == [
        (good, None),
        (torn, "is torn"),
        (empty, "no face found"),
        (poor, "face too blurred"),
        (pair, None),
    ]


def test_poor_photos_are_kept_and_told_with_the_reason(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    good, poor, hopeless = photo("good"), photo("poor", "ada~"), photo("hopeless", "ada?")
    pairs = [("Ada", one) for one in (good, poor, poor, hopeless)]
    [report] = run(store, reader, [*pairs, ("Ada", photo("poor2", "ada~"))])
    assert report.added == 3
    assert [(one.source, one.reason) for one in report.poor] == [
        (poor, "too blurred"),
        (str(Path(poor).with_name("poor2")), "too blurred"),
    ]
    assert not report.all_poor
    [again] = run(store, reader, pairs)
    assert (again.poor, again.all_poor) == ((), False)  # said where they were new


def test_a_photo_that_somebody_else_has_is_not_told_as_poor(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    poor = photo("poor", "ada~")
    _, bo = run(store, reader, [("Ada", poor), ("Bo", poor), ("Bo", photo("bo", "bo"))])
    assert len(bo.conflicts) == 1
    assert bo.poor == ()


def test_a_person_without_a_good_photo_is_told(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    poor = [("Ada", photo(f"{n}", "ada~")) for n in range(3)]
    ada, bo = run(store, reader, [*poor, ("Bo", photo("bo", "bo"))])
    assert (len(ada.poor), ada.all_poor) == (3, True)
    assert (len(bo.poor), bo.all_poor) == (0, False)
    [ada] = run(store, reader, [("Ada", photo("good"))])
    assert (ada.poor, ada.all_poor) == ((), False)
    [bo] = run(store, reader, [("Bo", photo("dim", "bo~"))])  # has a good one from before
    assert (len(bo.poor), bo.all_poor) == (1, False)


def test_of_several_faces_that_are_kept_the_best_one_counts(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    pairs = [("Ada", photo("one", "ada~ ada ada?")), ("Ada", photo("two", "ada~ ada~"))]
    [report] = run(store, reader, pairs, all_faces=True)
    assert [Path(one.source).name for one in report.poor] == ["two"]
    assert not report.all_poor


def test_of_several_faces_the_central_one_is_kept(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    run(store, reader, [("Ada", photo("pair", "ada bo cy"))])
    [kept_photo] = store.show("Ada").photos
    assert [face.box for face in kept_photo.faces] == [Box(40, 40, 20, 20)]


def test_all_faces_are_kept_where_that_is_asked_for(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    [report] = run(store, reader, [("Ada", photo("pair", "ada ada? ada"))], all_faces=True)
    assert (report.added, report.several) == (1, ())
    [kept_photo] = store.show("Ada").photos
    assert len(kept_photo.faces) == 2  # the poor one is not
    [report] = run(store, reader, [("Ada", photo("poor", "ada? ada?"))], all_faces=True)
    assert [one.reason for one in report.rejected] == ["face too blurred"]


def test_a_second_run_decodes_nothing(store: GalleryStore, reader: Reader, photo: Photo) -> None:
    pairs: list[tuple[str, Any]] = [("Ada", photo(f"{i}")) for i in range(40)]
    pairs.append(("Ada", b"ada#bytes"))
    assert sum(one.added for one in run(store, reader, pairs)) == 41
    reader.described.clear()
    told: list[str] = []
    [again] = run(store, reader, pairs, on_photo=lambda source, reason: told.append(source))
    assert (again.added, again.already) == (0, 41)
    assert reader.described == []
    assert told == [*(path for _, path in pairs[:-1]), "<bytes>"]


def test_a_photo_given_twice_is_kept_once(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    one = photo("one")
    copy = photo("copy")
    Path(copy).write_bytes(Path(one).read_bytes())
    [report] = run(store, reader, [("Ada", one), ("Ada", one), ("Ada", copy)])
    assert (report.added, report.already) == (1, 2)


def test_a_photo_of_somebody_else_is_a_conflict(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    same, own = photo("same"), photo("own", "bo")
    ada, bo = run(store, reader, [("Ada", same), ("Bo", same), ("Bo", own)])
    assert (ada.added, bo.added) == (1, 1)
    assert [(one.source, one.person) for one in bo.conflicts] == [(same, "Ada")]
    assert kept(store) == {"Ada": 1, "Bo": 1}


def test_people_named_in_two_forms_are_one(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    reports = run(store, reader, [("Zoe\u0308", photo("1")), ("  Zo\u00eb ", photo("2"))])
    assert [(one.name, one.added) for one in reports] == [("Zo\u00eb", 2)]


def test_a_bad_name_stops_the_run_and_keeps_what_was_reported(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    many = enroll.PHOTOS_PER_CHANGE
    pairs = [(f"p{i}", photo(f"{i}", f"p{i}")) for i in range(2 * many)]
    reports = enrolment(store, reader).run([*pairs, ("a\nb", photo("x"))])
    names = names_until(InvalidName, reports)
    assert many <= len(names) <= 2 * many
    assert set(names) <= set(kept(store))


def test_a_bad_name_can_be_a_reason_to_refuse_a_photo(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    bad = photo("bad")
    pairs = [("Ada", photo("1")), ("a\nb", bad), ("Bo", photo("2", "bo"))]
    ada, nobody, bo = run(store, reader, pairs, refuse_names=True)
    assert (ada.added, nobody.added, bo.added) == (1, 0, 1)
    assert nobody.name == "a\\nb"
    assert nobody.rejected[0].source == bad
    assert "control character" in nobody.rejected[0].reason
    assert bad not in reader.described


def test_a_report_is_on_the_disk_when_it_comes(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    pairs = [(f"p{i // 2:02}", photo(f"{i}", f"p{i // 2}")) for i in range(150)]
    for report in enrolment(store, reader).run(pairs):
        with sqlite3.connect(store.path) as other:  # another connection sees only what is there
            [(photos,)] = other.execute(
                "select count(*) from photos join people on people.id = person_id where name = ?",
                [report.name],
            )
        other.close()
        assert photos == report.added == 2


def test_many_people_share_a_transaction(
    store: GalleryStore, reader: Reader, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = counted(store, monkeypatch)
    run(store, reader, [(f"p{i:03}", photo(f"{i}", f"p{i}")) for i in range(200)])
    assert 1 <= len(written) <= -(-200 // enroll.PHOTOS_PER_CHANGE)


def counted(store: GalleryStore, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    written: list[None] = []
    write = store.database.write

    def counting() -> Any:
        written.append(None)
        return write()

    monkeypatch.setattr(store.database, "write", counting)
    return written


@pytest.mark.parametrize(("seconds", "changes"), [(0.0, 10), (0.1, 2), (30.0, 2)])
def test_slow_changes_come_less_often(
    store: GalleryStore,
    reader: Reader,
    photo: Photo,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    changes: int,
) -> None:
    """A clock that only a change moves on: after a slow one the rest goes into another."""
    clock = [0.0]
    monkeypatch.setattr(enroll.time, "monotonic", lambda: clock[0])
    written = counted(store, monkeypatch)
    add = enroll.writing.add

    def slow(*given: Any) -> Any:
        clock[0] += seconds
        return add(*given)

    monkeypatch.setattr(enroll.writing, "add", slow)
    photos = 10 * enroll.PHOTOS_PER_CHANGE
    [report] = run(store, reader, [("Ada", photo(f"{i}")) for i in range(photos)])
    assert report.added == photos
    assert len(written) == changes


def test_only_so_many_photos_wait(
    store: GalleryStore, reader: Reader, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enroll, "MOST_PER_CHANGE", 50)
    clock = [0.0]
    monkeypatch.setattr(enroll.time, "monotonic", lambda: clock[0])
    sizes: list[int] = []
    add = enroll.writing.add

    def slow(connection: Any, name: str, photos: Any, contract: Any) -> Any:
        clock[0] += 1
        sizes.append(len(photos))
        return add(connection, name, photos, contract)

    monkeypatch.setattr(enroll.writing, "add", slow)
    run(store, reader, [("Ada", photo(f"{i}")) for i in range(200)])
    assert sizes == [enroll.PHOTOS_PER_CHANGE, 50, 50, 50, 200 - 182]


def test_the_rest_after_a_change_is_bounded(
    store: GalleryStore, reader: Reader, monkeypatch: pytest.MonkeyPatch, photo: Photo
) -> None:
    clock = [0.0]
    monkeypatch.setattr(enroll.time, "monotonic", lambda: clock[0])
    running = enrolment(store, reader)
    add = enroll.writing.add

    def slow(*given: Any) -> Any:
        clock[0] += 3600
        return add(*given)

    monkeypatch.setattr(enroll.writing, "add", slow)
    list(running.run([("Ada", photo("1"))]))
    assert running._next_change == clock[0] + enroll.LONGEST_REST


def test_people_who_are_known_do_not_pile_up_behind_one_who_is_new(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    known = [(f"p{i:03}", photo(f"{i}", f"p{i}")) for i in range(200)]
    run(store, reader, known)
    running = enrolment(store, reader)
    longest = 0
    for _ in running.run([("Ada", photo("new")), *known]):
        longest = max(longest, len(running._pending))
    assert longest <= enroll.PHOTOS_PER_CHANGE


def test_a_full_disk_ends_it_and_keeps_what_was_reported(
    store: GalleryStore, reader: Reader, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [(f"p{i:03}", photo(f"{i}", f"p{i}")) for i in range(100)]
    add = enroll.writing.add
    calls: list[None] = []

    def full(*given: Any) -> Any:
        calls.append(None)
        if len(calls) > 50:
            raise GalleryFull("the gallery does not fit on the disk any more")
        return add(*given)

    monkeypatch.setattr(enroll.writing, "add", full)
    names = names_until(GalleryFull, enrolment(store, reader).run(pairs))
    monkeypatch.undo()
    assert list(kept(store)) == names
    assert store.check() == []
    assert sum(one.added for one in run(store, reader, pairs)) == 100 - len(names)
    assert len(kept(store)) == 100


def test_another_kind_of_embedding_is_refused_with_nothing_kept(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    run(store, reader, [("Ada", photo("1"))])
    other = Reader()
    other.contract = EmbeddingContract("other", "cd" * 32, "five-points", 1, DIMENSION)
    with pytest.raises(ContractMismatch):
        run(store, other, [("Bo", photo("2", "bo"))])
    other.pool.shutdown()
    assert kept(store) == {"Ada": 1}


def test_outliers_are_those_of_the_whole_person(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    stranger = photo("stranger", "zoe")
    [report] = run(store, reader, [("Ada", photo(f"{i}")) for i in range(8)] + [("Ada", stranger)])
    assert report.outliers == (stranger,)
    [again] = run(store, reader, [("Ada", photo("more"))])
    assert again.outliers == (stranger,)


@pytest.mark.parametrize(
    ("words", "mixed"),
    [
        (["ada"], False),
        (["ada", "ada"], False),
        (["ada", "bo"], True),
        (["ada", "bo", "ada", "bo"], True),
        (["ada", "ada", "bo"], False),  # bo is an outlier
    ],
)
def test_photos_of_two_people_under_one_name_are_told(
    store: GalleryStore, reader: Reader, photo: Photo, words: list[str], mixed: bool
) -> None:
    pairs = [("Ada", photo(f"{number}", word)) for number, word in enumerate(words)]
    [report] = run(store, reader, pairs)
    assert report.mixed is mixed
    assert report.added == len(words)
    [again] = run(store, reader, pairs)
    assert not again.mixed  # said where a photo was new


def test_an_embedder_without_a_threshold_enrols_too(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    reader.known_threshold = None
    pairs = [("Ada", photo("1", "ada")), ("Ada", photo("2", "bo"))]
    [report] = run(store, reader, pairs)
    assert (report.added, report.mixed) == (2, False)


def test_photos_are_taken_as_they_are_needed(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    taken: list[int] = []

    def endless() -> Iterator[tuple[str, str]]:
        for i in range(100_000):
            taken.append(i)
            yield f"p{i}", photo(f"{i}", f"p{i}")

    reports = enrolment(store, reader).run(endless())
    for _ in range(5):
        next(reports)
    assert len(taken) < 10 * enroll.PHOTOS_PER_CHANGE
    reports.close()  # type: ignore[attr-defined]


def test_a_huge_file_is_not_hashed_to_be_refused(
    store: GalleryStore, reader: Reader, tmp_path: Path, photo: Photo
) -> None:
    run(store, reader, [("Ada", photo("1"))])
    huge = tmp_path / "film.jpg"
    with huge.open("wb") as file:
        file.truncate(2**40)  # no block of it exists
    reader.describe = lambda image, **_: PhotoFaces(str(image), 0, 0, "", (), "too large")  # type: ignore[method-assign]
    [report] = run(store, reader, [("Ada", str(huge))])
    assert [one.reason for one in report.rejected] == ["too large"]


def test_photos_that_were_kept_without_a_picture_give_one_later(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    pairs = [("Ada", photo(str(number))) for number in range(3)]
    run(store, reader, pairs, portraits=False)
    assert store.thumbnail("Ada") is None
    reader.described.clear()
    assert run(store, reader, pairs, portraits=False)[0].already == 3
    assert reader.described == []
    counter = store.templates.change_counter()
    [report] = run(store, reader, pairs)
    assert (report.added, report.already) == (0, 3)
    assert reader.described
    assert store.thumbnail("Ada") is not None
    assert store.templates.change_counter() == counter + 1
    reader.described.clear()
    assert run(store, reader, pairs)[0].already == 3
    assert reader.described == []
    assert store.check() == []


def test_no_photo_is_read_again_where_no_picture_is_wanted(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    pairs = [("Ada", photo(str(number))) for number in range(3)]
    run(store, reader, pairs)
    store.keep_thumbnails(False)
    reader.described.clear()
    assert run(store, reader, pairs)[0].already == 3
    assert reader.described == []


def test_a_photo_of_two_people_shows_each_once(
    store: GalleryStore, reader: Reader, photo: Photo
) -> None:
    both = photo("both", "ada bo")
    [report] = run(store, reader, [("Both", both)], all_faces=True)
    assert report.added == 1
    with store.database.read() as connection:
        [(face,)] = connection.exec_driver_sql("SELECT face_id FROM thumbnails").all()
    assert face == 1
