from __future__ import annotations

import io
import json
import os
import sqlite3
import stat
import struct
import sys
import zipfile
from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kith.errors import ContractMismatch, GalleryError, GalleryReadOnly, GalleryUnreadable
from kith.gallery.archive import export_archive, import_archive
from kith.gallery.records import ExportReport, NewPhoto
from kith.gallery.store import GalleryStore
from kith.types import MaskState, Quality

from .people import CONTRACT, digest, face, lookalikes, photo, photos_of, random_units
from .pictures import picture, seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

GOOD = Quality(60.0, 0.4, 0.0, 0.8)
MANIFEST, PHOTOS, EMBEDDINGS = "manifest.json", "photos.jsonl", "embeddings.f32"


@pytest.fixture
def archive(path: Path, tmp_path: Path) -> Path:
    """An archive of three people, one of whom has an outlier and a film."""
    with GalleryStore.open(path, create=True) as store:
        store.add("Ada", [*photos_of(1, 5), photo(9, source="stranger.jpg")], CONTRACT)
        store.add("Zoë 人", photos_of(2, 2), CONTRACT)
        film = tuple(face(vector) for vector in lookalikes(3, 4, 0.8))
        store.add("bo", [NewPhoto(digest("film"), "a\nb \udcff.mp4", film)], CONTRACT)
        export_archive(store, tmp_path / "people.kithx")
    return tmp_path / "people.kithx"


def everything(store: GalleryStore) -> list[Any]:
    """Return all that is kept of everybody, but for ids and since when they are here."""
    with store.database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT p.name, p.name_key, h.digest, h.source, h.added, x, y, width, height, "
            "landmarks, score, size, sharpness, yaw, quality, member, embedding, t.members, "
            "t.outliers, t.vector FROM people p JOIN photos h ON h.person_id = p.id "
            "JOIN faces f ON f.photo_id = h.id JOIN templates t ON t.person_id = p.id "
            "ORDER BY p.name, h.digest, f.id"
        )
        return [tuple(row) for row in rows]


def test_there_and_back(path: Path, archive: Path, tmp_path: Path) -> None:
    with (
        GalleryStore.open(path) as store,
        GalleryStore.open(tmp_path / "other.kith", create=True) as other,
    ):
        report = import_archive(other, archive)
        assert (report.people, report.created, report.added) == (3, 3, 9)
        assert (report.already, report.conflicts) == (0, ())
        assert everything(other) == everything(store)
        assert len(everything(other)) == 12
        assert other.contract() == CONTRACT
        assert other.check() == []
        again = tmp_path / "again.kithx"
        assert export_archive(other, again) == ExportReport(people=3, photos=9, faces=12)
        assert again.read_bytes() == archive.read_bytes()


def test_importing_twice_is_importing_once(archive: Path, path: Path) -> None:
    with GalleryStore.open(path) as store:
        before, counter = everything(store), store.templates.change_counter()
        report = import_archive(store, archive)
        assert (report.people, report.created, report.added, report.already) == (3, 0, 0, 9)
        assert everything(store) == before
        assert store.templates.change_counter() == counter


def test_people_are_merged_by_name_and_photos_by_digest(archive: Path, tmp_path: Path) -> None:
    with GalleryStore.open(tmp_path / "other.kith", create=True) as store:
        store.add("Ada", [photo(1001), photo(1002), photo(50)], CONTRACT)
        store.add("Bo", [photo(2000)], CONTRACT)  # stands for Zoë in the archive
        report = import_archive(store, archive)
        assert (report.created, report.added, report.already) == (2, 6, 2)
        (conflict,) = report.conflicts
        assert (conflict.digest, conflict.person) == (digest(2000), "Bo")
        assert store.find("Ada").photos == 7
        assert store.check() == []


def test_a_photo_of_two_people_stays_one_of_both(tmp_path: Path) -> None:
    with GalleryStore.open(tmp_path / "one.kith", create=True) as store:
        store.add("Ada", [photo(1), photo(2)], CONTRACT)
        store.add("Bo", [photo(1)], CONTRACT, shared=True)
        export_archive(store, tmp_path / "couple.kithx")
        before = everything(store)
    with GalleryStore.open(tmp_path / "two.kith", create=True) as store:
        assert import_archive(store, tmp_path / "couple.kithx").conflicts == ()
        assert everything(store) == before


