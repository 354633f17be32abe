"""The address of the live frames."""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fastapi import APIRouter, WebSocket

from kith.server.guard import CLIENT
from kith.server.live.session import FULL, Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.server.engine import Engine
    from kith.server.metrics import Metrics
    from kith.server.settings import ServerLimits

router = APIRouter()
log = logging.getLogger("kith.server")

PROTOCOL = "kith"


@router.websocket("/v1/live")
async def live(socket: WebSocket) -> None:
    """Follow, name, correct and enrol faces as they come."""
    engine: Engine = socket.app.state.engine
    offered = socket.scope.get("subprotocols", [])
    await socket.accept(PROTOCOL if PROTOCOL in offered else None)
    sessions: Sessions = socket.app.state.sessions
    metrics: Metrics = socket.app.state.metrics
    try:
        with sessions.one_more(socket.scope[CLIENT]):
            session = Session(socket, engine, metrics)
            await session.run()
            log.info("live: %d frames, %d dropped", session.frames, session.dropped)
    except TooMany as refused:
        await socket.close(FULL, str(refused))


class TooMany(Exception):
    """As many live sessions are open as there may be."""


class Sessions:
    """Counts live sessions, of each client and of all.

    Args:
        limits: how many there may be.
        metrics: where they are counted too.
    """

    def __init__(self, limits: ServerLimits, metrics: Metrics) -> None:
        self._limits = limits
        self._metrics = metrics
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_more(self, client: str) -> Iterator[None]:
        """Count one more session as long as this lasts.

        Raises:
            TooMany: it may not be opened.
        """
        if self._open.total() >= self._limits.sessions:
            raise TooMany("too many live sessions are open: close one, or try again later")
        if self._open[client] >= self._limits.client_sessions:
            raise TooMany("you have too many live sessions open: close one")
        self._open[client] += 1
        self._metrics.sessions.inc()
        try:
            yield
        finally:
            self._open[client] -= 1
            self._metrics.sessions.dec()
            if not self._open[client]:
                del self._open[client]
