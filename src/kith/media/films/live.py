"""Cameras and streams: the newest frame, and the connection made again when it is lost."""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING

import av

from kith.errors import FilmUnreadable
from kith.media.films.clock import Clock, Pace
from kith.media.films.connect import connect, live_reason
from kith.media.films.container import check_size, video_stream
from kith.media.films.decoding import Decoding
from kith.media.films.frame import Frame, upright_size
from kith.media.films.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from kith.media.films.address import SourceAddress
    from kith.media.films.source import OnState, State

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a lost source is connected again: doubled each time, a random part taken off, so
that many that were lost together do not all come back together."""

_STEADY = 5.0
"""Seconds after which a connection counts as good, and the pauses start anew."""

_BREATH = 0.5
"""Seconds of waiting without a look at interrupts, which Windows needs."""

_FAREWELL = 0.5
"""Seconds that closing waits for the reader."""


class LiveSource(Source):
    """A camera or a stream. Use `open_source`.

    A thread reads all that comes, so that no delay can grow, and keeps the newest frame for whoever
    asks next; `dropped` counts those that nobody took. A film behind an http address is the
    exception: it comes as fast as it is read, so nothing of it is dropped and `live` is false.
    """

    def __init__(
        self,
        address: SourceAddress,
        *,
        on_state: OnState | None,
        reconnect: bool,
        timeout: float,
        every: int,
        per_second: float | None,
    ) -> None:
        self.name = address.name
        self.live = True
        self._address, self._timeout, self._reconnect = address, timeout, reconnect
        self._tell = on_state or _say_nothing
        self._every, self._pace = every, Pace(per_second)
        self._change = threading.Condition()
        self._newest: Frame | None = None
        self._closed = self._ended = False
        self._failure: BaseException | None = None
        self._size: tuple[int, int] | None = None
        self._aspect: Fraction | None = None
        self._index = -1
        self._opened = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="kith-source", daemon=True)
        self._thread.start()
        try:
            self._await_first()
        except BaseException:  # also an interrupt
            self.close()
            raise

    def frames(self) -> Iterator[Frame]:
        """Yield the newest frame each time one is asked for, until the source is closed.

        They end as well where it came to its end, or was lost and is not to be connected again:
        `problem` says why.
        """
        while (frame := self._next()) is not None:
            yield frame

    def close(self) -> None:
        """End within a second.

        A reader that hangs in the network is left behind; it ends by its own time limits.
        """
        with self._change:
            self._closed = True
            self._newest = None
            self._change.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join(_FAREWELL)

    def _await_first(self) -> None:
        with self._change:
            self._change.wait_for(self._has_news, self._timeout)
            if self._failure is not None:
                raise self._failure
            if not self._has_news():
                raise FilmUnreadable(self.name, f"nothing came for {self._timeout:g} s")

    def _has_news(self) -> bool:
        return self._newest is not None or self._closed or self._ended

    def _next(self) -> Frame | None:
        with self._change:
            while not self._change.wait_for(self._has_news, _BREATH):
                pass
            frame, self._newest = self._newest, None
            self._change.notify_all()
            if frame is None and self._failure is not None and not self._closed:
                raise self._failure
            return frame

    def _is_closed(self) -> bool:
        return self._closed

    # What follows runs in the thread.

    def _run(self) -> None:
        try:
            self._connect_and_read()
        except BaseException as error:  # noqa: BLE001 - it is raised where frames are asked for
            self._failure = error
        finally:
            with self._change:
                self._ended = True
                self._change.notify_all()

    def _connect_and_read(self) -> None:
        pause = FIRST_PAUSE
        while not self._is_closed():
            began = time.monotonic()
            self._tell("connecting", self.name)
            reason = self._why_lost()
            if reason is None or self._is_closed():
                return
            if self._size is None:  # it never worked: most likely a wrong address
                raise FilmUnreadable(self.name, reason)
            self._tell("lost", reason)
            if not self._reconnect or not self.live:  # a film would start anew
                self.problem = reason
                self._tell("ended", reason)
                return
            if time.monotonic() - began > _STEADY:
                pause = FIRST_PAUSE
            with self._change:
                self._change.wait_for(self._is_closed, pause * random.uniform(0.5, 1))  # noqa: S311
            pause = min(2 * pause, LONGEST_PAUSE)

    def _why_lost(self) -> str | None:
        """Read until the source is lost, and say why; None: it came to its end, or is closed."""
        try:
            with connect(self._address, self._timeout) as container:
                return self._read(container)
        except FilmUnreadable as error:
            return error.reason

    def _read(self, container: InputContainer) -> str | None:
        video = video_stream(container, self.name)
        video.thread_type = "SLICE"  # by frames, every core would add a frame of delay
        ends = container.duration is not None and container.duration > 0
        self.live = not (ends and self._address.text.lower().startswith("http"))
        clock = None if self.live else Clock((container.start_time or 0) / av.time_base, 0.04)
        decoding = Decoding(
            container,
            video,
            lambda error: live_reason(error, self._timeout),
            stopped=self._is_closed,
            patience=self._timeout,
        )
        for number, decoded in enumerate(decoding):
            if number == 0:
                self._greet(decoded, video)
            self._offer(decoded, clock.of(decoded.time) if clock else None)
        self.skipped += decoding.skipped
        if ends and decoding.problem is None:
            self._tell("ended", "it came to its end")
            return None
        return decoding.problem or "the connection was closed"

    def _greet(self, first: VideoFrame, video: VideoStream) -> None:
        self._aspect = video.codec_context.sample_aspect_ratio
        width, height = upright_size(first, self._aspect)
        check_size(self.name, width, height)
        self._size = self._size or (width, height)
        self._tell("connected", f"{width} × {height} {video.codec.canonical_name}")

    def _offer(self, decoded: VideoFrame, moment: float | None) -> None:
        """Put a frame where the next one who asks takes it."""
        self._index += 1
        at = time.monotonic() - self._opened if moment is None else moment
        if self._index % self._every or not self._pace.wants(at):
            return
        frame = Frame.of_video(decoded, self._index, at, self._size, self._aspect)
        with self._change:
            if not self.live:
                self._change.wait_for(lambda: self._newest is None or self._is_closed())
            if self._is_closed():
                return
            self.dropped += self._newest is not None
            self._newest = frame
            self._change.notify_all()


def _say_nothing(state: State, reason: str) -> None:
    """The `on_state` of those who do not want to know."""
