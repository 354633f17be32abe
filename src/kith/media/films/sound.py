"""The sound of one film, carried over into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import av.error

from kith.media.films.container import open_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from av.audio.codeccontext import AudioCodecContext
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet

COPIED = frozenset({"aac", "mp3", "ac3", "eac3", "alac"})
"""Codings that an mp4 holds and players expect there; all others become AAC."""

_AAC_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 11_025, 8_000)
_AAC_BITS = 160_000


class Sound:
    """The sound of a film, to be written along with new pictures. For one container.

    Args:
        path: of the film it comes from.
        out: where it goes; nothing may have been written to it yet.
        start: seconds of the film at which the new one starts.
        end: seconds of the film at which it ends; None: with the film.

    Attributes:
        skipped: damaged packets that were left out.

    Raises:
        FilmUnreadable: not a film.
    """

    def __init__(
        self, path: str, out: OutputContainer, start: float = 0.0, end: float | None = None
    ) -> None:
        self.skipped = 0
        self._out, self._start, self._end = out, start, end
        self._container = open_file(path)
        self._packets: Iterator[Packet[AudioStream]] = iter(())
        self._reached = 0.0
        usable = [stream for stream in self._container.streams.audio if _can_be_read(stream)]
        if usable:
            self._prepare(usable[0])

    def write_until(self, time: float | None) -> None:
        """Write what sounds before a second of the new film; None: all there is."""
        while time is None or self._reached < time:
            packet = next(self._packets, None)
            if packet is None:
                self._packets = iter(())
                return
            try:
                self._out.mux(packet)
            except (av.error.ArgumentError, av.error.InvalidDataError):  # its times do not rise
                self.skipped += 1

    def close(self) -> None:
        """Close the film it comes from."""
        self._packets = iter(())
        self._container.close()

    def _prepare(self, source: AudioStream) -> None:
        base = (self._container.start_time or 0) / av.time_base
        self._begin = base + self._start
        for stream in self._container.streams:
            if stream is not source:
                stream.discard = av.stream.Discard.all
        if self._start > 0:
            self._container.seek(round(self._begin * av.time_base))
        if source.codec.canonical_name in COPIED:
            self._packets = self._copied(source)
        else:
            self._packets = self._encoded(source)

    def _read(self, source: AudioStream) -> Iterator[Packet[AudioStream]]:
        """Yield the packets between start and end."""
        packets = self._container.demux(source)
        while True:
            try:
                packet = next(packets, None)
            except av.error.FFmpegError:
                self.skipped += 1
                return
            if packet is None or packet.dts is None:
                return
            moment = float((packet.dts if packet.pts is None else packet.pts) * packet.time_base)
            if self._end is not None and moment - self._begin >= self._end - self._start:
                return
            # A little before the start belongs to it: a decoder needs it to run in.
            if self._start <= 0 or moment >= self._begin:
                yield packet

    def _copied(self, source: AudioStream) -> Iterator[Packet[AudioStream]]:
        made = self._out.add_stream_from_template(source)

        def copies() -> Iterator[Packet[AudioStream]]:
            for packet in self._read(source):
                shift = round(self._begin / packet.time_base)
                packet.dts = None if packet.dts is None else packet.dts - shift
                packet.pts = None if packet.pts is None else packet.pts - shift
                self._reach(packet.pts, packet.time_base)
                packet.stream = made
                yield packet

        return copies()

    def _encoded(self, source: AudioStream) -> Iterator[Packet[AudioStream]]:
        rate = source.codec_context.sample_rate
        made = self._out.add_stream("aac", rate if rate in _AAC_RATES else _AAC_RATES[0])
        made.codec_context.layout = "mono" if source.codec_context.channels == 1 else "stereo"
        made.codec_context.bit_rate = _AAC_BITS

        def packets() -> Iterator[Packet[AudioStream]]:
            for frame in self._decoded(source):
                if frame.pts is not None and frame.time_base is not None:
                    frame.pts -= round(self._begin / frame.time_base)
                    self._reach(frame.pts, frame.time_base)
                try:
                    yield from made.encode(frame)
                except (av.error.FFmpegError, ValueError):  # its rate or its channels change
                    self.skipped += 1
            yield from made.encode()

        return packets()

    def _decoded(self, source: AudioStream) -> Iterator[AudioFrame]:
        for packet in self._read(source):
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                self.skipped += 1

    def _reach(self, pts: int | None, time_base: Fraction) -> None:
        if pts is not None:
            self._reached = float(pts * time_base)


def _can_be_read(stream: AudioStream) -> bool:
    coding: AudioCodecContext | None = stream.codec_context  # None where no decoder is known
    return coding is not None and coding.sample_rate > 0
