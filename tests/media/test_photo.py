from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kith.errors import InputError, PhotoNotFound, PhotoTooLarge, PhotoUnreadable
from kith.media import Limits, load_photo

from .pictures import encode, picture

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a photo.jpg"
    path.write_bytes(encode(picture(), "PNG"))  # the name is wrong on purpose
    return path


def test_every_way_in_gives_the_same_pixels(file):
    ways = [file, str(file), file.read_bytes(), bytearray(file.read_bytes()), picture()]
    ways += [memoryview(file.read_bytes()), Image.open(file), Image.fromarray(picture())]
    for image in ways:
        photo = load_photo(image)
        assert np.array_equal(photo.pixels, picture())
        assert photo.pixels.dtype == np.uint8
        assert (photo.width, photo.height, photo.scale) == (40, 30, 1.0)


def test_sources(file):
    assert load_photo(file).source == str(file)
    assert load_photo(file.read_bytes()).source == "<bytes>"
    assert load_photo(Image.open(file)).source == "<image>"
    assert load_photo(picture()).source == "<array>"
    assert load_photo(picture(), source="frame 7").source == "frame 7"
    with pytest.raises(PhotoUnreadable, match="upload 3: is empty"):
        load_photo(b"", source="upload 3")


def test_digests(file):
    data = file.read_bytes()
    assert load_photo(file).digest == load_photo(data).digest == hashlib.sha256(data).hexdigest()
    expected = hashlib.sha256(b"(30, 40, 3)" + picture().tobytes()).hexdigest()
    assert load_photo(picture()).digest == expected
    assert load_photo(Image.open(file)).digest == expected
    assert load_photo(picture(), limits=Limits(full_side=20)).digest == expected
    flat = picture().reshape(20, 60, 3)
    assert load_photo(flat).digest != expected


def test_arrays_and_images_are_made_smaller_too():
    for image in (picture(640, 400), Image.fromarray(picture(640, 400))):
        photo = load_photo(image, limits=Limits(full_side=320))
        assert photo.pixels.shape == (200, 320, 3)
        assert (photo.width, photo.height, photo.scale) == (640, 400, 2.0)


def test_a_photo_of_a_pillow_image_does_not_share_its_memory():
    image = Image.fromarray(picture())
    photo = load_photo(image)
    image.paste((0, 0, 0), (0, 0, 40, 30))
    assert np.array_equal(photo.pixels, picture())


@pytest.mark.parametrize("thing", [None, 7, ["a.jpg"], object()])
def test_other_things_are_refused(thing):
    with pytest.raises(InputError, match=f"RGB array, not {type(thing).__name__}"):
        load_photo(thing)


def test_a_pillow_image_that_cannot_be_loaded(tmp_path):
    path = tmp_path / "cut.png"
    path.write_bytes(encode(picture(), "PNG")[:200])
    with (
        Image.open(path) as image,
        pytest.raises(PhotoUnreadable, match="<image>: is truncated"),
    ):
        load_photo(image)


@pytest.mark.parametrize(
    "name", ["missing.jpg", "missing/photo.jpg", "a photo.jpg/x.jpg", "\0.jpg"]
)
def test_missing_files(file, name):
    with pytest.raises(PhotoNotFound, match="there is no such file"):
        load_photo(file.parent / name)


def test_an_empty_path_is_not_the_current_folder():
    with pytest.raises(PhotoNotFound):
        load_photo("")


def test_a_folder_is_not_a_photo(tmp_path):
    with pytest.raises(PhotoUnreadable, match="is a folder; name the photos in it"):
        load_photo(tmp_path)


def test_an_empty_file(tmp_path):
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(PhotoUnreadable, match="is empty"):
        load_photo(tmp_path / "empty.jpg")


@posix
@pytest.mark.timeout(20)
def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    for path in (tmp_path / "pipe.jpg", Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(PhotoUnreadable, match="is a pipe, socket or device"):
            load_photo(path)


@posix
@pytest.mark.timeout(20)
def test_a_pipe_that_takes_the_place_of_a_file_is_refused_without_waiting(file, monkeypatch):
    from kith.media import read

    checked = file.stat()
    monkeypatch.setattr(read, "status_of", lambda path: checked)
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(PhotoUnreadable, match="is a pipe, socket or device"):
        load_photo(file)


@posix
def test_a_file_that_does_not_know_its_size_is_read():
    path = Path("/proc/self/cmdline")
    if not path.exists():
        pytest.skip("needs /proc")
    with pytest.raises(PhotoUnreadable, match="is not an image"):  # not: is empty
        load_photo(path)


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), OSError(5, "I/O error")]
)
def test_a_file_that_cannot_be_read(file, monkeypatch, error):
    def refuse(*args: object) -> int:
        raise error

    monkeypatch.setattr(os, "open", refuse)
    words = "permission denied; let this user read it" if error.errno == 13 else "I/O error"
    with pytest.raises(PhotoUnreadable, match=words):
        load_photo(file)


@posix
def test_a_file_without_permission(file):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    file.chmod(0)
    with pytest.raises(PhotoUnreadable, match="permission denied"):
        load_photo(file)


def test_the_byte_limit_is_exact(file):
    size = file.stat().st_size
    for image in (file, file.read_bytes()):
        assert load_photo(image, limits=Limits(max_bytes=size)).width == 40
        with pytest.raises(
            PhotoTooLarge, match=r"MiB, over the limit of .* raise Limits.max_bytes"
        ):
            load_photo(image, limits=Limits(max_bytes=size - 1))


@posix
def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(300 * 1024**2)  # sparse
    with pytest.raises(PhotoTooLarge, match=r"has 300\.0 MiB, over the limit of 256\.0 MiB"):
        load_photo(path)
