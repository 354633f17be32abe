"""A real RTSP server: GStreamer's."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import FilmUnreadable
from kith.media.films import live, open_source

from .servers import made_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHON = Path("/usr/bin/python3")
NEEDED = "import gi; gi.require_version('GstRtspServer', '1.0')"

pytestmark = pytest.mark.timeout(60)
SERVER = Path(__file__).with_name("rtsp_server.py")


class Door:
    """A camera at rtsp://127.0.0.1:PORT/door."""

    def __init__(self, *certificate: Path) -> None:
        self.process = subprocess.Popen(
            [PYTHON, SERVER, *certificate], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        scheme = "rtsps" if certificate else "rtsp"
        self.address = f"{scheme}://127.0.0.1:{self.process.stdout.readline().strip()}"

    def order(self, word: str) -> None:
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()


@pytest.fixture(scope="module")
def gstreamer() -> None:
    if not PYTHON.exists() or subprocess.run([PYTHON, "-c", NEEDED], check=False).returncode:
        pytest.skip("needs GStreamer's RTSP server with its Python bindings")


@pytest.fixture(scope="module")
def door(gstreamer: None) -> Iterator[Door]:
    made = Door()
    with made.process:
        yield made
        made.process.stdin.close()


def test_colours_and_size(door):
    with open_source(f"{door.address}/door") as source:
        frame = next(source.frames())
    assert (frame.width, frame.height) == (320, 240)
    bars = [frame.pixels[20, round((n + 0.5) * 320 / 7)] for n in range(7)]
    expected = [(255, 255, 255), (255, 255, 0), (0, 255, 255), (0, 255, 0)]
    expected += [(255, 0, 255), (255, 0, 0), (0, 0, 255)]
    assert np.abs(np.array(bars, int) - expected).max() <= 6


def test_it_keeps_up(door):
    with open_source(f"{door.address}/door") as source:
        times = [frame.time for frame in islice(source.frames(), 26)]
    assert 0.5 < times[-1] - times[0] < 3.0


def test_a_path_that_is_not_there(door):
    with pytest.raises(FilmUnreadable, match="has nothing at this path"):
        open_source(f"{door.address}/window")


def test_a_camera_that_goes_and_comes_back(door, monkeypatch):
    monkeypatch.setattr(live, "FIRST_PAUSE", 0.1)
    states: list[str] = []

    def note(state: str, reason: str) -> None:
        states.append(state)
        if state == "lost":
            door.order("start")

    with open_source(f"{door.address}/door", timeout=5, on_state=note) as source:
        frames = source.frames()
        first = next(frames)
        door.order("stop")
        next(frame for frame in frames if states[-1] == "connected" and "lost" in states)
    assert first.index == 0 or first.index < 10
    assert states[:4] == ["connecting", "connected", "lost", "connecting"]
    assert states[-1] == "connected"


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_closing_while_the_camera_hangs(door):
    source = open_source(f"{door.address}/door", timeout=2)
    next(source.frames())
    door.process.send_signal(signal.SIGSTOP)
    try:
        time.sleep(0.2)
        began = time.monotonic()
        source.close()
        assert time.monotonic() - began < 1.0
    finally:
        door.process.send_signal(signal.SIGCONT)


def test_an_encrypted_camera(gstreamer, tmp_path, monkeypatch):
    certificate = made_certificate(tmp_path)
    made = Door(certificate)
    with made.process:
        with pytest.raises(FilmUnreadable, match="its certificate is not trusted"):
            open_source(f"{made.address}/door", timeout=5)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with open_source(f"{made.address}/door", timeout=5) as source:
            assert next(source.frames()).width == 320
        made.process.stdin.close()
