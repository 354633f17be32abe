"""A film in a file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import av
import av.error

from kith.errors import PhotoUnreadable
from kith.media.films.frame import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class FilmInfo:
    """What the file says of itself.

    Attributes:
        width, height: in pixels, upright.
        duration: in seconds; None where the file does not say.
        rate: frames per second, on average; None where the file does not say.
        codec: name of the video's coding.
        audio: whether there is sound.
    """

    width: int
    height: int
    duration: float | None
    rate: float | None
    codec: str
    audio: bool


class Film:
    """A film in a file. Use `open_film`."""

    def __init__(self, source: str, container: av.container.InputContainer) -> None:
        self.source = source
        self._container = container
        self._video = container.streams.video[0]
        self._video.thread_type = "AUTO"
        self.info = FilmInfo(
            self._video.width,
            self._video.height,
            container.duration / av.time_base if container.duration else None,
            float(self._video.average_rate) if self._video.average_rate else None,
            self._video.codec_context.name,
            bool(container.streams.audio),
        )

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def frames(self, per_second: float | None = None) -> Iterator[Frame]:
        """Yield the frames in the order of their time.

        Args:
            per_second: at most so many of each second; None: all.
        """
        least = 0.0 if per_second is None else 1.0 / per_second
        due = -1e9
        start = None
        for index, decoded in enumerate(self._container.decode(self._video)):
            time = decoded.time or 0.0
            start = time if start is None else start
            if time - start < due - 1e-6:
                continue
            due = max(due, time - start - least) + least
            yield Frame.of_video(decoded, index, time - start)


def open_film(path: str | os.PathLike[str]) -> Film:
    """Open a film.

    Raises:
        PhotoError: it cannot be read.
    """
    source = os.fsdecode(path)
    try:
        return Film(source, av.open(source))
    except av.error.FFmpegError as error:
        raise PhotoUnreadable(source, str(error)) from error
