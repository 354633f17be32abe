"""Cameras, as far as they can be tested without one."""

from __future__ import annotations

import errno
import sys

import av.error
import pytest

from kith.errors import FilmUnreadable
from kith.media.films import camera


@pytest.mark.parametrize(
    ("text", "platform", "expected"),
    [
        ("0", "linux", camera.Device("v4l2", "/dev/video0")),
        ("12", "linux", camera.Device("v4l2", "/dev/video12")),
        ("/dev/v4l/by-id/usb", "linux", camera.Device("v4l2", "/dev/v4l/by-id/usb")),
        ("1", "darwin", camera.Device("avfoundation", "1:none")),
    ],
)
def test_what_a_camera_is_called(text, platform, expected):
    assert camera.device_of(text, platform) == expected


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOENT, "there is no such camera"),
        (errno.EBUSY, "is in use by another program; close that one"),
        (errno.EACCES, "permission denied; let this user use cameras"),
        (errno.EIO, "cannot be opened: Input/output error"),
    ],
)
def test_why_a_camera_cannot_be_opened(monkeypatch, code, words):
    """The system's answers, which no test can bring about without a camera."""
    asked: list[dict[str, str]] = []

    def refuse(*_: object, options: dict[str, str], **__: object) -> None:
        asked.append(options)
        av.error.err_check(-code, "/dev/video0")

    monkeypatch.setattr(camera, "device_of", lambda text: camera.Device("v4l2", "/dev/video0"))
    monkeypatch.setattr(camera.av, "open", refuse)
    with pytest.raises(FilmUnreadable, match=f"camera 0: {words}"):
        camera.open_camera("0", 1.0)
    assert len(asked) == (2 if code == errno.EIO else 1)  # asking for less mends only some
    assert asked[0]["input_format"] == "mjpeg"


@pytest.mark.skipif(sys.platform != "linux", reason="another system's files")
def test_a_file_that_is_no_camera(tmp_path):
    (tmp_path / "a.txt").write_text("no camera")
    with pytest.raises(FilmUnreadable, match="is no camera"):
        camera.open_camera(str(tmp_path / "a.txt"), 1.0)
