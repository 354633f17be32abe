from __future__ import annotations

import gc
import hashlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

import kith

from .conftest import assert_same_faces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.models import ModelStore
    from kith.types import ImageInput, Pixels


def test_a_stream_is_the_photos_one_by_one(
    recognizer: kith.Recognizer, photos: list[Path], crowd: Pixels
) -> None:
    images: list[ImageInput] = [*photos[:5], crowd, photos[5].read_bytes(), *photos[6:]]
    items = list(recognizer.stream(images))
    assert len(items) == len(images)
    for item, image in zip(items, images, strict=True):
        assert_same_faces(item.faces, recognizer.faces(image))
        assert item.error is None
        assert item.pixels is None
    assert [item.source for item in items[:7]] == [*map(str, photos[:5]), "<array>", "<bytes>"]
    for item, path in zip(items[:5], photos, strict=False):
        assert item.digest == hashlib.sha256(path.read_bytes()).hexdigest()
        pixels = kith.load_photo(path).pixels
        assert (item.height, item.width) == pixels.shape[:2]


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_workers_gives_the_same_in_order(
    recognizer: kith.Recognizer, networks: ModelStore, photos: list[Path], workers: int
) -> None:
    with kith.Recognizer(workers=workers, store=networks) as other:
        for one, two in zip(other.stream(photos), recognizer.stream(photos), strict=True):
            assert one.source == two.source
            assert_same_faces(one.faces, two.faces)


def test_a_bad_photo_is_an_item_and_not_the_end(
    recognizer: kith.Recognizer, photos: list[Path], tmp_path: Path
) -> None:
    whole = photos[0].read_bytes()
    empty, text = tmp_path / "empty.jpg", tmp_path / "text.jpg"
    empty.write_bytes(b"")
    text.write_text("not a photo")
    bad: list[ImageInput] = [tmp_path / "absent.jpg", empty, text, tmp_path, whole[:200]]
    images = [photos[0], *bad, photos[1]]
    items = list(recognizer.stream(images))
    assert len(items) == len(images)
    for item in items[1:-1]:
        assert item.error
        assert "\n" not in item.error
        assert (item.faces, item.width, item.height, item.digest) == ((), 0, 0, "")
    assert [item.source for item in items[1:5]] == [str(path) for path in bad[:4]]
    assert items[1].error == "there is no such file or folder"
    assert_same_faces(items[0].faces, recognizer.faces(photos[0]))
    assert_same_faces(items[-1].faces, recognizer.faces(photos[1]))


def test_only_detecting(recognizer: kith.Recognizer, photos: list[Path]) -> None:
    for item, path in zip(recognizer.stream(photos[:4], embed=False), photos, strict=False):
        assert_same_faces(item.faces, recognizer.detect(path))
        assert all(face.embedding is None for face in item.faces)


def test_pixels_are_kept_where_they_are_asked_for(
    recognizer: kith.Recognizer, photos: list[Path]
) -> None:
    for item, path in zip(recognizer.stream(photos[:3], keep_pixels=True), photos, strict=False):
        assert item.pixels is not None
        assert np.array_equal(item.pixels, kith.load_photo(path).pixels)


def thumbnails(portrait: Pixels, count: int) -> Iterator[Pixels]:
    """A small photo again and again, each in memory of its own (11 kB) and of another size."""
    small = cv2.resize(portrait, (64, 64), interpolation=cv2.INTER_AREA)
    for i in range(count):
        yield small[: 64 - i % 11].copy()


@pytest.mark.parametrize("workers", [1, 2])
def test_never_more_than_a_few_photos_are_taken_ahead(
    networks: ModelStore, portraits: list[Pixels], workers: int
) -> None:
    taken = received = 0

    def source() -> Iterator[Pixels]:
        nonlocal taken
        for photo in thumbnails(portraits[0], 40):
            taken += 1
            assert taken - received <= 2 * workers + 1
            yield photo

    with kith.Recognizer(workers=workers, store=networks) as opened:
        stream = opened.stream(source(), embed=False)
        assert taken == 0
        for _ in stream:
            received += 1
            assert taken - received <= 2 * workers
    assert received == taken == 40


def test_a_stream_without_an_end_can_be_left(
    recognizer: kith.Recognizer, portraits: list[Pixels]
) -> None:
    closed = threading.Event()

    def source() -> Iterator[Pixels]:
        try:
            while True:
                yield portraits[1]
        finally:
            closed.set()

    endless = source()
    stream = recognizer.stream(endless, embed=False)
    first = next(stream)
    assert len(first.faces) == 1
    stream.close()  # type: ignore[attr-defined]
    with pytest.raises(StopIteration):
        next(stream)
    # The recogniser is as good as before.
    assert len(list(recognizer.stream([portraits[1]] * 3))) == 3
    del stream, endless
    gc.collect()
    assert closed.is_set()


def resident() -> float:
    """MiB of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_memory_does_not_grow_with_the_number_of_photos(
    recognizer: kith.Recognizer, portraits: list[Pixels]
) -> None:
    def look_at(count: int) -> float:
        seen = sum(
            len(item.faces)
            for item in recognizer.stream(thumbnails(portraits[0], count), embed=False)
        )
        assert seen == count
        gc.collect()
        return resident()

    # 2,700 photos more of 11 kB each would be 29 MiB.
    few = look_at(300)
    assert look_at(3000) - few < 15


def test_work_of_ones_own(recognizer: kith.Recognizer, photos: list[Path]) -> None:
    def count(path: Path) -> tuple[str, int]:
        return path.name, len(recognizer.describe(path, embed=False).faces)

    expected = [(path.name, len(recognizer.detect(path))) for path in photos[:5]]
    assert list(recognizer.map(count, photos[:5])) == expected
