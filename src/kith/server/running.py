"""An address to listen on, and serving until somebody says stop."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import ssl
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import uvicorn

from kith.errors import OptionError, printable
from kith.server.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from kith.server.live.route import Sessions
    from kith.server.settings import ServerLimits

UNREAD_SECONDS = 20.0
"""A client that leaves bytes unread for so long is cut off, whatever is waiting for it."""

UNREAD_BYTES = 8 * 1024 * 1024
"""More than any answer; only who asks without reading, as by pings, has so many waiting."""

TICKS = 5
"""Of a tenth of a second, between two looks at who reads."""

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
        reason = str(error)
        if isinstance(error, OSError):  # whose words are long where Python adds its own
            named = isinstance(error, socket.gaierror) or not error.errno
            reason = (error.strerror or reason) if named else os.strerror(error.errno or 0)
        raise OptionError(
            f"cannot listen on {printable(host)} port {port}: {reason}; name another with "
            "--host and --port"
        ) from error


def certified(chain: Path | None, key: Path | None) -> tuple[Path, Path] | None:
    """Return the files for HTTPS, which fit together; None where HTTP is meant.

    Raises:
        OptionError: one is missing or cannot be used.
    """
    if chain is None and key is None:
        return None
    if chain is None or key is None:
        raise OptionError("HTTPS needs both: --certificate FILE and --certificate-key FILE")
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key, password="")  # never wait for somebody to type one
    except (OSError, ValueError) as error:
        missing = [path for path in (chain, key) if not path.is_file()]
        reason = f"{missing[0]} is not there" if missing else "they are not PEM, or do not fit"
        raise OptionError(f"the certificate and its key cannot be used: {reason}") from error
    return chain, key


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
        certificate: files of the chain and its key, for HTTPS.
    """

    def __init__(
        self,
        app: FastAPI,
        limits: ServerLimits,
        on_started: Callable[[], None] | None = None,
        *,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        cert, key = certificate or (None, None)
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="on",
                http=Connection,
                ws="websockets-sansio",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=limits.connections,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=LAST_WORDS,
                ws_max_size=limits.frame_bytes,
                ssl_certfile=cert,
                ssl_keyfile=key,
                ws_per_message_deflate=False,  # pictures are compressed already; bombs are not
            )
        )
        self._sessions: Sessions = app.state.sessions
        self._on_started = on_started
        self._unread: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    async def on_tick(self, counter: int) -> bool:
        """Look after the connections now and then."""
        if counter % TICKS == 0:
            self._cut_off(time.monotonic())
        return await super().on_tick(counter)

    def _cut_off(self, now: float) -> None:
        """Abort connections whose client does not read.

        Closing them would wait for it to do so, which can be for ever.
        """
        for connection in list(self.server_state.connections):
            transport = connection.transport
            unread = transport.get_write_buffer_size()
            if not unread:
                self._unread.pop(connection, None)
                continue
            waits = now - self._unread.setdefault(connection, now)
            if waits > UNREAD_SECONDS or unread > UNREAD_BYTES:
                transport.abort()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets)
        if self.started and self._on_started is not None:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, live sessions first."""
        await self._sessions.stop()
        await super().shutdown(sockets)

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
