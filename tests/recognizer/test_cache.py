"""What was found on a photo comes back bit for bit, or not at all."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import threading
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.errors import GalleryReadOnly
from kith.media import Limits
from kith.recognizer import cache as module
from kith.recognizer.cache import FaceCache, forget_photos
from kith.recognizer.packing import pack, unpack
from kith.recognizer.pipeline import Pipeline
from kith.types import Box, EmbeddingContract, Face, Mask, MaskState, PhotoFaces, Quality

from .conftest import assert_same_faces

if TYPE_CHECKING:
    from pathlib import Path

    import kith

DIMENSION = 16
CONTRACT = EmbeddingContract("sface", "00", "arcface-112", 1, DIMENSION)
PIPELINE = Pipeline("yunet", 0.6, None, Limits(), "cpu", CONTRACT)


def face(number: int, *, quality: bool = True, length: bool = True) -> Face:
    random = np.random.default_rng(number)
    vector = random.standard_normal(DIMENSION).astype(np.float32)
    return Face(
        Box(*random.normal(100, 50, 4).tolist()),
        random.normal(100, 50, (5, 2)).astype(np.float32),
        float(np.float32(random.random())),
        Quality(*random.random(9).tolist(), strength=0.25) if quality else None,
        vector / np.linalg.norm(vector),
        float(random.random()) if length else None,
        Mask(list(MaskState)[number % 3], float(random.random())) if number % 4 else None,
    )


def photo(number: int, count: int = 1) -> PhotoFaces:
    faces = tuple(face(100 * number + place) for place in range(count))
    return PhotoFaces(f"{number}.jpg", 640, 480, f"{number:064x}", faces)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "cache" / "faces.sqlite"


def keep(path: Path, *photos: PhotoFaces) -> None:
    with FaceCache(path) as cache:
        for one in photos:
            cache.keep(PIPELINE, one)


def find(path: Path, number: int, pipeline: Pipeline = PIPELINE) -> PhotoFaces | None:
    with FaceCache(path) as cache:
        return cache.find(pipeline, f"{number:064x}", "again.jpg")


@pytest.mark.parametrize("count", [0, 1, 7])
def test_what_was_kept_is_found(path: Path, count: int) -> None:
    keep(path, photo(1, count), photo(2))
    found = find(path, 1)
    assert found is not None
    assert (found.source, found.width, found.height) == ("again.jpg", 640, 480)
    assert (found.digest, found.error, found.pixels) == (f"{1:064x}", None, None)
    assert_same_faces(found.faces, photo(1, count).faces)
    assert find(path, 3) is None


@given(st.booleans(), st.booleans(), st.integers(0, 5))
def test_packing_is_exact(quality: bool, length: bool, count: int) -> None:
    faces = tuple(face(n, quality=quality, length=length) for n in range(count))
    again = unpack(pack(faces, DIMENSION), DIMENSION)
    assert again is not None
    assert_same_faces(again, faces)
    assert [one.length for one in again] == [one.length for one in faces]
    assert all(type(value) is float for one in again for value in (*one.box, one.score))
    assert not any(one.embedding.flags.writeable for one in again if one.embedding is not None)


@given(st.integers(0, 10**6), st.integers(0, 7))
def test_a_changed_bit_is_noticed(place: int, bit: int) -> None:
    packed = bytearray(pack((face(1), face(2)), DIMENSION))
    packed[place % len(packed)] ^= 1 << bit
    assert unpack(bytes(packed), DIMENSION) is None
    assert unpack(pack((face(1),), DIMENSION), DIMENSION + 1) is None
    assert unpack(b"", DIMENSION) is None


OTHERS = [
    replace(PIPELINE, detector="mtcnn"),
    replace(PIPELINE, score=0.7),
    replace(PIPELINE, min_face=20.0),
    replace(PIPELINE, limits=Limits(full_side=1024)),
    replace(PIPELINE, device="openvino"),
    replace(PIPELINE, contract=replace(CONTRACT, weights_sha256="01")),
    replace(PIPELINE, contract=replace(CONTRACT, crop_version=2)),
    replace(PIPELINE, contract=replace(CONTRACT, precision="bfloat16")),
]


@pytest.mark.parametrize("other", OTHERS)
def test_another_pipeline_finds_nothing(path: Path, other: Pipeline) -> None:
    keep(path, photo(1))
    assert find(path, 1, other) is None
    assert find(path, 1, replace(PIPELINE)) is not None


def test_another_version_finds_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(path, photo(1))
    monkeypatch.setattr("kith.recognizer.pipeline.STEPS", 99)
    assert find(path, 1, replace(PIPELINE)) is None


@pytest.mark.parametrize("package", ["onnxruntime", "onnxruntime-gpu", "pillow"])
def test_another_decoder_or_runtime_finds_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    def other(name: str) -> str:
        if name == package:
            return "99.0"
        return version(name)

    keep(path, photo(1))
    monkeypatch.setattr("kith.recognizer.pipeline.version", other)
    assert find(path, 1, replace(PIPELINE)) is None


def test_no_package_need_have_its_usual_name(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)  # onnxruntime-gpu stands in for onnxruntime

    monkeypatch.setattr("kith.recognizer.pipeline.version", absent)
    pipeline = replace(PIPELINE)
    with FaceCache(path) as cache:
        cache.keep(pipeline, photo(1))
    assert find(path, 1, pipeline) is not None
    assert find(path, 1) is None


def test_a_photo_that_could_not_be_read_is_not_kept(path: Path) -> None:
    keep(path, replace(photo(1), error="is damaged", digest=""))
    assert find(path, 1) is None


def test_only_its_owner_can_read_it(path: Path) -> None:
    keep(path, photo(1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    keep(path, photo(2))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_is_at_most_a_moment_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    cache = FaceCache(path)  # never closed: the process is killed
    cache.keep(PIPELINE, photo(1))
    assert find(path, 1) is None
    now[0] += module.SECONDS_PER_CHANGE
    cache.keep(PIPELINE, photo(2))
    assert find(path, 1) is not None
    assert find(path, 2) is not None


def damage(path: Path, how: str) -> None:
    data = path.read_bytes()
    if how == "another file":
        path.write_bytes(b"this is no cache" * 1000)
    elif how == "cut off":
        path.write_bytes(data[: len(data) // 2])
    elif how == "no text":
        path.write_bytes(data.replace(b"CREATE TABLE photos", b"CREATE\xdaTABLE photo\xff"))
    elif how == "overwritten":
        path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    else:
        with sqlite3.connect(path) as other:
            other.execute("DROP TABLE photos" if how == "no table" else "PRAGMA user_version = 77")
        other.close()


@pytest.mark.parametrize(
    "how", ["another file", "cut off", "overwritten", "no text", "no table", "another format"]
)
def test_a_damaged_file_begins_anew(path: Path, how: str, caplog: pytest.LogCaptureFixture) -> None:
    keep(path, *map(photo, range(40)))
    damage(path, how)
    with caplog.at_level(logging.WARNING), FaceCache(path) as cache:
        assert cache.find(PIPELINE, f"{1:064x}", "1.jpg") is None
        cache.keep(PIPELINE, photo(1))
    [line] = [record.getMessage() for record in caplog.records]
    assert line == f"{path} is damaged: the cache of described photos begins anew"
    caplog.clear()
    assert find(path, 1) is not None
    assert not caplog.records


def test_a_damaged_row_is_described_again(path: Path) -> None:
    keep(path, photo(1), photo(2))
    with sqlite3.connect(path) as other:
        other.execute("UPDATE photos SET faces = zeroblob(length(faces)) WHERE width = 640")
    other.close()
    assert find(path, 1) is None
    keep(path, photo(1))
    assert find(path, 1) is not None


@pytest.mark.parametrize(
    "change",
    [
        "width = width + 1",
        "height = 'tall'",
        "faces = 7",
        "faces = NULL",
        "faces = x''",
        "digest = zeroblob(32)",
    ],
)
def test_a_changed_row_is_described_again(path: Path, change: str) -> None:
    keep(path, photo(1))
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA writable_schema = ON")  # damage keeps no constraint
        other.execute("UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '')")
    other.close()
    with sqlite3.connect(path) as other:
        other.execute(f"UPDATE photos SET {change}")
    other.close()
    assert find(path, 1) is None
    assert find(path, 0) is None


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links are followed here")
def test_a_link_is_not_followed(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    other = path.parent.parent / "other"
    path.parent.mkdir(parents=True)
    other.write_bytes(b"")
    other.chmod(0o644)
    path.symlink_to(other)
    with caplog.at_level(logging.WARNING), FaceCache(path) as cache:
        cache.keep(PIPELINE, photo(1))
    assert "cannot be used" in caplog.text
    assert (other.read_bytes(), stat.S_IMODE(other.stat().st_mode)) == (b"", 0o644)


def test_where_it_cannot_be_written_all_goes_on_without(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.mkdir(parents=True)
    with caplog.at_level(logging.WARNING), FaceCache(path) as cache:
        cache.keep(PIPELINE, photo(1))
        assert cache.find(PIPELINE, f"{1:064x}", "1.jpg") is None
    [line] = [record.getMessage() for record in caplog.records]
    assert line == f"{path} cannot be used (Is a directory): photos are described without it"


def test_threads_and_processes_share_it(path: Path) -> None:
    def work(start: int) -> None:
        with FaceCache(path) as cache:
            for number in range(start, start + 50):
                cache.keep(PIPELINE, photo(number))
                if number % 10 == 0:
                    cache.flush()
                assert cache.find(PIPELINE, f"{5000:064x}", "") is None

    threads = [threading.Thread(target=work, args=(100 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with FaceCache(path) as cache:
        for start in range(0, 400, 100):
            for number in range(start, start + 50):
                assert cache.find(PIPELINE, f"{number:064x}", "") is not None


def traces(path: Path, one: PhotoFaces) -> bool:
    data = b"".join(file.read_bytes() for file in path.parent.iterdir())
    vectors = [face.embedding.tobytes() for face in one.faces if face.embedding is not None]
    parts = [part for vector in vectors for part in (vector[:24], vector[-24:])]
    return any(part in data for part in [*parts, bytes.fromhex(one.digest)])


def test_forgotten_photos_leave_nothing_behind(path: Path) -> None:
    gone, stays = photo(0xABCDEF012345), photo(7)
    keep(path, stays, gone, *map(photo, range(20, 200)))
    assert traces(path, gone)
    forget_photos([gone.digest, "ff" * 32], path)
    assert not traces(path, gone)
    assert find(path, 7) is not None


def test_forgetting_removes_what_cannot_be_changed(path: Path) -> None:
    forget_photos([photo(1).digest], path)
    assert not path.exists()
    keep(path, *map(photo, range(40)))
    damage(path, "overwritten")
    forget_photos([photo(1).digest], path)
    assert not path.exists()
    path.mkdir()
    with pytest.raises(GalleryReadOnly, match="holds faces of photos that were evaluated"):
        forget_photos([photo(1).digest], path)


def test_real_photos(recognizer: kith.Recognizer, photos: list[Path], path: Path) -> None:
    fresh = list(recognizer.stream(photos))
    with FaceCache(path) as cache:
        for one in fresh:
            cache.keep(recognizer.pipeline, one)
    with FaceCache(path) as cache:
        for one in fresh:
            found = cache.find(recognizer.pipeline, one.digest, one.source)
            assert found is not None
            assert_same_faces(found.faces, one.faces)
            assert [f.length for f in found.faces] == [f.length for f in one.faces]
            assert (found.width, found.height, found.source) == (one.width, one.height, one.source)
