"""The photos and films of one enrolment, and the bars that show how far they are."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from kith.cli.media_batch import MediaBatch
from kith.media import is_film

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.cli.film_progress import OnProgress


class EnrolBatch(MediaBatch):
    """The photos and films that people are made of.

    Several films are looked at at once, in threads of their own.
    """

    def __init__(self, paths: list[str], *, as_json: bool, quiet: bool, strict: bool) -> None:
        super().__init__(paths, as_json=as_json, quiet=quiet, strict=strict)
        self._lock = threading.Lock()
        self._films: dict[str, tuple[ExitStack, OnProgress | None]] = {}

    def media(self) -> Iterator[str]:
        """Yield every photo and film.

        Raises:
            NoPhotos: there is none, and no failure was told either.
        """
        for _, paths in self.groups():
            yield from paths

    @contextmanager
    def progress(self, what: str) -> Iterator[None]:
        """Show bars with rate and remaining time while files are worked on."""
        with super().progress(what):
            try:
                yield
            finally:
                for source in list(self._films):
                    self._end(source)

    def filming(self, source: str, seconds: float, of: float) -> None:
        """Show how far a film has been looked at; called from the threads that look at films."""
        with self._lock:
            if source not in self._films:
                bar = ExitStack()
                self._films[source] = bar, bar.enter_context(self.bars.film("looking at", source))
            move = self._films[source][1]
        if move is not None:
            move(seconds, of)

    def dealt(self, source: str, error: str | None) -> None:
        """Move on by one photo or film, which failed if there is an error."""
        if is_film(source):
            self.unit = "file"
            self._end(source)
        super().dealt(source, error)

    def _end(self, source: str) -> None:
        with self._lock:
            film = self._films.pop(source, None)
        if film is not None:
            film[0].close()
