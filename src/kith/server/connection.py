"""A connection that has to say what it wants."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

HEADER_SECONDS = 15.0
"""For a request's line and headers to arrive, from the connection on or from their first byte."""


class Connection(H11Protocol):
    """HTTP/1.1 as uvicorn does it, with a time limit on headers that never end.

    Where all places are taken, who has not asked for anything yet makes room: connections that stay
    silent would otherwise keep everybody else out.
    """

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        # asyncio does it for the sockets that it made itself. Without it an answer waits until
        # the one before was acknowledged, which takes until the next frame.
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._wait()
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """Take bytes in; wait for more where they are not a whole header yet."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._patience is None and self.timeout_keep_alive_task is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what was waited for."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    @property
    def silent_since(self) -> float | None:
        """When it began to be silent, by the loop's clock; None where it has asked, or is closing.

        All wait equally long, so that the first to be given up has been silent for longest.
        """
        if self._patience is None or self.transport.is_closing():
            return None
        return self._patience.when()

    def _make_room(self) -> None:
        others = [one for one in self.connections if isinstance(one, Connection) and one != self]
        silent = [(since, one) for one in others if (since := one.silent_since) is not None]
        if silent:
            _, longest = min(silent, key=lambda pair: pair[0])
            longest.transport.abort()

    def _give_up(self) -> None:
        self._patience = None
        protocol: Any = self.transport.get_protocol()
        if protocol is self and not self.transport.is_closing():
            self.transport.close()
