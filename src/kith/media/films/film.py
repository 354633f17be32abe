"""A film in a file."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Self

import av
import av.error

from kith.errors import FilmUnreadable, OptionError
from kith.media.films.clock import Clock, Pace
from kith.media.films.container import check_size, open_file, reason_of, video_stream
from kith.media.films.decoding import Decoding
from kith.media.films.frame import Frame, upright_size

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from av.container import InputContainer
    from av.video.stream import VideoStream

MAX_RATE = 1000.0
"""Frames a second that are believed."""

_LONGEST = 1e7


@dataclass(frozen=True, slots=True)
class FilmInfo:
    """What the file says of itself.

    Attributes:
        width, height: in pixels, upright, with square pixels.
        duration: in seconds; None where the file does not say.
        rate: frames per second, on average; None where the file does not say.
        codec: name of the video's coding.
        audio: whether there is sound.
        rotation: degrees, counter-clockwise, by which the stored frames are turned to be upright.
    """

    width: int
    height: int
    duration: float | None
    rate: float | None
    codec: str
    audio: bool
    rotation: int = 0


class Film:
    """A film in a file. Use `open_film`.

    Attributes:
        source: its path, as given.
        info: what the file says of itself.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._decoding: Decoding | None = None
        self._running: list[Generator[Frame]] = []
        with open_file(source) as container:
            self.info = self._look(container)

    @property
    def skipped(self) -> int:
        """Damaged packets that were passed over, so far."""
        return self._decoding.skipped if self._decoding else 0

    @property
    def problem(self) -> str | None:
        """In one line, why the frames ended before the film did; None where they did not."""
        return self._decoding.problem if self._decoding else None

    def close(self) -> None:
        """End all that reads frames; safe to call twice."""
        while self._running:
            with suppress(ValueError):  # it is being read in another thread, which goes on
                self._running.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def frames(
        self,
        per_second: float | None = None,
        every: int = 1,
        start: float = 0.0,
        end: float | None = None,
        keyframes: bool = False,
    ) -> Iterator[Frame]:
        """Yield the frames in the order of their time, which rises; each call starts anew.

        A damaged film yields what can be decoded: `skipped` counts the rest, and `problem` says
        why it ended early. All frames have the size that `info` names, also where the film's
        changes on the way.

        Args:
            per_second: at most so many of each second; None: all.
            every: of these, every so manieth.
            start: seconds; what is before is passed over quickly.
            end: seconds; None: to the end.
            keyframes: only those that are coded by themselves, every few seconds: much the
                fastest way through a long film.

        Raises:
            OptionError: a rate, step or time out of range.
            FilmUnreadable: not one frame can be decoded.
        """
        if per_second is not None and not 0 < per_second < math.inf:
            raise OptionError(f"per_second is {per_second}; it must be above 0")
        if every < 1:
            raise OptionError(f"every is {every}; it must be at least 1")
        if not 0 <= start < math.inf or (end is not None and not end > start):
            raise OptionError(f"{start} to {end} seconds is no part of a film")
        pace = Pace(per_second)
        frames = (f for f in self._timed(start, end, keyframes) if pace.wants(f.time))
        running = _owned(frames, every)
        self._running.append(running)
        return running

    def _look(self, container: InputContainer) -> FilmInfo:
        video = video_stream(container, self.source)
        video.thread_type = "NONE"  # the first frame comes out at once
        decoding = Decoding(container, video, reason_of)
        first = next(iter(decoding), None)
        if first is None:
            raise FilmUnreadable(self.source, decoding.problem or "holds no frame")
        self._aspect = video.codec_context.sample_aspect_ratio
        width, height = upright_size(first, self._aspect)
        check_size(self.source, width, height)
        Frame.of_video(first, 0, 0.0).reduced(32)  # whether it can be converted
        return FilmInfo(
            width,
            height,
            _duration(container, video),
            _rate(video),
            video.codec.canonical_name,
            bool(container.streams.audio),
            first.rotation % 360,
        )

    def _timed(self, start: float, end: float | None, keyframes: bool) -> Generator[Frame]:
        """Yield the frames from start to end with their times."""
        size, rate = (self.info.width, self.info.height), self.info.rate or 25.0
        with open_file(self.source) as container:
            video = video_stream(container, self.source)
            video.thread_type = "AUTO"  # all cores
            if keyframes:
                video.codec_context.skip_frame = "NONKEY"
            base = _start(container)
            if start > 0:
                with suppress(av.error.FFmpegError):  # cannot seek: everything is decoded instead
                    container.seek(round((start + base) * av.time_base))
            guessed = start > 0 or keyframes
            clock, index, time = Clock(base, 1 / rate), -1, 0.0
            self._decoding = Decoding(container, video, reason_of)
            for decoded in self._decoding:
                time = clock.of(decoded.time)
                index = max(index + 1, round(time * rate) if guessed else 0)
                if end is not None and time >= end:
                    return
                if time >= start - 1e-6:
                    yield Frame.of_video(decoded, index, time, size, self._aspect)
        if index < 0 and start == 0:
            raise FilmUnreadable(self.source, self._decoding.problem or "holds no frame")
        # What was not decoded was there all the same.
        self._conclude(self._decoding, max(time, self._decoding.reached - base))

    def _conclude(self, decoding: Decoding, time: float) -> None:
        whole = self.info.duration
        last = max(1.0, 1 / (self.info.rate or 25.0))  # seconds that the last frame is shown
        if decoding.problem is None and whole is not None and time < 0.95 * whole - last:
            decoding.problem = f"ends after {time:.1f} of {whole:.1f} seconds: it is cut off"


def open_film(path: str | os.PathLike[str]) -> Film:
    """Open a film.

    Raises:
        PhotoNotFound: there is no such file.
        PhotoTooLarge: its frames are over 40 million pixels.
        FilmUnreadable: not a film, no moving pictures, empty, cut off, or not permitted.
    """
    return Film(os.fsdecode(path))


def _owned(frames: Iterator[Frame], every: int) -> Generator[Frame]:
    yield from islice(frames, 0, None, every)


def _start(container: InputContainer) -> float:
    return (container.start_time or 0) / av.time_base


def _duration(container: InputContainer, video: VideoStream) -> float | None:
    """Seconds until the pictures end: the sound may go on for longer."""
    if video.duration and video.time_base:
        late = (video.start_time or 0) * video.time_base - _start(container)
        seconds = float(video.duration * video.time_base + late)
    else:
        seconds = (container.duration or 0) / av.time_base
    return seconds if 0 < seconds < _LONGEST else None


def _rate(video: VideoStream) -> float | None:
    rate = float(video.average_rate or video.guessed_rate or 0)
    return rate if 0 < rate <= MAX_RATE else None
