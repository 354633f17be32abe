"""Films and cameras of which it is known who is before them, and what they are told by."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

import cv2
import numpy as np

import kith
from kith import samples
from kith.samples.clip import Actor, heads, make_clip, render, walk
from kith.tracking import Moment, Seen, Track
from kith.types import Box, Candidate, Face, Identification, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.types import Pixels

SIZE = (640, 360)
SOMEWHERE = Box(10, 20, 30, 40)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def cast(recognizer: kith.Recognizer) -> list[Actor]:
    """Ada comes at once and goes after 4 seconds; a stranger is there from second 1 on."""
    photos = samples.folder("presidents")
    ada = heads([photos / f"{name}.jpg" for name in ("obama", "obama3")], recognizer)
    stranger = heads([photos / "biden.jpg"], recognizer)
    return [
        Actor(ada, walk((150, 180), (220, 180), 220, until=4.0)),
        Actor(stranger, walk((480, 180), (420, 180), 220, since=1.0, seconds=5.0)),
    ]


def make_film(path: Path, recognizer: kith.Recognizer, seconds: float = 6.0) -> Path:
    make_clip(path, cast(recognizer), size=SIZE, seconds=seconds)
    return path


def enrol_ada(path: Path) -> Path:
    with kith.Gallery(path) as gallery:
        gallery.enroll("Ada", samples.folder("presidents") / "obama.jpg")
    return path


def jpegs(recognizer: kith.Recognizer, times: list[float]) -> list[bytes]:
    """The film's pictures at some seconds."""
    actors = cast(recognizer)
    return [_jpeg(render(actors, time, SIZE)) for time in times]


def _jpeg(pixels: Pixels) -> bytes:
    return cv2.imencode(".jpg", pixels[..., ::-1])[1].tobytes()


class Camera:
    """Sends JPEGs over HTTP, again and again, as network cameras do.

    Attributes:
        mood: "well"; "stuck": connected, and nothing comes; "dead": cuts every connection.
    """

    def __init__(self, pictures: list[bytes], rate: float = 25.0) -> None:
        self.mood = "well"
        self.stopped = threading.Event()
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if camera.mood == "dead":
                    return
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=kith")
                self.end_headers()
                for part in camera.parts(pictures, rate):
                    self.wfile.write(part)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = False

            def handle_error(self, *_: object) -> None:
                pass  # whoever looked has gone

        self._server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/video.mjpeg"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def parts(self, pictures: list[bytes], rate: float) -> Iterator[bytes]:
        yield b"--kith\r\n"
        number = 0
        while not self.stopped.wait(1 / rate) and self.mood != "dead":
            if self.mood == "well":
                data = pictures[number % len(pictures)]
                number += 1
                head = f"Content-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
                yield head.encode() + data + b"\r\n--kith\r\n"


def answered(verdict: str, name: str | None = None, similarity: float = 0.5) -> Identification:
    return Identification(
        Verdict(verdict),
        name,
        similarity,
        0.36,
        (Candidate(name or "Somebody", similarity),),
        None if name else "nobody similar enough",
    )


def a_face(box: Box = SOMEWHERE) -> Face:
    return Face(box, np.zeros((5, 2), np.float32), 0.9)


def seen(
    track: int,
    answer: Identification | None = None,
    *,
    since: float = 0.0,
    box: Box = SOMEWHERE,
    person: int = 0,
) -> Seen:
    return Seen(track, a_face(box), since, answer, person=person)


def moment(time: float, *faces: Seen, left: tuple[Track, ...] = ()) -> Moment:
    return Moment(round(time * 25), time, faces, left)


def track(
    number: int, last: float, answer: Identification | None = None, first: float = 0
) -> Track:
    return Track(number, first, last, (), answer)
