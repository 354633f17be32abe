"""A real server on a free port, in a thread, for as long as a test needs it."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from websockets.sync.client import ClientConnection, connect

from kith.server.app import create_app
from kith.server.engine import Engine
from kith.server.running import Server, listen

if TYPE_CHECKING:
    from collections.abc import Iterator

    import kith
    from kith.server.settings import Settings

ORDINARY = 60
"""Seconds that no answer takes."""


@dataclass(frozen=True)
class Served:
    """A server: its port, its engine, and a client."""

    port: int
    engine: Engine
    client: httpx.Client
    server: Server

    def stop(self) -> None:
        """Tell the server to end; the test goes on meanwhile."""
        self.server.should_exit = True

    @contextmanager
    def live(self, **options: Any) -> Iterator[Live]:
        with connect(
            f"ws://127.0.0.1:{self.port}/v1/live",
            proxy=None,
            compression=None,
            **{"subprotocols": ["kith"], **options},
        ) as socket:
            yield Live(socket)


class Live:
    """A live client."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.hello = self.next()
        self.others: list[dict[str, Any]] = []
        self.passed: list[dict[str, Any]] = []
        self.number = 0

    def next(self) -> dict[str, Any]:
        return dict(json.loads(self.socket.recv(timeout=ORDINARY)))

    def tell(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def send(self, jpeg: bytes) -> int:
        self.number += 1
        self.socket.send(self.number.to_bytes(4, "big") + jpeg)
        return self.number

    def frame(self, jpeg: bytes) -> dict[str, Any]:
        """Send a frame and return its answer; what else comes is kept in `others`."""
        number = self.send(jpeg)
        while True:
            answer = self.next()
            if answer["type"] == "frame" and answer["seq"] == number:
                return answer
            self.others.append(answer)

    def wait(self, kind: str) -> dict[str, Any]:
        """Return the next message of a kind."""
        while True:
            answer = self.others.pop(0) if self.others else self.next()
            if answer["type"] == kind:
                return answer


@contextmanager
def serving(
    settings: Settings, recognizer: kith.Recognizer, *, buffer: int | None = None, **client: Any
) -> Iterator[Served]:
    """Serve in a thread until the test is over; buffer: bytes that the system takes off it."""
    with listen("127.0.0.1", 0) as listening, Engine(settings, recognizer) as engine:
        port = listening.getsockname()[1]
        if buffer is not None:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
        up = threading.Event()
        server = Server(create_app(settings, engine), settings.limits, up.set)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            assert up.wait(ORDINARY)
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}", timeout=ORDINARY, trust_env=False, **client
            ) as http:
                yield Served(port, engine, http, server)
        finally:
            server.should_exit = True
            thread.join(ORDINARY)
            assert not thread.is_alive()
