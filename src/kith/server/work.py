"""Work in threads, a bounded amount of it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from kith.server.refusal import RETRY_SECONDS, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Work:
    """Some threads, and a queue in front of them that is never long.

    Whoever comes when it is full is sent away at once: waiting for minutes helps nobody.

    Args:
        threads: that work at a time.
        waiting: that may wait besides.
        name: of the threads.
    """

    def __init__(self, threads: int, waiting: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"kith-{name}")
        self._most = threads + waiting
        self.inside = 0

    async def __call__(self, function: Callable[[], T]) -> T:
        """Return function(), run in a thread.

        Raises:
            Refused: too many wait already.
        """
        if self.inside >= self._most:
            raise Refused(
                503, "busy", "too much is being asked: try again", retry_after=RETRY_SECONDS
            )
        future = asyncio.get_running_loop().run_in_executor(self._pool, function)
        self.inside += 1
        future.add_done_callback(self._done)  # the thread goes on where its caller gave up
        return await asyncio.shield(future)

    def close(self) -> None:
        """Let what runs come to its end, and drop what waits."""
        self._pool.shutdown(cancel_futures=True)

    def _done(self, future: asyncio.Future[T]) -> None:
        self.inside -= 1
        if not future.cancelled():
            future.exception()  # it was told, or its caller gave up
