"""The address of the live frames."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from fastapi import APIRouter, WebSocket

from kith.server.guard import CLIENT
from kith.server.live.session import ENDS, FULL, STOPPED, Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.server.access import Access
    from kith.server.engine import Engine
    from kith.server.metrics import Metrics
    from kith.server.settings import ServerLimits

router = APIRouter()
log = logging.getLogger("kith.server")

PROTOCOL = "kith"

FAREWELL = 1.0
"""Seconds in which sessions say goodbye when the server ends."""


@router.websocket("/v1/live")
async def live(socket: WebSocket) -> None:
    """Follow, name, correct and enrol faces as they come."""
    engine: Engine = socket.app.state.engine
    offered = socket.scope.get("subprotocols", [])
    await socket.accept(PROTOCOL if PROTOCOL in offered else None)
    sessions: Sessions = socket.app.state.sessions
    metrics: Metrics = socket.app.state.metrics
    access: Access = socket.app.state.access
    session = Session(socket, engine, access, metrics)
    try:
        with sessions.one_more(socket.scope[CLIENT], session):
            await session.run()
            log.info("live: %d frames, %d dropped", session.frames, session.dropped)
    except NoMore as refused:
        await socket.close(refused.code, str(refused))


class NoMore(Exception):
    """As many live sessions are open as there may be, or the server ends."""

    def __init__(self, reason: str, code: int = FULL) -> None:
        super().__init__(reason)
        self.code = code


class Sessions:
    """Counts live sessions, of each client and of all, and ends them.

    Args:
        limits: how many there may be.
        metrics: where they are counted too.
    """

    def __init__(self, limits: ServerLimits, metrics: Metrics) -> None:
        self._limits = limits
        self._metrics = metrics
        self._open: Counter[str] = Counter()
        self._sessions: set[Session] = set()
        self._stopped = False

    @contextmanager
    def one_more(self, client: str, session: Session) -> Iterator[None]:
        """Count one more session as long as this lasts.

        Raises:
            NoMore: it may not be opened.
        """
        if self._stopped:
            raise NoMore(ENDS, STOPPED)
        if self._open.total() >= self._limits.sessions:
            raise NoMore("too many live sessions are open: close one, or try again later")
        if self._open[client] >= self._limits.client_sessions:
            raise NoMore("you have too many live sessions open: close one")
        self._open[client] += 1
        self._sessions.add(session)
        self._metrics.sessions.inc()
        try:
            yield
        finally:
            self._sessions.discard(session)
            self._open[client] -= 1
            self._metrics.sessions.dec()
            if not self._open[client]:
                del self._open[client]

    async def stop(self) -> None:
        """End all sessions, with words: what runs the server would only cut them off."""
        self._stopped = True
        for session in self._sessions:
            session.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                while self._sessions:
                    await asyncio.sleep(0.02)
