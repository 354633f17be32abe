"""Map over many things in several threads: in order, a few ahead, never more."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

A = TypeVar("A")
B = TypeVar("B")


def ordered_map(
    pool: Executor, work: Callable[[A], B], items: Iterable[A], *, ahead: int
) -> Iterator[B]:
    """Yield work(item) for each item, in order.

    At most `ahead` items are taken from the source before they are asked for, so memory is
    bounded by them; closing the iterator drops what was not begun.

    Args:
        pool: where the work is done.
        work: called in the pool's threads.
        items: taken from in the caller's thread.
        ahead: 1 or more.
    """
    waiting: deque[Future[B]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
