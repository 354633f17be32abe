"""Decoding what can be decoded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import av
import av.error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

GIVE_UP = 300
"""Damaged packets in a row."""


class Decoding:
    """The frames of a film or stream that can be decoded, in order.

    Args:
        container: where they are.
        video: its stream.
        explain: says in one line what an error of reading means.
        stopped: whether somebody wants it to end; asked before every packet.
        patience: seconds without a frame before it ends; None: no limit.

    Attributes:
        skipped: damaged packets.
        problem: why it ended early; None where it did not.
        reached: second of the last packet, as the film counts.
    """

    def __init__(
        self,
        container: InputContainer,
        video: VideoStream,
        explain: Callable[[Exception], str],
        *,
        stopped: Callable[[], bool] = lambda: False,
        patience: float | None = None,
    ) -> None:
        self.skipped = 0
        self.problem: str | None = None
        self.reached = 0.0
        self._packets = container.demux(video)
        self._explain, self._stopped, self._patience = explain, stopped, patience
        self._row, self._last = 0, time.monotonic()

    def __iter__(self) -> Iterator[VideoFrame]:
        while not self._stopped() and (packet := self._next_packet()) is not None:
            decoded = self._decode(packet)
            yield from decoded
            self._conclude(found=bool(decoded))
            if self.problem is not None:
                return

    def _next_packet(self) -> Packet[VideoStream] | None:
        try:
            packet = next(self._packets, None)
        except (av.error.FFmpegError, MemoryError) as error:
            self.problem = self._explain(error)
            return None
        if packet is not None and packet.pts is not None:
            self.reached = float(packet.pts * packet.time_base)
        return packet

    def _decode(self, packet: Packet[VideoStream]) -> list[VideoFrame]:
        try:
            return packet.decode()
        except (av.error.FFmpegError, MemoryError):
            self.skipped += 1
            self._row += 1
            return []

    def _conclude(self, *, found: bool) -> None:
        """Give up where nothing comes of it any more."""
        if found:
            self._row, self._last = 0, time.monotonic()
        elif self._row >= GIVE_UP:
            self.problem = f"is damaged: {self._row} packets in a row cannot be decoded"
        elif self._patience is not None and time.monotonic() > self._last + self._patience:
            self.problem = f"sent nothing that can be shown for {self._patience:g} s"
