from __future__ import annotations

import errno
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kith.errors import KithError, OptionError
from kith.media import save_picture

from .pictures import picture


@pytest.mark.parametrize(
    ("suffix", "kind"), [(".png", "PNG"), (".jpg", "JPEG"), (".JPEG", "JPEG"), (".webp", "WEBP")]
)
def test_the_suffix_decides_the_format(tmp_path, suffix, kind):
    path = tmp_path / f"a{suffix}"
    save_picture(picture(96, 64), path)
    with Image.open(path) as image:
        assert image.format == kind
        assert abs(np.asarray(image.convert("RGB"), int) - picture(96, 64)).mean() < 2


def test_png_keeps_every_pixel(tmp_path):
    save_picture(picture()[::-1], str(tmp_path / "a.png"))
    with Image.open(tmp_path / "a.png") as image:
        assert np.array_equal(np.asarray(image), picture()[::-1])


def test_folders_are_made_and_nothing_else_is_left(tmp_path):
    save_picture(picture(), tmp_path / "new/deep/a.png")
    assert [p.name for p in tmp_path.rglob("*")] == ["new", "deep", "a.png"]


def test_quality(tmp_path):
    for quality in (20, 95):
        save_picture(picture(200, 200), tmp_path / f"{quality}.jpg", quality)
    assert (tmp_path / "20.jpg").stat().st_size < (tmp_path / "95.jpg").stat().st_size


@pytest.mark.parametrize("quality", [0, 101])
def test_a_quality_out_of_range(tmp_path, quality):
    with pytest.raises(OptionError, match="1–100"):
        save_picture(picture(), tmp_path / "a.jpg", quality)


@pytest.mark.parametrize("name", ["a", "a.gif", "a.jpg.txt", "png"])
def test_another_suffix(tmp_path, name):
    with pytest.raises(OptionError, match=r"\.png, \.jpg, \.jpeg or \.webp"):
        save_picture(picture(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "no space left on the disk"),
        (errno.EACCES, "permission denied"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EIO, "cannot be written: "),
    ],
)
@pytest.mark.parametrize("step", ["write_bytes", "replace"])
def test_on_an_error_what_stood_there_stays(tmp_path, monkeypatch, code, words, step):
    path = tmp_path / "a.png"
    path.write_bytes(b"before")

    def fail(self: Path, *args: object) -> None:
        if step == "write_bytes":
            with self.open("wb") as file:
                file.write(b"half")
        raise OSError(code, "Input/output error")

    monkeypatch.setattr(Path, step, fail)
    with pytest.raises(KithError, match=words) as raised:
        save_picture(picture(), path)
    monkeypatch.undo()
    assert "\n" not in str(raised.value)
    assert path.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_a_file_where_a_folder_is_needed(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(KithError, match="a file stands where a folder is needed"):
        save_picture(picture(), tmp_path / "file/a.png")
    with pytest.raises(KithError, match="a file stands where a folder is needed"):
        save_picture(picture(), tmp_path / "file/deep/a.png")


@pytest.mark.skipif(sys.platform == "win32", reason="words differ there")
def test_a_folder_of_the_same_name(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(KithError, match="there is a folder of this name"):
        save_picture(picture(), tmp_path / "a.png")
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_a_picture_too_large_for_its_format(tmp_path):
    wide = np.zeros((1, 20_000, 3), np.uint8)
    with pytest.raises(KithError, match=r"20000 × 1 pixels do not fit into a WEBP; use \.png"):
        save_picture(wide, tmp_path / "a.webp")
    with pytest.raises(KithError, match="do not fit into a JPEG"):
        save_picture(np.zeros((70_000, 1, 3), np.uint8), tmp_path / "a.jpg")
    save_picture(wide, tmp_path / "a.png")
    assert Image.open(io.BytesIO((tmp_path / "a.png").read_bytes())).size == (20_000, 1)
