"""The address of the live frames."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fastapi import APIRouter, WebSocket

from kith.server.live.session import Session

if TYPE_CHECKING:
    from kith.server.engine import Engine

router = APIRouter()
log = logging.getLogger("kith.server")

PROTOCOL = "kith"


@router.websocket("/v1/live")
async def live(socket: WebSocket) -> None:
    """Follow, name, correct and enrol faces as they come."""
    engine: Engine = socket.app.state.engine
    offered = socket.scope.get("subprotocols", [])
    await socket.accept(PROTOCOL if PROTOCOL in offered else None)
    session = Session(socket, engine)
    await session.run()
    log.info("live: %d frames, %d dropped", session.frames, session.dropped)
