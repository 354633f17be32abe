"""Bodies of requests: as large, as slow, and as many at a time as they may be."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from kith.server.refusal import RETRY_SECONDS, Refused

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope

    from kith.server.settings import ServerLimits

JSON_BYTES = 65536
"""Of a body that is no photo."""

DRAINED = 4
"""Times the limit: so much of a body that is too large is read, and thrown away."""


class Held:
    """Counts the bytes of all bodies that are in memory.

    Args:
        most: that there may be.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = 0

    def take(self, more: int) -> None:
        """Count some more.

        Raises:
            Refused: they would be too many.
        """
        if self._bytes + more > self._most:
            raise Refused(
                503, "busy", "too much is being sent: try again", retry_after=RETRY_SECONDS
            )
        self._bytes += more

    def give(self, back: int) -> None:
        """Count some less."""
        self._bytes -= back


class Body:
    """Takes one body in, as far as it is small enough and comes soon enough.

    Args:
        receive: where it comes from.
        limits: of its size and its time.
        held: where its bytes are counted until `release`.
    """

    def __init__(self, receive: Receive, limits: ServerLimits, held: Held) -> None:
        self._receive = receive
        self._limits = limits
        self._held = held
        self._most = limits.body_bytes
        self._bytes = 0
        self._kept = 0
        self._until: float | None = None
        self._whole = False

    def check(self, scope: Scope) -> None:
        """Refuse a body that says of itself that it is too large.

        Raises:
            Refused: it does.
        """
        headers = dict(scope["headers"])
        if headers.get(b"content-type", b"").lower().startswith(b"application/json"):
            self._most = min(self._most, JSON_BYTES)
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length[:20]) > self._most:
            raise self._too_large()

    async def receive(self) -> Message:
        """Return the next part.

        Raises:
            Refused: it is too large, too late, or one too many.
        """
        message = await self._next()
        more = len(message.get("body", b""))
        self._held.take(more)
        self._kept += more
        return message

    async def drained(self, scope: Scope) -> bool:
        """Let the rest of a refused body pass by, so that its sender comes to read why.

        Returns:
            Whether it came to its end; if not, nothing else can follow on the connection.
        """
        headers = dict(scope["headers"])
        has_body = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        if self._whole or not has_body:
            return True
        if b"expect" in headers:  # it waits for a word before it sends anything
            return False
        self._most = DRAINED * self._limits.body_bytes
        with suppress(Refused):
            while not self._whole:
                if (await self._next())["type"] == "http.disconnect":
                    break
        return self._whole

    def release(self) -> None:
        """Let others have the memory."""
        self._held.give(self._kept)
        self._kept = 0

    async def _next(self) -> Message:
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + self._limits.body_seconds
        try:
            # Behind the body only the connection's end can come, which takes its time.
            async with asyncio.timeout_at(None if self._whole else self._until):
                message = await self._receive()
        except TimeoutError as error:
            raise Refused(408, "too_slow", "the body did not arrive in time") from error
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            if self._bytes > self._most:
                raise self._too_large()
            self._whole = not message.get("more_body")
        return message

    def _too_large(self) -> Refused:
        limit = f"{self._most:,} bytes"
        return Refused(413, "too_large", f"the body is over the limit of {limit}")
