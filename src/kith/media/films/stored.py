"""Sources that lie on a disk: a film, the photos of a folder."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from kith.errors import PhotoError
from kith.media.films.film import open_film
from kith.media.films.frame import Frame
from kith.media.films.source import Source
from kith.media.folder import find_photos
from kith.media.photo import load_photo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.media.films.address import SourceAddress

FOLDER_RATE = 25.0
"""Photos of a folder are taken to have been made at so many a second."""


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