def test_another_contract_is_refused(archive: Path, tmp_path: Path) -> None:
    with GalleryStore.open(tmp_path / "other.kith", create=True) as store:
        store.add("Cy", [photo(1)], replace(CONTRACT, model="other"))
        with pytest.raises(ContractMismatch, match="model: other ≠ tiny"):
            import_archive(store, archive)
        assert store.count() == 1


def test_nobody_is_not_exported(path: Path, tmp_path: Path) -> None:
    with GalleryStore.open(path, create=True) as store:
        with pytest.raises(GalleryError, match="enrol somebody first"):
            export_archive(store, tmp_path / "x.kithx")
        store.add("Ada", [photo(1)], CONTRACT)
        store.forget("Ada")
        with pytest.raises(GalleryError, match="enrol somebody first"):
            export_archive(store, tmp_path / "x.kithx")
    assert not list(tmp_path.glob("*x.kithx*"))


def test_the_file_appears_when_it_is_whole(
    path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = archive.read_bytes()

    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("kith.gallery.archive_writer.photo_line", interrupted)
    with GalleryStore.open(path) as store, pytest.raises(KeyboardInterrupt):
        export_archive(store, archive)
    assert archive.read_bytes() == before
    assert sorted(file.name for file in archive.parent.iterdir()) == ["people.kith", "people.kithx"]
    monkeypatch.undo()
    with GalleryStore.open(path, read_only=True) as store:
        export_archive(store, archive)
    assert archive.read_bytes() == before
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600 or sys.platform == "win32"


def test_nothing_else_is_overwritten(path: Path, archive: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("dear diary")
    with GalleryStore.open(path) as store:
        for target in (path, tmp_path / "notes.txt", tmp_path):
            with pytest.raises(GalleryError, match="name another file"):
                export_archive(store, target)
        with pytest.raises(GalleryReadOnly, match="cannot be written: No such file"):
            export_archive(store, tmp_path / "missing" / "people.kithx")
        assert store.check() == []
    assert (tmp_path / "notes.txt").read_text() == "dear diary"


def test_others_go_on_during_an_export(
    path: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kith.gallery import archive_writer

    real = archive_writer.photo_line
    with GalleryStore.open(path) as store:

        def meddling(person: str, item: NewPhoto) -> bytes:
            if not store.has_photo(digest(555_555)):
                store.add("Cy", [photo(555_555)], CONTRACT)
                store.rename("bo", "Bob")
            return real(person, item)

        monkeypatch.setattr(archive_writer, "photo_line", meddling)
        assert export_archive(store, tmp_path / "during.kithx").people == 3
    assert (tmp_path / "during.kithx").read_bytes() == archive.read_bytes()


class Parts:
    """An archive taken apart, to be put together wrongly."""

    def __init__(self, archive: Path) -> None:
        with zipfile.ZipFile(archive) as container:
            self.manifest = json.loads(container.read(MANIFEST))
            self.lines = [json.loads(line) for line in container.read(PHOTOS).splitlines()]
            self.vectors = np.frombuffer(container.read(EMBEDDINGS), "<f4").reshape(-1, 32).copy()
        self.compression = {PHOTOS: zipfile.ZIP_DEFLATED, EMBEDDINGS: zipfile.ZIP_STORED}
        self.raw: dict[str, bytes] = {}
        self.extra: list[str] = []
        self.honest = True

    def write(self, path: Path) -> None:
        photos = b"".join(json.dumps(line).encode() + b"\n" for line in self.lines)
        members = {PHOTOS: photos, EMBEDDINGS: self.vectors.tobytes()} | self.raw
        if self.honest:
            self.manifest["sha256"] = {
                name: sha256(members[name]).hexdigest() for name in (PHOTOS, EMBEDDINGS)
            }
        members.setdefault(MANIFEST, json.dumps(self.manifest).encode())
        with zipfile.ZipFile(path, "w") as container:
            for name, data in members.items():
                container.writestr(name, data, self.compression.get(name, zipfile.ZIP_STORED))
            for name in self.extra:
                container.writestr(name, b"")


def manifest(**changes: object) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts.manifest |= changes

    return change


def contract(**changes: object) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts.manifest["contract"] |= changes

    return change


def line(**changes: object) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts.lines[2] |= changes

    return change


def first_face(**changes: object) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts.lines[2]["faces"][0] |= changes

    return change


def raw(name: str, data: bytes, *, honest: bool = True) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts.raw[name] = data
        parts.honest = honest

    return change


def vectors(value: float, *, row: int = 3) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts.vectors[row, 0] = value

    return change


def duplicate(parts: Parts) -> None:
    parts.lines[3] = parts.lines[2]


def unordered(parts: Parts) -> None:
    parts.lines.reverse()
    parts.vectors = parts.vectors[::-1]


def cut_line(parts: Parts) -> None:
    del parts.lines[-1]


def one_line_more(parts: Parts) -> None:
    parts.lines.append(parts.lines[-1] | {"digest": "f" * 64, "person": "zz"})


def one_vector_less(parts: Parts) -> None:
    parts.vectors = parts.vectors[:-1]


def fewer_faces_said(parts: Parts) -> None:
    parts.lines[2]["faces"] *= 2
    parts.lines[3]["faces"] = parts.lines[3]["faces"][:1]


def wrong_hash(parts: Parts) -> None:
    parts.honest = False
    parts.manifest["sha256"][PHOTOS] = "0" * 64


def bomb(parts: Parts) -> None:
    parts.raw[PHOTOS] = b" " * 280_000


def too_much_text(parts: Parts) -> None:
    parts.raw[PHOTOS] = os.urandom(2**20)


def compressed_vectors(parts: Parts) -> None:
    parts.compression[EMBEDDINGS] = zipfile.ZIP_DEFLATED


def other_compression(parts: Parts) -> None:
    parts.compression[PHOTOS] = zipfile.ZIP_LZMA


def another_member(parts: Parts) -> None:
    parts.extra.append("../../evil.sh")


def a_path_instead(parts: Parts) -> None:
    parts.manifest["x"] = 1
    parts.raw["/etc/passwd"] = b""
    parts.honest = True


HOSTILE = [
    (manifest(no_mask=1), "does not say whether masks are refused"),
    (manifest(format="zip"), "not one of kith's"),
    (manifest(version=2), "version is 2: update kith"),
    (manifest(version=None), "version is None"),
    (manifest(people=0), "counts are not possible"),
    (manifest(people=4), "counts are not those"),
    (manifest(people=10), "counts are not possible"),
    (manifest(photos=2.0), "number of photos"),
    (manifest(photos=True), "number of photos"),
    (manifest(photos=-1), "number of photos"),
    (manifest(photos=10**30), "number of photos"),
    (manifest(photos=8), "counts are not those"),
    (manifest(faces=10**9), "not the size its manifest names"),
    (manifest(faces="12"), "number of faces"),
    (manifest(contract=None), "contract is not complete"),
    (manifest(contract={"model": "tiny"}), "contract is not complete"),
    (contract(extra=1), "contract is not complete"),
    (contract(dimension=0), "no possible dimension"),
    (contract(dimension=10**9), "no possible dimension"),
    (contract(dimension=True), "no possible dimension"),
    (contract(dimension=16), "not the size its manifest names"),
    (contract(crop_version=2**70), "no possible crop_version"),
    (contract(crop_version=-1), "no possible crop_version"),
    (contract(model=3), "no possible model"),
    (contract(model="m" * 5000), "no possible model"),
    (raw(MANIFEST, b"[]"), "not a JSON object"),
    (raw(MANIFEST, b"{"), "not JSON"),
    (raw(MANIFEST, b"\xff\xfe"), "not JSON"),
    (raw(MANIFEST, b"[" * 60_000), "not JSON"),
    (raw(MANIFEST, b'{"x": ' + b"9" * 5000 + b"}"), "not JSON"),
    (raw(MANIFEST, b" " * 70_000), "is too large"),
    (raw(MANIFEST, b'{"format": "kith archive", "version": 1, "people": 1, "photos": 1, '
                   b'"faces": 1}'), "names no sha256"),
    (raw(PHOTOS, b""), "cut off"),
    (raw(PHOTOS, b"{}\n"), "person is missing"),
    (raw(PHOTOS, b"[]\n"), "not a JSON object"),
    (raw(PHOTOS, b"[" * 200_000 + b"\n"), "too large|not JSON"),
    (line(person=""), "visible character"),
    (line(person=" Ada"), "normal form"),
    (line(person="A\nda"), "control character"),
    (line(person="Ada\u202e"), "formatting character"),
    (line(person="Zoe\u0308"), "normal form"),
    (line(person="A" * 300), "200 characters"),
    (line(person="\ud800"), "no text"),
    (line(person=None), "person is missing"),
    (line(person=["Ada"]), "person is missing"),
    (line(digest="../../x"), "digest"),
    (line(digest="A" * 64), "digest"),
    (line(digest="a" * 64 + "\n"), "digest"),
    (line(source="s" * 5000), "source is missing or too long"),
    (line(source="\udcff"), "no text"),
    (line(source=7), "source is missing"),
    (line(added="yesterday"), "time"),
    (line(added="2025-01-01T00:00:00Z\n"), "time"),
    (line(faces=[]), "no faces"),
    (line(faces={}), "no faces"),
    (line(faces=[None]), "not an object"),
    (line(faces=[{}] * 501), "too many"),
    (first_face(box=[1, 2, 3]), "4 numbers"),
    (first_face(box=[1, 2, 3, "4"]), "not possible"),
    (first_face(box=[1, 2, 3, float("nan")]), "not possible"),
    (first_face(box=[1, 2, 3, float("inf")]), "not possible"),
    (first_face(box=[1, 2, 3, 10**400]), "not possible"),
    (first_face(box=[True, 2, 3, 4]), "not possible"),
    (first_face(landmarks=[[1, 2]] * 4), "five landmarks"),
    (first_face(landmarks=[[1, 2, 3]] * 5), "2 numbers"),
    (first_face(score=None), "not possible"),
    (first_face(quality=[1]), "4 numbers"),
    (first_face(quality="good"), "4 numbers"),
    (vectors(2.0), "unit vector"),
    (vectors(float("nan")), "unit vector"),
    (vectors(float("inf")), "unit vector"),
    (vectors(0.9, row=11), "unit vector"),
    (duplicate, "duplicate"),
    (unordered, "out of order"),
    (cut_line, "cut off"),
    (one_line_more, "more than its manifest says"),
    (one_vector_less, "not the size its manifest names"),
    (fewer_faces_said, "counts are not those|unit|missing|more than"),
    (wrong_hash, "not the one its manifest names"),
    (bomb, "too large"),
    (too_much_text, "too large"),
    (compressed_vectors, "is compressed"),
    (other_compression, "compressed in another way"),
    (another_member, "not a zip of manifest.json"),
    (a_path_instead, "not a zip of manifest.json"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "words"), HOSTILE)
def test_hostile_archives(
    archive: Path, path: Path, tmp_path: Path, spoil: Callable[[Parts], None], words: str
) -> None:
    parts = Parts(archive)
    spoil(parts)
    parts.write(tmp_path / "bad.kithx")
    before = path.read_bytes()
    with GalleryStore.open(path, busy_seconds=0.1) as store:
        # Found out before the gallery is touched: it need not even be writable now.
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(GalleryUnreadable, match=words) as error:
                import_archive(store, tmp_path / "bad.kithx")
        finally:
            holder.close()
    message = str(error.value)
    assert "bad.kithx" in message
    assert message.isprintable()
    assert len(message) < 500
    assert path.read_bytes() == before


def test_an_unspoiled_one_put_together_again_is_fine(archive: Path, tmp_path: Path) -> None:
    Parts(archive).write(tmp_path / "good.kithx")
    with GalleryStore.open(tmp_path / "other.kith", create=True) as store:
        assert import_archive(store, tmp_path / "good.kithx").added == 9


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def trailing(data: bytes) -> bytes:
    return data + b"x"


def flipped(data: bytes) -> bytes:
    middle = len(data) // 3
    return data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]


def nothing(_: bytes) -> bytes:
    return b""


def noise(_: bytes) -> bytes:
    return os.urandom(5000)


def many_members(_: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        for number in range(2000):
            container.writestr(str(number), b"")
    return out.getvalue()


def large_directory(data: bytes) -> bytes:
    return data[:-10] + struct.pack("<L", 2**31) + data[-6:]


def encrypted(data: bytes) -> bytes:
    at = data.index(b"PK\x01\x02")
    return data[: at + 8] + b"\x01\x00" + data[at + 10 :]


@pytest.mark.parametrize(
    "spoil",
    [truncated, trailing, flipped, nothing, noise, many_members, large_directory, encrypted],
)
def test_damaged_zips(archive: Path, path: Path, spoil: Callable[[bytes], bytes]) -> None:
    archive.write_bytes(spoil(archive.read_bytes()))
    with GalleryStore.open(path) as store:
        before = everything(store)
        with pytest.raises(GalleryUnreadable, match="not a sound kith archive") as error:
            import_archive(store, archive)
        assert "\n" not in str(error.value)
        assert everything(store) == before


def test_every_flipped_byte_is_found_or_harmless(archive: Path, tmp_path: Path) -> None:
    data = archive.read_bytes()
    rng = np.random.default_rng(0)
    with GalleryStore.open(tmp_path / "other.kith", create=True) as store:
        import_archive(store, archive)
        before = everything(store)
        for at in rng.integers(0, len(data), 300):
            changed = bytearray(data)
            changed[at] ^= 1 << int(rng.integers(8))
            archive.write_bytes(changed)
            with suppress(GalleryUnreadable):
                import_archive(store, archive)
            assert everything(store) == before


def test_no_archive_there(path: Path, archive: Path, tmp_path: Path) -> None:
    with GalleryStore.open(path) as store:
        with pytest.raises(GalleryUnreadable, match="no archive at"):
            import_archive(store, tmp_path / "missing.kithx")
        with pytest.raises(GalleryUnreadable, match="cannot be read"):
            import_archive(store, tmp_path)


def test_an_import_is_all_or_nothing(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kith.gallery import writing

    real = writing.add
    calls = []

    def failing(*args: Any, **options: Any) -> Any:
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args, **options)

    monkeypatch.setattr(writing, "add", failing)
    with GalleryStore.open(tmp_path / "other.kith", create=True) as store:
        with pytest.raises(KeyboardInterrupt):
            import_archive(store, archive)
        assert store.count() == 0
        assert store.contract() is None


@pytest.fixture
def pictured(path: Path) -> Iterator[GalleryStore]:
    """A gallery with pictures of two of three people, one of them from a film."""
    with GalleryStore.open(path, create=True) as store:
        store.add("Ada", [seen(1, random_units(1, 1)[0])], CONTRACT)
        faces = tuple(face(vector, GOOD) for vector in lookalikes(3, 4, 0.8))
        film = NewPhoto(digest(2), "a.mp4", faces, portraits=(None, picture(2), None, None))
        store.add("Bo", [film, photo(3)], CONTRACT)
        store.add("Cy", [photo(4)], CONTRACT)
        yield store


def test_what_people_look_like_goes_along(pictured: GalleryStore, tmp_path: Path) -> None:
    archive, again = tmp_path / "people.kithx", tmp_path / "again.kithx"
    export_archive(pictured, archive)
    with GalleryStore.open(tmp_path / "other.kith", create=True) as other:
        import_archive(other, archive)
        assert [other.thumbnail(name) for name in ("Ada", "Bo", "Cy")] == [
            picture(1),
            picture(2),
            None,
        ]
        assert other.check() == []
        counter = other.templates.change_counter()
        import_archive(other, archive)
        assert other.templates.change_counter() == counter
        export_archive(other, again)
        assert again.read_bytes() == archive.read_bytes()


def test_what_people_look_like_can_stay_at_home(pictured: GalleryStore, tmp_path: Path) -> None:
    archive = tmp_path / "people.kithx"
    export_archive(pictured, archive, portraits=False)
    lines = zipfile.ZipFile(archive).read(PHOTOS)
    assert b"portrait" not in lines
    with GalleryStore.open(tmp_path / "other.kith", create=True) as other:
        import_archive(other, archive)
        assert other.thumbnail_report().people == 0


def test_a_gallery_without_pictures_takes_none(pictured: GalleryStore, tmp_path: Path) -> None:
    export_archive(pictured, tmp_path / "people.kithx")
    with GalleryStore.open(tmp_path / "other.kith", create=True) as other:
        other.keep_thumbnails(False)
        import_archive(other, tmp_path / "people.kithx")
        assert other.thumbnail_report().people == 0
        assert other.count() == 3


def test_people_who_are_known_get_the_pictures_of_an_archive(
    pictured: GalleryStore, tmp_path: Path
) -> None:
    export_archive(pictured, tmp_path / "people.kithx")
    pictured.keep_thumbnails(False)
    pictured.keep_thumbnails(True)
    assert import_archive(pictured, tmp_path / "people.kithx").added == 0
    assert pictured.thumbnail("Bo") == picture(2)


@pytest.mark.parametrize(
    ("portrait", "told"),
    [
        ("!", "a portrait is not base64"),
        (7, "a portrait is too long"),
        ("A" * 17_000, "a portrait is too long"),
        (b64encode(b"GIF89a").decode(), "a portrait is not one"),
        (b64encode(picture(1) + b"more").decode(), "a portrait is not one"),
        (b64encode(picture(1)[:-50]).decode(), "a portrait is not one"),
    ],
)
def test_hostile_portraits(
    pictured: GalleryStore, tmp_path: Path, portrait: object, told: str
) -> None:
    archive = tmp_path / "people.kithx"
    export_archive(pictured, archive)
    parts = Parts(archive)
    parts.lines[0]["faces"][0]["portrait"] = portrait
    parts.write(archive)
    with (
        GalleryStore.open(tmp_path / "other.kith", create=True) as other,
        pytest.raises(GalleryUnreadable, match=told),
    ):
        import_archive(other, archive)


@pytest.mark.parametrize("mask", ["scarf", "WORN", 1, True, ["worn"], {}, ""])
def test_hostile_masks(pictured: GalleryStore, tmp_path: Path, mask: object) -> None:
    archive = tmp_path / "people.kithx"
    export_archive(pictured, archive)
    parts = Parts(archive)
    parts.lines[0]["faces"][0]["mask"] = mask
    parts.write(archive)
    with (
        GalleryStore.open(tmp_path / "new.kith", create=True) as store,
        pytest.raises(GalleryUnreadable, match="a mask is neither none, worn nor wrong"),
    ):
        import_archive(store, archive)


def test_masks_and_an_archive_of_before(pictured: GalleryStore, tmp_path: Path) -> None:
    """One that knows of none is read, and one that does differs in nothing else."""
    archive = tmp_path / "people.kithx"
    pictured.add("Veiled", [photo(77, mask=MaskState.WRONG)], CONTRACT)
    pictured.set_no_mask(True)
    export_archive(pictured, archive)
    parts = Parts(archive)
    [line] = [line for line in parts.lines if line["person"] == "Veiled"]
    assert line["faces"][0].pop("mask") == "wrong"
    assert parts.manifest.pop("no_mask") is True
    parts.write(archive)
    with GalleryStore.open(tmp_path / "new.kith", create=True) as store:
        import_archive(store, archive)
        assert not store.no_mask()
        [kept] = store.show("Veiled").photos
        assert kept.faces[0].mask is None
        assert store.check() == []
