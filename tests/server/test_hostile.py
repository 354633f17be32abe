"""Clients that mean harm, or are broken: each is refused, and the rest goes on."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kith.server import connection, running
from server.conftest import as_frame
from server.running import Served, serving

if TYPE_CHECKING:
    import numpy as np

    import kith
    from kith.server.settings import Settings
    from server.running import Live

HANDSHAKE = (
    b"GET /v1/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
HEAD = b"POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"


def told(served: Served, data: bytes, seconds: float = 10.0) -> bytes:
    """Send bytes and return what comes until the server closes, or is silent for so long."""
    with closing(socket.create_connection(("127.0.0.1", served.port), seconds)) as raw:
        raw.sendall(data)
        found = b""
        try:
            while piece := raw.recv(65536):
                found += piece
        except TimeoutError:
            pass
        return found


def send_again(live: Live, times: int) -> None:
    for _ in range(times):
        live.send(b"\xff\xd8\xff\xe0 no more")
        live.next()


def cancel_again(live: Live, times: int) -> None:
    for _ in range(times):
        live.tell(type="enrol_cancel")
        live.next()


def is_well(served: Served) -> bool:
    return served.client.get("/v1/people").is_success


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100, b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (b"\r\n" * 50 + b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000, b"400"),
        (HEAD + b"Content-Length: -5\r\n\r\n", b"400"),
        (HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", b"400"),
        (HEAD + b"Content-Length: 99999999999999999\r\n\r\n", b"413"),
        (HEAD + b"Transfer-Encoding: gzip\r\n\r\n", b"501"),
        (HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n", b"400"),
    ],
)
def test_broken_requests(bystander: Served, data: bytes, status: bytes) -> None:
    served = bystander
    found = told(served, data, seconds=1.0)
    first = found.partition(b"\r\n")[0]
    assert first == b"" or first.startswith((b"HTTP/1.1 " + status, b"HTTP/1.1 400")), first
    assert b"Traceback" not in found
    assert is_well(served)


def test_headers_that_never_end(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEADER_SECONDS", 0.5)
    for start in (b"", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: "):
        began = time.monotonic()
        assert told(served, start) in (b"",)
        assert time.monotonic() - began < 5


def test_a_body_that_never_comes(settings: Settings, recognizer: kith.Recognizer) -> None:
    slow = replace(settings, limits=replace(settings.limits, body_seconds=0.5))
    with serving(slow, recognizer) as served:
        began = time.monotonic()
        found = told(served, HEAD + b"Content-Length: 500\r\nConnection: close\r\n\r\nab")
        assert found.startswith(b"HTTP/1.1 408")
        assert time.monotonic() - began < 5
        assert is_well(served)


def test_a_client_that_goes_away(served: Served, photo: bytes) -> None:
    for _ in range(5):
        with closing(socket.create_connection(("127.0.0.1", served.port), 5)) as raw:
            raw.sendall(HEAD + f"Content-Length: {len(photo)}\r\n\r\n".encode() + photo[:-10])
        with closing(socket.create_connection(("127.0.0.1", served.port), 5)) as raw:
            raw.sendall(HEAD + f"Content-Length: {len(photo)}\r\n\r\n".encode() + photo)
    assert is_well(served)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0",
        b"\0\0\0\1",
        b"\0\0\0\1nonsense",
        b"\xff\xd8\xff\xe0 without a number",
        "",
        "{",
        "[]",
        "null",
        "[" * 4000,
        "x" * 5000,
        "{}",
        '{"type": "frame"}',
        '{"type": ["correct"]}',
        '{"type": "correct"}',
        '{"type": "correct", "track": "1", "name": "Ada"}',
        '{"type": "correct", "track": true, "name": "Ada"}',
        '{"type": "correct", "track": -1, "name": "Ada"}',
        '{"type": "correct", "track": 1e400, "name": "Ada"}',
        '{"type": "correct", "track": 1, "name": 5}',
        '{"type": "correct", "track": 1}',
        '{"type": "enrol"}',
        '{"type": "enrol", "name": null}',
    ],
)
def test_nonsense_ends_a_live_session(bystander: Served, message: str | bytes) -> None:
    served = bystander
    with served.live() as live:
        live.socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            live.next()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400
    assert closed.value.rcvd.reason
    assert is_well(served)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "correct", "track": 7, "name": "Ada"},
        {"type": "correct", "track": 7, "name": None},
        {"type": "correct", "track": 7, "name": "\u202e"},
        {"type": "enrol", "name": ""},
        {"type": "enrol", "name": "x" * 300},
        {"type": "enrol_cancel"},
        {"type": "enrol_finish"},
    ],
)
def test_what_cannot_be_done_is_told(
    bystander: Served, message: dict[str, object], photo: bytes
) -> None:
    served = bystander
    with served.live() as live:
        live.tell(**message)
        assert live.wait("error")["reason"]
        live.frame(as_frame(photo))  # the session goes on


def test_a_frame_too_large(served: Served) -> None:
    def send(live: Live) -> None:
        live.socket.send(bytes(4) + b"\xff\xd8\xff" + bytes(3 << 20))
        live.next()

    # The server may close while the frame is still on its way.
    with served.live() as live, pytest.raises(ConnectionClosed) as closed:
        send(live)
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009
    assert is_well(served)


def test_frames_that_cannot_be_read(
    served: Served, photo: bytes, random: np.random.Generator
) -> None:
    frame = as_frame(photo)
    with served.live() as live:
        for _ in range(5):
            torn = bytearray(frame[: int(random.integers(20, len(frame)))])
            for place in random.integers(4, len(torn), 20):
                torn[place] = random.integers(0, 256)
            live.send(bytes(torn))
            answer = live.next()
            while answer["type"] == "event":
                answer = live.next()
            assert answer["seq"] == live.number
            assert answer["type"] in ("error", "frame")
            live.frame(frame)
        with pytest.raises(ConnectionClosed) as closed:
            send_again(live, 11)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


def test_a_frame_that_claims_a_huge_picture(served: Served, photo: bytes) -> None:
    frame = bytearray(as_frame(photo))
    start = frame.find(b"\xff\xc0")
    frame[start + 5 : start + 9] = b"\xff\xff\xff\xff"
    with served.live() as live:
        live.send(bytes(frame))
        reason = live.wait("error")["reason"]
        assert "megapixels" in reason
        assert "over this server's limit of 2.5" in reason
        assert "Limits" not in reason
        live.frame(as_frame(photo))


def test_frames_of_every_size(served: Served, photo: bytes) -> None:
    with served.live() as live:
        for width, height in ((640, 480), (480, 640), (1, 1), (1280, 720), (17, 900), (320, 240)):
            answer = live.frame(as_frame(photo, width, height))
            assert (answer["width"], answer["height"]) == (width, height)
            for face in answer["faces"]:
                x, y, across, down = face["box"]
                assert -across < x < width
                assert -down < y < height


def test_silent_connections_keep_nobody_out(
    settings: Settings, recognizer: kith.Recognizer
) -> None:
    limits = replace(settings.limits, connections=8)
    with serving(replace(settings, limits=limits), recognizer) as served, ExitStack() as stack:
        for _ in range(20):
            silent = stack.enter_context(closing(socket.socket()))
            silent.connect(("127.0.0.1", served.port))
            silent.sendall(b"GET /health HTTP/1.1\r\n")
        time.sleep(0.2)
        for _ in range(3):
            assert is_well(served)


def test_a_flood_is_cut_off(settings: Settings, recognizer: kith.Recognizer) -> None:
    limits = replace(settings.limits, messages=20.0)
    with serving(replace(settings, limits=limits), recognizer) as served:
        with served.live() as live, pytest.raises(ConnectionClosed) as closed:
            cancel_again(live, 200)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4429
        assert is_well(served)


def test_silence_is_cut_off(settings: Settings, recognizer: kith.Recognizer) -> None:
    limits = replace(settings.limits, idle_seconds=0.5)
    with serving(replace(settings, limits=limits), recognizer) as served:
        with served.live() as live, pytest.raises(ConnectionClosed) as closed:
            live.next()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4408


def soon_without_sessions(served: Served) -> bool:
    """Tell whether no live session is left, or none a moment after its connection was cut."""
    until = time.monotonic() + 10
    while b"kith_live_sessions 0.0" not in served.client.get("/metrics").content:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def unread(served: Served, request: bytes, more: bytes = b"") -> bool:
    """Ask, and never read; tell whether the server cuts the connection."""
    with closing(socket.socket()) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        raw.settimeout(0.5)
        raw.connect(("127.0.0.1", served.port))
        raw.sendall(request)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                raw.sendall(more or b"\r\n")
                time.sleep(0 if more else 0.05)
            except TimeoutError:
                continue  # the server does not take any more either, for now
            except OSError:
                return True
    return False


def test_who_does_not_read_is_cut_off(
    settings: Settings, recognizer: kith.Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "UNREAD_SECONDS", 1.0)
    monkeypatch.setattr(running, "TICKS", 2)
    limits = replace(settings.limits, send_seconds=0.5, messages=1e9, rate=1e6, burst=10**6)
    with serving(replace(settings, limits=limits), recognizer, buffer=4096) as served:
        ping = bytes((0x89, 0x80 | 125)) + bytes(4) + b"x" * 125  # each wants an answer
        assert unread(served, HANDSHAKE, 500 * ping)
        assert soon_without_sessions(served)
        assert unread(served, b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200)
        assert is_well(served)


def test_only_so_many_sessions(settings: Settings, recognizer: kith.Recognizer) -> None:
    limits = replace(settings.limits, sessions=2)
    with serving(replace(settings, limits=limits), recognizer) as served:
        with served.live(), served.live():
            with pytest.raises(ConnectionClosed) as closed, served.live():
                pass
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4503
        until = time.monotonic() + 10
        while True:
            try:
                with served.live():
                    break
            except ConnectionClosed:
                assert time.monotonic() < until
                time.sleep(0.05)


def test_no_live_frames_elsewhere(served: Served) -> None:
    from websockets.sync.client import connect

    for path in ("/", "/v1/people", "/nothing"):
        with pytest.raises(InvalidStatus):
            connect(f"ws://127.0.0.1:{served.port}{path}", proxy=None)
    assert served.client.get("/v1/live").status_code in (404, 426)
    assert is_well(served)


def test_many_at_once(served: Served, photo: bytes) -> None:
    """Live clients and photos at the same time: everybody gets an answer."""
    frame = as_frame(photo)
    done: list[str] = []

    def watch() -> None:
        with served.live() as live:
            for _ in range(10):
                live.frame(frame)
        done.append("live")

    def ask() -> None:
        assert served.client.post("/v1/identify", files={"photo": photo}).is_success
        done.append("photo")

    threads = [threading.Thread(target=work) for work in (watch, watch, watch, ask, ask, ask)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["live"] * 3 + ["photo"] * 3


def test_a_refused_body_is_read_to_its_end(served: Served) -> None:
    """So that whoever sent it comes to read why it was refused."""
    body = bytes(served.engine.limits.body_bytes + 1)
    for path, headers, status in (
        ("/v1/detect", {}, 413),
        ("/v1/detect", {"host": "evil.example"}, 403),
        ("/nothing", {}, 413),
    ):
        kind = {"content-type": "image/jpeg", **headers}
        assert served.client.post(path, content=body, headers=kind).status_code == status
    waiting = HEAD + b"Expect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n"
    found = told(served, waiting)
    assert found.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in found


def test_many_large_bodies_do_not_fill_the_memory(
    settings: Settings, recognizer: kith.Recognizer, photo: bytes
) -> None:
    limits = replace(settings.limits, body_bytes=1 << 20, held_bytes=3 << 20, work_burst=10**6)
    start = HEAD + b"Content-Length: 1000000\r\n\r\n" + bytes(900_000)
    with serving(replace(settings, limits=limits), recognizer) as served:
        with ExitStack() as opened:
            for _ in range(5):
                raw = opened.enter_context(
                    closing(socket.create_connection(("127.0.0.1", served.port), 10))
                )
                raw.sendall(start)
            until = time.monotonic() + 10
            small = {"photo": bytes(800_000)}
            while served.client.post("/v1/detect", files=small).status_code != 503:
                assert time.monotonic() < until
            assert is_well(served)
        until = time.monotonic() + 10
        while not served.client.post("/v1/detect", files={"photo": photo}).is_success:
            assert time.monotonic() < until
