"""Events sent to an address: signed, tried again, and never in the way of the picture."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import queue
import random
import threading
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from kith.live.webhook_post import Answer, Target, post

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "KITH_WEBHOOK_SECRET"  # noqa: S105
"""The environment variable with the secret that bodies are signed with."""
SIGNATURE = "X-Kith-Signature"
DELIVERY = "X-Kith-Delivery"
"""A number of the event that stays the same when it is sent again."""

_QUIET = 60.0
"""Seconds in which a receiver that fails in many ways is complained of once."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is tried, and how much is kept.

    Attributes:
        timeout: seconds for one attempt, from the connection to the answer.
        attempts: of one event, before it is given up.
        first: seconds before the second attempt; each further one waits twice as long.
        longest: seconds between two attempts, at most.
        waiting: events that wait for the receiver; the oldest are dropped for new ones.
    """

    timeout: float = 5.0
    attempts: int = 8
    first: float = 0.5
    longest: float = 30.0
    waiting: int = 200


def sign(body: bytes, secret: str, now: int) -> str:
    """Return the header that proves who sent a body, and when.

    ``t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256 of "<t>." + body>``. A receiver computes
    the same, compares in constant time, and refuses what is older than some minutes.
    """
    mac = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256)
    return f"t={now},v1={mac.hexdigest()}"


class Webhook:
    """Sends events, in their order, to one address.

    `send` never waits. A receiver that fails or hangs is tried again, with longer and longer
    pauses; what waits is bounded. A redirect is not followed: the events are for this address.

    Args:
        url: http or https.
        secret: bodies are signed with; None: ``KITH_WEBHOOK_SECRET``; without one they are not.
        patience: how long is tried.
        on_problem: told in one line, from the sender's thread, that the receiver does not take
            events, and that it takes them again.

    Raises:
        OptionError: the address cannot be used.
    """

    def __init__(
        self,
        url: str,
        secret: str | None = None,
        *,
        patience: Patience | None = None,
        on_problem: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._target = Target.parse(url)
        self._secret = secret or os.environ.get(SECRET) or None
        self._patience = patience or Patience()
        self._on_problem = on_problem
        self._failing: str | None = None
        self._told = 0.0
        self._queue: queue.Queue[bytes | None] = queue.Queue(self._patience.waiting)
        self._leaving = threading.Event()
        self._sending = False
        self._lost = 0
        self._counting = threading.Lock()
        self.sent = 0
        self._thread = threading.Thread(target=self._work, name="kith-webhook", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def signed(self) -> bool:
        """Whether bodies are signed."""
        return self._secret is not None

    @property
    def lost(self) -> int:
        """Events that were given up; after `close`, all that were not delivered."""
        return self._lost + (self._sending and self._leaving.is_set())

    def send(self, event: dict[str, Any]) -> None:
        """Send an event when the ones before it are through."""
        body = json.dumps(event, ensure_ascii=False).encode()
        while True:
            try:
                self._queue.put_nowait(body)
            except queue.Full:
                self._drop()
            else:
                return

    def close(self, wait: float = 0.0, stopped: Callable[[], bool] = lambda: False) -> None:
        """End the sender; safe to call twice. What was not sent by then counts as lost.

        Args:
            wait: seconds to let it deliver what it was given.
            stopped: asked again and again; True ends the waiting.
        """
        if self._leaving.is_set():
            return
        deadline = time.monotonic() + wait
        while self._queue.unfinished_tasks and time.monotonic() < deadline and not stopped():
            time.sleep(0.02)
        self._leaving.set()
        while self._thread.is_alive():
            try:
                self._queue.put_nowait(None)
            except queue.Full:
                self._drop()
            else:
                # An attempt that is under way ends with its own time limit; nobody waits for it.
                self._thread.join(0.3)
                break
        while not self._queue.empty():
            self._drop()

    def _drop(self) -> None:
        try:
            body = self._queue.get_nowait()
        except queue.Empty:
            return
        self._queue.task_done()
        self._lose(1 if body is not None else 0)

    def _lose(self, number: int) -> None:
        with self._counting:
            self._lost += number

    def _work(self) -> None:
        while (body := self._queue.get()) is not None:
            self._sending = True
            taken = self._deliver(body)
            self._sending = False
            if taken:
                self.sent += 1
            else:
                self._lose(1)
            self._queue.task_done()
        self._queue.task_done()

    def _deliver(self, body: bytes) -> bool:
        """Send a body until it is taken; return whether it was."""
        pause = self._patience.first
        delivery = uuid.uuid4().hex
        for attempt in range(self._patience.attempts):
            if attempt and self._leaving.wait(pause * random.uniform(0.75, 1.25)):  # noqa: S311
                return False
            answer = post(self._target, body, self._headers(body, delivery), self._patience.timeout)
            self._tell(answer)
            if answer.taken or not answer.worth_trying:
                return answer.taken
            pause = min(max(pause * 2 if attempt else pause, answer.after), self._patience.longest)
        return False

    def _headers(self, body: bytes, delivery: str) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "User-Agent": "kith", DELIVERY: delivery}
        if self._secret is not None:
            headers[SIGNATURE] = sign(body, self._secret, int(time.time()))
        return headers

    def _tell(self, answer: Answer) -> None:
        """Say once that something is wrong, once a minute what else is, and that it is over."""
        problem = None if answer.taken else answer.reason
        again = time.monotonic() - self._told >= _QUIET
        if problem == self._failing or (problem and self._failing and not again):
            return
        self._failing, self._told = problem, time.monotonic()
        if self._leaving.is_set():
            return
        where = self._target.shown
        if problem is None:
            self._on_problem(f"{where} takes events again")
        elif answer.worth_trying:
            self._on_problem(f"{where} does not take events: {problem}; they are sent again")
        else:
            self._on_problem(f"{where} refuses an event: {problem}")
