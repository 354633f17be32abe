"""A live client: frames in, answers out, the newest frame first and never a queue."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocketDisconnect, WebSocketState

from kith import __version__
from kith.errors import KithError
from kith.server.live import messages, shapes
from kith.server.live.watcher import Watcher
from kith.server.refusal import Refused

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from kith.server.access import Access
    from kith.server.engine import Engine
    from kith.server.live.messages import Command, Picture
    from kith.server.metrics import Metrics

MOST_COMMANDS = 8
"""Waiting; a person cannot press buttons faster than they are dealt with."""

MOST_BROKEN = 10
"""Frames in a row that cannot be read; then it is no camera."""

KEY_SECONDS = 0.5
"""Between two looks at whether the key still opens anything."""

ENDS = "the server ends"
STOPPED, TOO_LARGE, UNUSABLE = 1001, 1009, 1011
NONSENSE, NO_KEY, IDLE, TOO_OFTEN, FULL = 4400, 4401, 4408, 4429, 4503


class Closed(Exception):
    """The session ends, and why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Session:
    """Serves one live client until it goes.

    Args:
        socket: accepted.
        engine: the people, and the networks.
        access: who let it in.
        metrics: where frames are counted.
    """

    def __init__(self, socket: WebSocket, engine: Engine, access: Access, metrics: Metrics) -> None:
        self._socket = socket
        self._access = access
        self._metrics = metrics
        self._engine = engine
        self._limits = engine.limits
        self._began = time.monotonic()
        self._waiting: tuple[Picture, float] | None = None
        self._commands: deque[Command] = deque()
        self._something = asyncio.Event()
        self._stopping = asyncio.Event()
        self._budget = self._limits.messages
        self._refilled = self._began
        self.frames = 0
        self.dropped = 0

    async def run(self) -> None:
        """Serve; returns when the client is gone or was sent away."""
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._send(await self._engine.files(self._hello))
            serving = (self._read(), self._answer(), self._watch_key(), self._wait_for_the_end())
            tasks += map(asyncio.create_task, serving)
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except Closed as end:
            await self._close(end.code, end.reason)
        except Refused as error:
            await self._close(FULL, error.reason)
        except KithError as error:  # the gallery was replaced, or is of another kind now
            await self._close(UNUSABLE, str(error))
        except (WebSocketDisconnect, RuntimeError):
            pass  # it is gone
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        """Let the session end soon, because the server does."""
        self._stopping.set()

    async def _wait_for_the_end(self) -> None:
        await self._stopping.wait()
        raise Closed(STOPPED, ENDS)

    async def _watch_key(self) -> None:
        """End with the key: whoever took it back does not want it used any more."""
        while True:
            await asyncio.sleep(KEY_SECONDS)
            self._check_key()

    def _check_key(self) -> None:
        try:
            self._access.readmit(self._socket)
        except Refused as refused:
            code = NO_KEY if refused.status == 401 else UNUSABLE
            raise Closed(code, refused.reason) from refused

    def _hello(self) -> dict[str, Any]:
        people, limit = self._engine.people.store.count(), self._engine.limit()
        return {"type": "hello", "version": __version__, "people": people, "threshold": limit}

    async def _read(self) -> None:
        """Take in what comes: of frames only the newest is kept."""
        while True:
            try:
                message = await asyncio.wait_for(self._socket.receive(), self._limits.idle_seconds)
            except TimeoutError:
                raise Closed(IDLE, "nothing came for too long") from None
            if message["type"] == "websocket.disconnect":
                return
            self._spend()
            try:
                self._take(message.get("bytes"), message.get("text"))
            except messages.Nonsense as error:
                raise Closed(NONSENSE, str(error)) from error
            except KithError as error:
                await self._send(shapes.error(str(error)))
            self._something.set()

    def _take(self, data: bytes | None, text: str | None) -> None:
        if data is not None:
            if len(data) > self._limits.frame_bytes:
                raise Closed(TOO_LARGE, "a frame is too large")
            if self._waiting is not None:
                self.dropped += 1
                self._metrics.dropped.inc()
            self._waiting = messages.picture(data), time.monotonic()
        elif text is not None:
            if len(self._commands) >= MOST_COMMANDS:
                raise Closed(TOO_OFTEN, "too many messages at once")
            self._commands.append(messages.command(text))

    def _spend(self) -> None:
        """Count a message against what may be sent in a second."""
        now, rate = time.monotonic(), self._limits.messages
        self._budget = min(2 * rate, self._budget + rate * (now - self._refilled)) - 1
        self._refilled = now
        if self._budget < 0:
            raise Closed(TOO_OFTEN, "too many messages a second")

    async def _answer(self) -> None:
        """Deal with what has come, one after the other."""
        watcher = await self._engine.live(partial(Watcher, self._engine))
        broken = 0
        while True:
            await self._something.wait()
            self._something.clear()
            while self._commands:
                self._check_key()  # it may change who is known
                command = self._commands.popleft()
                await self._send(*await self._engine.live(partial(watcher.command, command)))
            if self._waiting is None:
                continue
            (picture, came), self._waiting = self._waiting, None
            answers = await self._engine.live(partial(watcher.frame, picture, came - self._began))
            if answers[0]["type"] == "error":
                broken += 1
                if broken >= MOST_BROKEN:
                    raise Closed(NONSENSE, answers[0]["reason"])
            else:
                broken = 0
                self.frames += 1
                self._metrics.frames.inc()
                took = time.monotonic() - came
                self._metrics.frame_seconds.observe(took)
                answers[0] |= {"ms": round(1000 * took, 1), "dropped": self.dropped}
            await self._send(*answers)

    async def _send(self, *answers: dict[str, Any]) -> None:
        for answer in answers:
            text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
            try:
                await asyncio.wait_for(self._socket.send_text(text), self._limits.send_seconds)
            except TimeoutError:
                raise Closed(IDLE, "the answers are not read") from None

    async def _close(self, code: int, reason: str) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            shown = reason.encode()[:120].decode(errors="ignore")  # a close frame is short
            with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                await asyncio.wait_for(self._socket.close(code, shown), 1)
