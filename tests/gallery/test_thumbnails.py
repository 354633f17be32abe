"""What people look like: which picture is kept, when it goes, and that none has to be."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from kith.errors import GalleryReadOnly, InputError, UnknownPerson
from kith.gallery import thumbnails
from kith.gallery.records import NewPhoto, ThumbnailReport
from kith.gallery.store import GalleryStore
from kith.types import Quality

from .people import CONTRACT, digest, face, lookalikes, photo, random_units, raw_bytes
from .pictures import picture, seen, square

if TYPE_CHECKING:
    from pathlib import Path

    from kith.types import Vector

SIDE = thumbnails.SIDE


@pytest.fixture
def ada() -> Vector:
    return lookalikes(1, 6, 0.7)


def test_a_picture_is_small_and_of_one_size() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    for pixels in (square(1), square(2, 40), square(3, 500), noise, noise[:SIDE, :SIDE]):
        jpeg = thumbnails.encoded(pixels)
        assert len(jpeg) <= thumbnails.MOST_BYTES
        assert thumbnails.is_sound(jpeg)
        assert Image.open(io.BytesIO(jpeg)).size == (SIDE, SIDE)


def test_a_picture_has_the_colours_of_the_face() -> None:
    red = np.zeros((SIDE, SIDE, 3), np.uint8)
    red[..., 0] = 200
    back = np.asarray(Image.open(io.BytesIO(thumbnails.encoded(red))).convert("RGB"))
    assert np.abs(back.astype(int) - red).max() < 8


@pytest.mark.parametrize("shape", [(112, 111, 3), (112, 112), (112, 112, 4)])
def test_what_is_no_portrait(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="a portrait is a square of RGB pixels"):
        thumbnails.encoded(np.zeros(shape, np.uint8))


def test_what_is_no_picture_of_ours() -> None:
    jpeg = picture(1)
    larger = io.BytesIO()
    Image.fromarray(square(1, 113)).save(larger, "JPEG")
    smuggling = jpeg + b"more"
    for other in (b"", b"\xff\xd8\xff", jpeg[:-40], smuggling, larger.getvalue(), "text", None):
        assert not thumbnails.is_sound(other)


def test_the_best_face_is_shown(store: GalleryStore, ada: Vector) -> None:
    store.add("Ada", [seen(1, ada[0], 0.6), seen(2, ada[1], 0.9), seen(3, ada[2], 0.7)], CONTRACT)
    assert store.thumbnail("Ada") == picture(2)
    assert store.find("Ada").thumbnail
    store.add("Ada", [seen(4, ada[3], 0.8)], CONTRACT)
    assert store.thumbnail("Ada") == picture(2)
    store.add("Ada", [seen(5, ada[4], 0.95)], CONTRACT)
    assert store.thumbnail("Ada") == picture(5)
    assert store.check() == []


def test_who_looks_at_us_is_shown_before_who_looks_away(store: GalleryStore, ada: Vector) -> None:
    store.add("Ada", [seen(1, ada[0], 0.8, yaw=0.6), seen(2, ada[1], 0.75)], CONTRACT)
    assert store.thumbnail("Ada") == picture(2)


def test_an_outlier_is_not_shown(store: GalleryStore, ada: Vector) -> None:
    stranger = random_units(99, 1)[0]
    store.add("Ada", [seen(9, stranger, 1.0), seen(1, ada[0], 0.5)], CONTRACT)
    assert store.thumbnail("Ada") == picture(9)  # of two nobody can tell which is wrong
    store.add("Ada", [seen(n, ada[n], 0.6) for n in (2, 3, 4)], CONTRACT)
    assert store.thumbnail("Ada") == picture(2)
    assert store.check() == []


def test_one_that_becomes_an_outlier_goes_even_where_no_other_is_offered(
    store: GalleryStore, ada: Vector
) -> None:
    store.add("Ada", [seen(9, random_units(99, 1)[0], 1.0)], CONTRACT)
    store.add("Ada", [photo(n, ada[n]) for n in range(4)], CONTRACT)
    assert store.thumbnail("Ada") is None
    assert not store.find("Ada").thumbnail


def test_a_film_shows_its_best_face(store: GalleryStore, ada: Vector) -> None:
    faces = tuple(
        face(ada[n], Quality(60.0, 0.4, 0.0, score)) for n, score in enumerate((0.9, 0.95, 0.7))
    )
    film = NewPhoto(digest(1), "a.mp4", faces, portraits=(picture(1), None, picture(3)))
    store.add("Ada", [film], CONTRACT)
    assert store.thumbnail("Ada") == picture(1)


def test_portraits_are_one_for_each_face(store: GalleryStore, ada: Vector) -> None:
    wrong = replace(seen(1, ada[0]), portraits=(picture(1), picture(2)))
    with pytest.raises(InputError, match=r"1\.jpg: its portraits are not one for each face"):
        store.add("Ada", [wrong], CONTRACT)


def test_people_without_a_picture(store: GalleryStore, ada: Vector) -> None:
    store.add("Ada", [photo(1, ada[0])], CONTRACT)
    assert store.thumbnail("Ada") is None
    with pytest.raises(UnknownPerson, match="did you mean Ada"):
        store.thumbnail("ada")


def test_merged_people_are_shown_by_the_better_picture(store: GalleryStore, ada: Vector) -> None:
    store.add("Ada", [seen(1, ada[0], 0.6)], CONTRACT)
    store.add("Lovelace", [seen(2, ada[1], 0.9)], CONTRACT)
    store.add("Byron", [seen(3, ada[2], 0.7)], CONTRACT)
    store.merge("Ada", "Lovelace")
    store.merge("Ada", "Byron")
    assert store.thumbnail("Ada") == picture(2)
    assert store.thumbnail_report() == ThumbnailReport(kept=True, people=1)
    assert store.check() == []


def test_the_picture_of_a_photo_that_both_had(store: GalleryStore, ada: Vector) -> None:
    store.add("Ada", [photo(1, ada[0])], CONTRACT)
    store.add("Lovelace", [seen(1, ada[0])], CONTRACT, shared=True)
    assert store.merge("Ada", "Lovelace").duplicates == 1
    assert store.thumbnail("Ada") is None
    assert store.check() == []


def test_a_new_name_keeps_the_picture(store: GalleryStore, ada: Vector) -> None:
    store.add("Ada", [seen(1, ada[0])], CONTRACT)
    store.rename("Ada", "Ada Lovelace")
    assert store.thumbnail("Ada Lovelace") == picture(1)


def traces(path: Path, *pictures: bytes) -> int:
    data = raw_bytes(path)
    return sum(data.count(one[-80:-20]) for one in pictures)


def test_forgetting_leaves_no_picture(store: GalleryStore, path: Path, ada: Vector) -> None:
    store.add("Bo", [seen(20, random_units(5, 1)[0])], CONTRACT)
    store.add("Ada", [seen(1, ada[0], 0.5), seen(2, ada[1], 0.4)], CONTRACT)
    store.add("Ada", [seen(3, ada[2], 0.9)], CONTRACT)
    assert traces(path, picture(3)) > 0
    assert store.forget("Ada").scrubbed
    assert traces(path, *map(picture, (1, 2, 3))) == 0
    assert store.thumbnail("Bo") == picture(20)


def test_all_pictures_can_go_for_good(store: GalleryStore, path: Path, ada: Vector) -> None:
    store.add("Ada", [seen(1, ada[0])], CONTRACT)
    store.add("Bo", [seen(20, random_units(5, 1)[0])], CONTRACT)
    removed = store.keep_thumbnails(False)
    assert removed == ThumbnailReport(kept=False, people=0, removed=2, scrubbed=True)
    assert traces(path, picture(1), picture(20)) == 0
    assert store.thumbnail("Ada") is None
    assert store.check() == []
    store.add("Ada", [seen(2, ada[1])], CONTRACT)
    store.merge("Bo", "Ada")
    store.close()
    with GalleryStore.open(path) as again:
        assert again.thumbnail_report() == ThumbnailReport(kept=False, people=0)
        counter = again.templates.change_counter()
        assert again.keep_thumbnails(False).removed == 0
        assert again.templates.change_counter() == counter
        assert again.keep_thumbnails(True) == ThumbnailReport(kept=True, people=0)
        again.add("Bo", [seen(3, ada[2])], CONTRACT)
        assert again.thumbnail("Bo") == picture(3)


def test_for_reading_only(store: GalleryStore, path: Path, ada: Vector) -> None:
    store.add("Ada", [seen(1, ada[0])], CONTRACT)
    with GalleryStore.open(path, read_only=True) as looking:
        assert looking.thumbnail("Ada") == picture(1)
        with pytest.raises(GalleryReadOnly):
            looking.keep_thumbnails(False)


def test_damage_is_found_and_not_handed_out(store: GalleryStore, ada: Vector) -> None:
    store.add("Ada", [seen(1, ada[0])], CONTRACT)
    store.add("Bo", [seen(20, random_units(5, 1)[0])], CONTRACT)
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE thumbnails SET jpeg = x'00' WHERE person_id = 1")
        connection.exec_driver_sql("UPDATE thumbnails SET face_id = 1 WHERE person_id = 2")
    assert store.thumbnail("Ada") is None
    assert store.check() == ["Ada: the picture is damaged", "Bo: the picture is of another face"]


def test_listing_people_does_not_load_what_looks_at_photos(
    store: GalleryStore, path: Path, ada: Vector
) -> None:
    store.add("Ada", [seen(1, ada[0])], CONTRACT)
    program = (
        "import sys; from kith.gallery.store import GalleryStore; "
        "[one] = GalleryStore.open(sys.argv[1]).people(); assert one.thumbnail; "
        "assert not {'cv2', 'av', 'PIL', 'onnxruntime'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True, timeout=60)
