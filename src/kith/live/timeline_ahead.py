"""Frames decoded while those before them are looked at."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

AHEAD = 8
"""Frames that wait, at most: enough to even out what one frame takes longer than another."""

_END = object()


class Ahead(Generic[T]):
    """Yields items that a thread of its own takes from an iterator, a few in advance.

    What the iterator raises is raised here, after what came before it. Use it in a `with`, at
    whose end the thread ends, once the item that it is at is done; the iterator is closed then.

    Args:
        items: whatever takes a while to come.
        most: how many wait, at most.
    """

    def __init__(self, items: Iterator[T], most: int = AHEAD) -> None:
        self._items = items
        self._waiting: queue.Queue[tuple[object, BaseException | None]] = queue.Queue(most)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._take, name="kith-frames", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        item, error = self._waiting.get()
        if error is not None:
            raise error
        if item is _END:
            raise StopIteration
        return item  # type: ignore[return-value]

    def _take(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    break
            else:
                self._put(_END)
        except BaseException as error:  # noqa: BLE001 - raised again where the items are wanted
            self._put(_END, error)
        finally:
            close = getattr(self._items, "close", None)
            if close is not None:
                close()

    def _put(self, item: object, error: BaseException | None = None) -> bool:
        while not self._stop.is_set():
            try:
                self._waiting.put((item, error), timeout=0.1)
            except queue.Full:
                continue
            return True
        return False
