from __future__ import annotations

import functools
import http.server
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
import traceback
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import pytest

from kith.errors import FilmUnreadable, OptionError
from kith.media.films import authorities, live, open_source

from .clips import film, number_of
from .servers import MjpegCamera, made_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Tests do not wait as long as a camera at a door may."""
    monkeypatch.setattr(live, "FIRST_PAUSE", 0.05)


@pytest.fixture
def camera() -> Iterator[MjpegCamera]:
    with MjpegCamera() as made:
        yield made


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "kith-source"]


def test_frames_of_a_camera(camera):
    with open_source(camera.address, timeout=3) as source:
        assert source.live
        assert source.name == camera.address
        frames = list(islice(source.frames(), 10))
    assert (frames[0].width, frames[0].height) == camera.size
    assert [number_of(frame.pixels) for frame in frames] == [frame.index for frame in frames]
    assert all(a.time < b.time and a.index < b.index for a, b in pairwise(frames))
    assert not readers()


def test_who_is_slow_gets_the_newest_and_no_growing_delay(camera):
    with open_source(camera.address, timeout=3) as source:
        for frame in islice(source.frames(), 5):
            assert camera.sent - number_of(frame.pixels) <= 8
            time.sleep(0.2)  # ten frames pass
        assert source.dropped >= 20
        assert frame.index > 20


def test_every_so_manieth_and_so_many_a_second(camera):
    with open_source(camera.address, timeout=3, every=3) as source:
        assert {frame.index % 3 for frame in islice(source.frames(), 5)} == {0}
    with open_source(camera.address, timeout=3, per_second=10) as source:
        times = [frame.time for frame in islice(source.frames(), 6)]
        assert source.dropped < 8  # those that are not wanted are not counted
    assert 0.35 < times[-1] - times[0] < 2.0


@pytest.mark.parametrize(
    ("mood", "reason"), [("stuck", "nothing came for 0.5 s"), ("dying", "the connection was c")]
)
def test_a_camera_that_fails_comes_back(camera, mood, reason):
    states: list[tuple[str, str]] = []
    with open_source(
        camera.address, timeout=0.5, on_state=lambda *state: states.append(state)
    ) as source:
        frames = source.frames()
        first = next(frames)
        camera.mood = mood
        threading.Timer(0.8, lambda: setattr(camera, "mood", "well")).start()
        later = next(frame for frame in frames if frame.time > first.time + 1.0)
        assert later.index > first.index
        assert number_of(later.pixels) > number_of(first.pixels)
    said = [state for state, _ in states]
    assert said[:4] == ["connecting", "connected", "lost", "connecting"]
    assert said[-1] == "connected"
    assert states[0][1] == camera.address
    assert states[1][1] == "160 × 96 mjpeg"
    assert states[2][1].startswith(reason)


def test_pauses_grow_while_it_stays_away(camera, monkeypatch):
    monkeypatch.setattr(live.random, "uniform", lambda low, high: high)
    tried: list[float] = []

    def note(state: str, reason: str) -> None:
        if state == "connecting":
            tried.append(time.monotonic())

    with open_source(camera.address, timeout=1, on_state=note):
        camera.mood = "dying"
        time.sleep(1.2)
    pauses = [b - a for a, b in pairwise(tried)]
    assert 3 <= len(tried) <= 6
    assert pauses[-1] > 1.5 * pauses[0]


def test_without_reconnecting_a_loss_is_the_end(camera):
    states: list[str] = []
    with open_source(
        camera.address, timeout=1, reconnect=False, on_state=lambda state, _: states.append(state)
    ) as source:
        frames = source.frames()
        next(frames)
        assert source.problem is None
        camera.mood = "dying"
        list(frames)
        assert source.problem.startswith("the connection was c")
    assert states == ["connecting", "connected", "lost", "ended"]


@pytest.mark.parametrize("mood", ["mute", "stuck"])
def test_a_camera_that_says_nothing(camera, mood):
    camera.mood = mood
    began = time.monotonic()
    with pytest.raises(FilmUnreadable, match=r"nothing came for 0\.3 s"):
        open_source(camera.address, timeout=0.3)
    assert time.monotonic() - began < 1.3


def test_closing_does_not_wait_for_the_network(camera):
    source = open_source(camera.address, timeout=4)
    frames = source.frames()
    next(frames)
    camera.mood = "stuck"
    began = time.monotonic()
    threading.Timer(0.3, source.close).start()
    assert len(list(frames)) <= 2  # those that were on their way
    source.close()
    assert time.monotonic() - began < 1.0
    camera.mood = "well"  # the reader wakes up and goes
    for thread in readers():
        thread.join(5)
    assert not readers()


def test_an_error_of_the_listener_is_not_swallowed(camera):
    def refuse(state: str, reason: str) -> None:
        if state == "connected":
            raise RuntimeError("listener")

    with pytest.raises(RuntimeError, match="listener"):
        open_source(camera.address, timeout=2, on_state=refuse)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("401 Unauthorized", "wants a user name and a password"),
        ("403 Forbidden", r"\(403\)"),
        ("404 Not Found", "has nothing at this path"),
        ("500 Oh", "failed"),
    ],
)
def test_what_a_server_answers(camera, status, words):
    camera.status = status
    address = camera.address.replace("//", "//me:secret@")
    with pytest.raises(FilmUnreadable, match=words) as raised:
        open_source(address, timeout=2)
    assert "secret" not in "".join(traceback.format_exception(raised.value))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://127.0.0.1:9/x", "the connection was refused"),
        ("rtsp://127.0.0.1:9/x", "the connection was refused"),
        ("rtsp://me:secret@nowhere.invalid/x", "cannot be reached; look at the host's name"),
        ("98", "camera 98: there is no such camera; "),
        ("/dev/null", "is no camera"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="words differ there")
def test_what_is_not_there(text, words):
    with pytest.raises(FilmUnreadable, match=words) as raised:
        open_source(text, timeout=2)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "options", [{"timeout": 0}, {"timeout": float("inf")}, {"every": 0}, {"per_second": -1}]
)
def test_options_out_of_range(options):
    with pytest.raises(OptionError):
        open_source("rtsp://127.0.0.1:9/x", **options)


def test_a_certificate_is_checked(tmp_path, monkeypatch):
    film(tmp_path / "a.mp4", 5)
    certificate = made_certificate(tmp_path)
    with served(tmp_path, certificate) as address:
        with pytest.raises(FilmUnreadable, match="its certificate is not trusted"):
            open_source(f"{address}/a.mp4", timeout=5)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with open_source(f"{address}/a.mp4", timeout=5) as source:
            assert len(list(source.frames())) == 5


def test_authorities_that_the_system_keeps_elsewhere(monkeypatch):
    paths = ssl.get_default_verify_paths()._replace(cafile=None)
    monkeypatch.setattr(authorities.ssl, "get_default_verify_paths", lambda: paths)
    written = authorities.authorities()
    assert written == authorities.authorities()
    kept, expected = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.create_default_context()
    kept.load_verify_locations(written)
    assert sorted(kept.get_ca_certs(True)) == sorted(expected.get_ca_certs(True))


def test_noise_instead_of_pictures(tmp_path):
    with served(tmp_path) as address:
        (tmp_path / "noise").write_bytes(os.urandom(100_000))
        with pytest.raises(FilmUnreadable, match="nothing that can be read as moving pictures"):
            open_source(f"{address}/noise", timeout=2)


def test_a_film_behind_an_address_comes_whole(tmp_path):
    film(tmp_path / "a.mp4", 40, muxing={"movflags": "faststart"})
    states: list[str] = []
    with (
        served(tmp_path) as address,
        open_source(f"{address}/a.mp4", on_state=lambda state, _: states.append(state)) as source,
    ):
        assert not source.live
        frames = list(source.frames())
        assert source.dropped == 0
    assert [number_of(frame.pixels) for frame in frames] == list(range(40))
    assert [frame.time for frame in frames] == pytest.approx([n / 25 for n in range(40)])
    assert states == ["connecting", "connected", "ended"]


def test_a_film_behind_an_address_that_is_cut_does_not_start_anew(tmp_path):
    whole = film(tmp_path / "a.mkv", 200, noise=True).read_bytes()
    states: list[str] = []
    with (
        served(tmp_path, promise=2 * len(whole)) as address,
        open_source(f"{address}/a.mkv", on_state=lambda state, _: states.append(state)) as source,
    ):
        assert not source.live
        frames = list(source.frames())
        assert source.problem == "the connection was cut"
    assert [number_of(frame.pixels) for frame in frames[:150]] == list(range(150))
    assert len(frames) <= 200
    assert states == ["connecting", "connected", "lost", "ended"]


@pytest.mark.parametrize("inside", ["{path}", "file://{path}", "concat:{path}", "subfile,,:{path}"])
def test_a_playlist_from_afar_opens_no_file(tmp_path, inside):
    secret = film(tmp_path / "secret.ts", 30)
    listed = inside.format(path=secret)
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n"
    (tmp_path / "good.m3u8").write_text(playlist.format("secret.ts"))
    (tmp_path / "bad.m3u8").write_text(playlist.format(listed))
    with served(tmp_path) as address:
        with open_source(f"{address}/good.m3u8", timeout=5) as source:
            assert number_of(next(source.frames()).pixels) == 0
        with pytest.raises(FilmUnreadable):
            open_source(f"{address}/bad.m3u8", timeout=2)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_an_interrupt_ends_a_process_whose_camera_hangs(camera):
    code = (
        "import sys; from kith.media.films import open_source\n"
        "with open_source(sys.argv[1], timeout=20) as source:\n"
        "    for frame in source.frames(): print(frame.index, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, camera.address],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        process.stdout.readline()
        camera.mood = "stuck"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, said = process.communicate(timeout=10)
    assert time.monotonic() - began < 2.0
    assert said.strip().endswith("KeyboardInterrupt")


class served:  # noqa: N801 - used as a word
    """A folder behind an address; `promise`: so many bytes, whatever there are."""

    def __init__(self, folder: Path, certificate: Path | None = None, promise: int = 0) -> None:
        handler = functools.partial(_Quiet, directory=str(folder), promise=promise)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._scheme = "https" if certificate else "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> str:
        self._thread.start()
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *args: object, promise: int, **options: object) -> None:
        self._promise = promise
        super().__init__(*args, **options)

    def send_header(self, keyword: str, value: str) -> None:
        """Promise more bytes than there are, where that is wanted."""
        promised = str(self._promise) if self._promise and keyword == "Content-Length" else value
        super().send_header(keyword, promised)

    def log_message(self, *_: object) -> None:
        pass
