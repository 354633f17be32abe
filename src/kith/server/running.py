"""An address to listen on, and serving until somebody says stop."""

from __future__ import annotations

import ipaddress
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from kith.errors import OptionError, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi import FastAPI

    from kith.server.settings import ServerLimits

LAST_WORDS = 5
"""Seconds that open connections have when the server ends."""


def is_loopback(host: str) -> bool:
    """Tell whether nobody but this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        OptionError: the address is taken, not this machine's, or not permitted.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OptionError(
            f"cannot listen on {printable(host)} port {port}: {reason}; name another with "
            "--host and --port"
        ) from error


def address(listening: socket.socket, *, secure: bool = False) -> str:
    """Return what to type into a browser on this machine."""
    host, port = listening.getsockname()[:2]
    ip = ipaddress.ip_address(host)
    if ip.is_unspecified:
        host = "localhost"
    shown = f"[{host}]" if ip.version == 6 and not ip.is_unspecified else host
    return f"http{'s' if secure else ''}://{shown}:{port}/"


class Server(uvicorn.Server):
    """Serves until it is told to stop; being told is no error.

    Args:
        app: what is served.
        limits: of connections and messages.
        on_started: called once requests are taken.
    """

    def __init__(
        self, app: FastAPI, limits: ServerLimits, on_started: Callable[[], None] | None = None
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=limits.connections,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=LAST_WORDS,
                ws_max_size=limits.frame_bytes,
                ws_per_message_deflate=False,  # pictures are compressed already; bombs are not
            )
        )
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets)
        if self.started and self._on_started is not None:
            self._on_started()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM; the second one does not wait for anybody."""
        try:
            before = {
                kind: signal.signal(kind, self.handle_exit)
                for kind in (signal.SIGINT, signal.SIGTERM)
            }
        except ValueError:  # not the main thread, as in tests: `should_exit` stops it
            yield
            return
        try:
            yield
        finally:
            for kind, handler in before.items():
                signal.signal(kind, handler)
