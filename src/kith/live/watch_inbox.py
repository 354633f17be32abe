"""Frames and news of a source, handed from the thread that reads to the one that looks."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from kith.media.films import Frame, Source

AHEAD = 2
"""Frames of a film that are decoded ahead."""
_NEWS = 64
_STEP = 0.1


@dataclass(frozen=True, slots=True)
class Arrived:
    """A frame, and when it came, as `time.monotonic` counts."""

    frame: Frame
    at: float


@dataclass(frozen=True, slots=True)
class News:
    """A source that changed its state: which, why, and when."""

    state: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True)
class Ended:
    """There are no more frames.

    Attributes:
        error: that ended them, to be raised; None where the source came to its end.
    """

    error: BaseException | None = None


Item: TypeAlias = "Arrived | News | Ended"


class Inbox:
    """Takes from a source in a thread of its own.

    Of a live source the newest frame waits and older ones are dropped, so that no delay grows;
    of a film every frame waits for its turn. News is never dropped for a frame.

    Attributes:
        dropped: frames of a live source that nobody took in time.
    """

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None
        self.dropped = 0

    def read(self, source: Source) -> None:
        """Begin to take frames."""
        self._thread = threading.Thread(
            target=self._read, args=(source,), name="kith-frames", daemon=True
        )
        self._thread.start()

    def tell(self, state: str, reason: str) -> None:
        """Take news, from whatever thread."""
        with self._changed:
            if len(self._items) < _NEWS:
                self._items.append(News(state, reason, time.monotonic()))
                self._changed.notify_all()

    def take(self, seconds: float) -> Item | None:
        """Return the next item; None where there is none in so many seconds."""
        with self._changed:
            if not self._items:
                self._changed.wait(seconds)
            if not self._items:
                return None
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """Take nothing more."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()

    def join(self, seconds: float) -> None:
        """Wait for the thread to let go of the source."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _read(self, source: Source) -> None:
        error = None
        frames = source.frames()
        try:
            for frame in frames:
                if not self._put(Arrived(frame, time.monotonic()), newest=source.live):
                    break
        except BaseException as raised:  # noqa: BLE001 it is raised again where frames are taken
            error = raised
        finally:
            if hasattr(frames, "close"):
                frames.close()
        with self._changed:
            self._items.append(Ended(error))
            self._changed.notify_all()

    def _put(self, arrived: Arrived, *, newest: bool) -> bool:
        """Hand over a frame; return False where nobody wants any more."""
        with self._changed:
            if newest:
                waiting = [item for item in self._items if not isinstance(item, Arrived)]
                self.dropped += len(self._items) - len(waiting)
                self._items = deque(waiting)
            while len(self._items) >= AHEAD and not newest and not self._closed:
                self._changed.wait(_STEP)
            if not self._closed:
                self._items.append(arrived)
                self._changed.notify_all()
            return not self._closed
