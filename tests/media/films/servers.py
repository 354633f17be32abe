"""Cameras of the network, made for the tests."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import cv2
import pytest

from .clips import picture

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kith.types import Pixels


def jpeg(pixels: Pixels) -> bytes:
    return cv2.imencode(".jpg", pixels[..., ::-1])[1].tobytes()


def made_certificate(folder: Path) -> Path:
    """Sign a certificate for this machine by itself; one file with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl")
    path = folder / "own.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, "-keyout", path, "-out", path], check=True, capture_output=True)
    return path


class MjpegCamera:
    """Sends JPEGs over HTTP as network cameras do, numbered like `picture`.

    Attributes:
        mood: "well", "mute" (accepts and says nothing), "stuck" (sends nothing more), "dying" (cuts
            every connection).
        connections: made so far.
        sent: pictures so far.
    """

    def __init__(self, *, rate: float = 50, size: tuple[int, int] = (160, 96)) -> None:
        self.mood, self.connections, self.sent, self.size = "well", 0, 0, size
        self.status = "200 OK"
        self._rate = rate
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}/video"
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            thread = threading.Thread(target=self._talk, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(1)
            connection.recv(4096)
            if self.mood == "mute":
                self._stop.wait()
                return
            head = f"HTTP/1.1 {self.status}\r\nConnection: close\r\n"
            head += "Content-Type: multipart/x-mixed-replace; boundary=kith\r\n\r\n--kith\r\n"
            connection.sendall(head.encode())
            for part in self._parts():
                connection.sendall(part)

    def _parts(self) -> Iterable[bytes]:
        while not self._stop.is_set() and self.mood != "dying":
            if self.mood == "well":
                data = jpeg(picture(self.sent % 256, self.size))
                self.sent += 1
                head = f"Content-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
                yield head.encode() + data + b"\r\n--kith\r\n"
            time.sleep(1 / self._rate)
