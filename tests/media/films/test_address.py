from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kith.errors import OptionError, PhotoNotFound
from kith.media.films import parse_source


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("clip.mp4").touch()
    Path("frames").mkdir()
    Path("0").mkdir()


@pytest.mark.parametrize(
    ("text", "kind", "opened", "name"),
    [
        ("0", "camera", "0", "camera 0"),
        ("07", "camera", "7", "camera 7"),
        ("./0", "folder", "./0", "./0"),
        ("clip.mp4", "film", "clip.mp4", "clip.mp4"),
        (Path("clip.mp4"), "film", "clip.mp4", "clip.mp4"),
        (Path("0"), "folder", "0", "0"),
        ("frames", "folder", "frames", "frames"),
        ("rtsp://cam/1", "stream", "rtsp://cam/1", "rtsp://cam/1"),
        ("RTSP://cam:554/1", "stream", "RTSP://cam:554/1", "rtsp://cam:554/1"),
        ("rtsp://me:secret@cam/1", "stream", "rtsp://me:secret@cam/1", "rtsp://cam/1"),
        ("http://a/v?pwd=x&u=y#z", "stream", "http://a/v?pwd=x&u=y#z", "http://a/v?…"),
        ("https://[::1]:8/a", "stream", "https://[::1]:8/a", "https://[::1]:8/a"),
        ("udp://@:1234", "stream", "udp://@:1234", "udp://:1234"),
        ("rtmp://a/b", "stream", "rtmp://a/b", "rtmp://a/b"),
    ],
)
def test_what_a_text_means(text, kind, opened, name):
    address = parse_source(text)
    assert (address.kind, address.text, address.name) == (kind, opened, name)


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="needs a device")  # noqa: PTH110
def test_a_device_is_a_camera():
    assert parse_source("/dev/null").kind == "camera"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no source is named"),
        ("  ", "no source is named"),
        ("100", "there is no camera 100"),
        ("9" * 5000, "there is no camera"),
        ("ftp://a/b", "ftp:// is no address that can be read; it must be one of rtsp"),
        ("file:///etc/passwd", "file:// is no address"),
        ("concat://a|b", "concat:// is no address"),
        ("rtsp://", "names no host; write rtsp://host/path"),
        ("rtsp://me:secret@/x", "names no host"),
        ("rtsp://cam:99999/1", "is no valid address"),
        ("http://[::1/x", "is no valid address"),
        ("http://a/b c", "holds a blank"),
        ("http://a/b\r\nX: y", "holds a blank"),
    ],
)
def test_what_cannot_be_read(text, words):
    with pytest.raises(OptionError, match=words) as raised:
        parse_source(text)
    assert "\n" not in str(raised.value)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("text", ["nope.mp4", "http:/a", "lavfi:testsrc", "nul\0.mp4"])
def test_paths_that_lead_nowhere(text):
    with pytest.raises(PhotoNotFound, match="there is no such file or folder"):
        parse_source(text)


@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be there")
def test_a_file_with_the_name_of_a_protocol():
    Path("lavfi:testsrc").touch()
    assert parse_source("lavfi:testsrc").kind == "film"
