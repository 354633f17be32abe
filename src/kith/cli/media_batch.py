"""What commands over photos and films share, beyond what those over photos do."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING

import typer

from kith.cli.batch import Batch
from kith.cli.film_progress import MediaProgress, media_progress
from kith.cli.output import say
from kith.errors import KithError, NoPhotos, printable
from kith.media import FILM_SUFFIXES, PHOTO_SUFFIXES, count_photos, find_media, is_film

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEDIA = PHOTO_SUFFIXES | FILM_SUFFIXES


class MediaBatch(Batch):
    """The photos and films of one command.

    A film that breaks off counts as far as it was read; that it did is told, and makes a strict
    command end with 2.
    """

    bars = MediaProgress(None, None)
    broken_off = 0

    def groups(self) -> Iterator[tuple[bool, Iterator[str]]]:
        """Yield files in order, films apart from photos: whether they are films, and their paths.

        Raises:
            NoPhotos: there is none, and no failure was told either.
        """
        try:
            for films, paths in groupby(self._media(), is_film):
                if films:
                    self.unit = "file"
                yield films, paths
        except NoPhotos:
            if not self.failed:
                raise

    @contextmanager
    def progress(self, what: str) -> Iterator[None]:
        """Show bars with rate and remaining time while files are worked on."""
        visible = self.shown and sys.stderr.isatty()
        total = self._count() if visible else None
        with media_progress(what, total, shown=visible) as self.bars:
            self._advance = self.bars.advance
            yield

    def broke_off(self, source: str, reason: str) -> None:
        """Tell that a film was not read to its end."""
        self.broken_off += 1
        say(f"kith: {printable(source)}: {reason}; what was read counts", error=True)

    def finish(self) -> None:
        """End the command as its files went.

        Raises:
            typer.Exit: with 2, as `Batch.finish` says, or where a film of a strict command broke
                off.
        """
        super().finish()
        if self.broken_off and self._strict:
            raise typer.Exit(2)

    def _media(self) -> Iterator[str]:
        for path in find_media(self._paths, on_error=self.fail):
            if not any(output.holds(path) for output in self._outputs):
                yield path

    def _count(self) -> int | None:
        try:
            return count_photos(self._paths, suffixes=_MEDIA)
        except KithError:
            return None
