"""One way to open whatever frames can come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from kith.errors import OptionError, PhotoError
from kith.media.films.address import SourceAddress, parse_source
from kith.media.films.film import open_film
from kith.media.films.frame import Frame
from kith.media.folder import find_photos
from kith.media.photo import load_photo

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

State: TypeAlias = Literal["connecting", "connected", "lost", "ended"]

OnState: TypeAlias = Callable[[State, str], None]
"""Told of a change of state, and in one line why. A live source calls it from another thread."""

FOLDER_RATE = 25.0
"""Photos of a folder are taken to have been made at so many a second."""


class Source(ABC):
    """Where frames come from. Use `open_source`.

    Attributes:
        live: whether frames come by themselves, so that late ones are dropped.
        name: for people: a path, ``camera 0``, an address without its password.
        dropped: frames of a live source that nobody took in time.
        skipped: damaged packets or photos that were passed over.
        problem: in one line, why the frames ended early; None where they did not.
    """

    live: bool = False
    name: str
    dropped: int = 0
    skipped: int = 0
    problem: str | None = None

    @abstractmethod
    def frames(self) -> Iterator[Frame]:
        """Yield the frames in the order of their time, which rises."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything within a second; safe to call twice, and from another thread."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class FilmSource(Source):
    """A film in a file.

    Attributes:
        film: the film, with what its file says of it.
    """

    def __init__(self, address: SourceAddress, every: int, per_second: float | None) -> None:
        self.name = address.name
        self.film = open_film(address.text)
        self._every, self._per_second = every, per_second

    @property
    def skipped(self) -> int:  # type: ignore[override]
        """Damaged packets that were passed over."""
        return self.film.skipped

    @property
    def problem(self) -> str | None:  # type: ignore[override]
        """In one line, why the frames ended early; None where they did not."""
        return self.film.problem

    def frames(self) -> Iterator[Frame]:
        """Yield the frames in the order of their time, which rises."""
        return self.film.frames(self._per_second, self._every)

    def close(self) -> None:
        """Close the file."""
        self.film.close()


class FolderSource(Source):
    """The photos of a folder, by name, as the frames of a film."""

    def __init__(self, address: SourceAddress, every: int, per_second: float | None) -> None:
        self.name = address.name
        self._rate = per_second or FOLDER_RATE
        self._every = every
        self._open = True
        self._folder = address.text
        next(self._photos())  # NoPhotos, or not permitted, is told at once

    def frames(self) -> Iterator[Frame]:
        """Yield the photos that can be read; the others are counted in `skipped`."""
        self.skipped = 0
        photos = islice(enumerate(self._photos()), 0, None, self._every)
        for index, path in photos:
            if not self._open:
                return
            try:
                pixels = load_photo(path).pixels
            except PhotoError:
                self.skipped += 1
                continue
            yield Frame.of_pixels(pixels, index, index / self._rate)

    def close(self) -> None:
        """End the frames."""
        self._open = False

    def _photos(self) -> Iterator[str]:
        return find_photos([self._folder], recursive=False)


def open_source(
    source: str | os.PathLike[str] | SourceAddress,
    *,
    on_state: OnState | None = None,  # noqa: ARG001
    reconnect: bool = True,  # noqa: ARG001
    timeout: float = 10.0,  # noqa: ARG001
    every: int = 1,
    per_second: float | None = None,
) -> Source:
    """Open a film, a folder of frames, a camera or a stream.

    Args:
        source: as `parse_source` takes it: a path, ``0``, ``rtsp://…``, ``http://…``.
        on_state: told when a live source is being connected, is there, is lost, has ended.
        reconnect: whether a live source that was lost is connected again, until it is closed.
        timeout: seconds that a live source may send nothing before it counts as lost.
        every: only every so manieth frame.
        per_second: at most so many frames of each second; of a folder, how many photos make a
            second.

    Raises:
        OptionError: no such kind of source, or an option out of range.
        PhotoNotFound: a path that leads nowhere.
        FilmUnreadable: it cannot be opened; of a live source, not within the timeout.
        NoPhotos: a folder without photos.
    """
    address = source if isinstance(source, SourceAddress) else parse_source(source)
    if every < 1:
        raise OptionError(f"every is {every}; it must be at least 1")
    if per_second is not None and not per_second > 0:
        raise OptionError(f"per_second is {per_second}; it must be above 0")
    if address.kind == "film":
        return FilmSource(address, every, per_second)
    if address.kind == "folder":
        return FolderSource(address, every, per_second)
    raise OptionError(f"{address.name}: live sources cannot be opened yet")
