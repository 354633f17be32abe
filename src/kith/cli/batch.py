"""What commands over many photos share: walking, counting, failures, the exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

import typer

from kith.cli.output import count, emit, photo_progress, say
from kith.cli.shapes import photo_error
from kith.errors import KithError, NoPhotos, PhotoError, printable
from kith.media import count_photos, find_photos

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from kith.types import PhotoFaces

T = TypeVar("T")


class Batch:
    """The photos of one command.

    A photo that fails is told at once and counted. Where the user named several paths, one that
    does not exist fails like a photo; where nothing but bad input was given, the command ends
    with 2.
    """

    def __init__(self, paths: list[str], *, as_json: bool, quiet: bool, strict: bool) -> None:
        self._paths = paths
        self._json = as_json
        self._strict = strict
        self.shown = not (as_json or quiet)
        self.done = 0
        self.failed = 0

    def photos(self) -> Iterator[str]:
        """Yield every photo; a path that leads to none is a failure, not the end."""
        for path in self._paths:
            try:
                yield from find_photos([path], on_error=self._unreadable_folder)
            except (PhotoError, NoPhotos) as error:
                source = error.source if isinstance(error, PhotoError) else path
                reason = error.reason if isinstance(error, PhotoError) else "no photo in it"
                self.fail(source, reason)

    def progress(self, what: str) -> AbstractContextManager[Callable[[], None]]:
        """Show a bar with rate and remaining time while photos are worked on."""
        visible = self.shown and sys.stderr.isatty()
        total = self._count() if visible else None
        return photo_progress(what, total, shown=visible and total != 1)

    def keep(self, items: Iterable[T], photo: Callable[[T], PhotoFaces]) -> Iterator[T]:
        """Pass on the items whose photo could be read; count the others as failures."""
        for item in items:
            of = photo(item)
            if of.error is not None:
                self.fail(of.source, of.error)
                continue
            self.done += 1
            yield item

    def fail(self, source: str, reason: str) -> None:
        """Tell and count a photo that could not be used."""
        self.failed += 1
        if self._json:
            emit(photo_error(source, reason))
        say(f"kith: {printable(source)}: {reason}", error=True)

    def finish(self) -> None:
        """End the command as its photos went.

        Raises:
            typer.Exit: with 2: nothing but bad input was given, or some was and the user asked
                for that.
        """
        if self.failed > 1 or (self.failed and self.done):
            of = f" of {self.failed + self.done:,}"
            say(f"kith: {count(self.failed, 'photo')}{of} could not be used", error=True)
        if self.failed and (self._strict or not self.done):
            raise typer.Exit(2)

    def _unreadable_folder(self, path: str, reason: str) -> None:
        self.fail(path, reason)

    def _count(self) -> int | None:
        try:
            return count_photos(self._paths)
        except KithError:
            return None
