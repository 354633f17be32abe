"""What every request passes through, whatever it asks for."""

from __future__ import annotations

import logging
import time
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.websockets import WebSocketDisconnect

from kith.errors import KithError
from kith.server.body import Body, Held
from kith.server.refusal import Refused

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from kith.server.access import Access
    from kith.server.metrics import Metrics
    from kith.server.settings import ServerLimits

log = logging.getLogger("kith.server")

NAMES = "/v1/people/"
"""Behind it stands a name, which may hold a slash: such a path is matched as it was sent."""

CLIENT = "kith.client"
"""Where a request's scope says who asks."""

GONE = 499
"""Counted where the client went away before it was answered."""

REFUSED, BROKEN = 1008, 1011

HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' blob: data:; "
        b"media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; "
        b"frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=()"),
)


class Guard:
    """Admits, adds the headers, bounds the body, counts, and makes one line of every error.

    Args:
        app: what lies behind it.
        limits: of a body.
        access: who may ask.
        metrics: where it is counted.
    """

    def __init__(
        self, app: ASGIApp, limits: ServerLimits, access: Access, metrics: Metrics
    ) -> None:
        self._app = app
        self._limits = limits
        self._access = access
        self._metrics = metrics
        self._held = Held(limits.held_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's one request."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        answer = _Answer(send)
        body = Body(receive, self._limits, self._held)
        try:
            scope[CLIENT] = self._access.admit(HTTPConnection(scope))
            body.check(scope)
            _match_names_as_sent(scope)
            await self._app(scope, body.receive, answer.send)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        except Exception as error:  # noqa: BLE001 - whatever it is: one line, and the rest goes on
            if not answer.status:  # else it is too late for words
                response = refusal_of(error).response()
                if not await body.drained(scope):
                    response.headers["connection"] = "close"
                await response(scope, receive, answer.send)
        finally:
            body.release()
        seconds = time.perf_counter() - began
        route = getattr(scope.get("route"), "path", "-")
        self._metrics.answered(scope["method"], route, answer.status or GONE, seconds)
        log.info("%s %s %s %.0f ms", scope["method"], route, answer.status, 1000 * seconds)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            scope[CLIENT] = self._access.admit(HTTPConnection(scope))
        except (Refused, KithError) as error:
            await _deny(refusal_of(error), scope, send)
            return
        try:
            await self._app(scope, receive, send)
        except WebSocketDisconnect:
            pass  # it went away before it was let in
        except Exception as error:  # noqa: BLE001 - as above
            refusal_of(error)
            with suppress(Exception):  # whatever state it is in: it is closed one way or another
                await send({"type": "websocket.close", "code": BROKEN, "reason": "a mistake"})


async def _deny(refused: Refused, scope: Scope, send: Send) -> None:
    """Refuse a WebSocket before it is one, with a status and a reason where the server can."""
    log.info("live refused: %s", refused.code)
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": REFUSED})
        return
    response = refused.response()
    start = {"status": refused.status, "headers": [*response.raw_headers, *HEADERS]}
    await send({"type": "websocket.http.response.start", **start})
    await send({"type": "websocket.http.response.body", "body": response.body})


def refusal_of(error: Exception) -> Refused:
    """Return what an error means to a client; one that nobody foresaw is logged."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, KithError):
        return Refused.of(error)
    # Where, and of what type; never the message, which may hold a name.
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error("unexpected %s in %s:%s", type(error).__name__, place.filename, place.lineno)
    return Refused(500, "failed", "a mistake in kith: the server's log says where")


class _Answer:
    """Sends a response with the headers that all of them have, and remembers its status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            given = {name.lower() for name, _ in headers}
            headers += [pair for pair in HEADERS if pair[0] not in given]
            if b"cache-control" not in given:
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers}
        await self._send(message)


def _match_names_as_sent(scope: Scope) -> None:
    """Let a slash inside a name be told from one between names."""
    if scope["path"].startswith(NAMES):
        raw = scope.get("raw_path")
        sent = raw.decode("latin-1") if raw else quote(scope["path"])
        scope["path"] = quote(sent.partition("?")[0], safe="/%!$&'()*+,;=:@~")
