"""What a server serves, to whom, and how much of everything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kith.errors import OptionError, printable

if TYPE_CHECKING:
    from pathlib import Path

MEBIBYTE = 1024 * 1024
HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """How much one client, and all together, may ask for.

    Attributes:
        body_bytes: of a request, all its photos together.
        body_seconds: for a request to arrive.
        held_bytes: of the bodies of all requests at a time.
        photo_pixels: of a photo; where a recogniser is handed in, its own limit holds instead.
        photos: in one request.
        waiting: requests that wait for the networks; more are told to come again.
        work_rate, work_burst: photos a second that one client may send, and at once.
        rate, burst: requests of any kind a second that one client may send, and at once.
        connections: open at a time.
        sessions: live sessions at a time.
        client_sessions: live sessions of one client at a time.
        frame_bytes, frame_pixels: of a live frame.
        messages: a second that a live session may send.
        idle_seconds: a live session that sends nothing for so long is closed.
        send_seconds: a live client that does not read for so long is cut off.
    """

    body_bytes: int = 32 * MEBIBYTE
    body_seconds: float = 30.0
    held_bytes: int = 160 * MEBIBYTE
    photo_pixels: int = 50_000_000
    photos: int = 20
    waiting: int = 16
    work_rate: float = 10.0
    work_burst: int = 40
    rate: float = 50.0
    burst: int = 300
    connections: int = 200
    sessions: int = 6
    client_sessions: int = 4
    frame_bytes: int = 2 * MEBIBYTE
    frame_pixels: int = 2_500_000
    messages: float = 400.0
    idle_seconds: float = 60.0
    send_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server serves, and to whom.

    Attributes:
        gallery: file of the people known; None: the usual one.
        detector, embedder, device: networks, as for `Recognizer`; embedder None: the gallery's.
        threshold: least similarity of a match; None: the gallery's calibration's, else the card's.
        need_key: whether every request needs a key. A server that others can reach has to.
        keys: file with the keys' digests; None: ``server-keys.json`` in kith's folder.
        hosts: names under which the server is reached, besides localhost, this machine's name and
            addresses in digits. Requests to another name are refused (DNS rebinding).
        limits: how much may be asked.

    Raises:
        OptionError: what is no host's name, and would never be met.
    """

    gallery: Path | None = None
    detector: str = "yunet"
    embedder: str | None = None
    device: str = "cpu"
    threshold: float | None = None
    need_key: bool = False
    keys: Path | None = None
    hosts: tuple[str, ...] = ()
    limits: ServerLimits = field(default_factory=ServerLimits)

    def __post_init__(self) -> None:
        for host in self.hosts:
            if not HOST.fullmatch(host):
                raise OptionError(
                    f"{printable(host)} is not the name of a host: give one as in "
                    "people.example.org, without http://, port or *; one that is not in ASCII as "
                    "xn--…"
                )
