"""What commands over many photos share: walking, counting, failures, the exit code."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import typer

from kith.cli.output import count, emit, say
from kith.cli.progress import photo_progress
from kith.cli.reasons import of_photo
from kith.errors import KithError, NoPhotos, printable
from kith.media import count_photos, find_photos
from kith.shapes import photo_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kith.cli.places import OutputFolder
    from kith.types import PhotoFaces

T = TypeVar("T")


class Batch:
    """The photos of one command.

    A photo that fails is told at once and counted, like a path that leads nowhere; where nothing
    but bad input was given, the command ends with 2.

    Args:
        paths: photos and folders, as given.
        as_json, quiet, strict: the options of that name.
        outputs: folders that the command writes pictures to.
    """

    unit = "photo"

    def __init__(
        self,
        paths: list[str],
        *,
        as_json: bool,
        quiet: bool,
        strict: bool,
        outputs: Iterable[OutputFolder | None] = (),
    ) -> None:
        self._paths = paths
        self._json = as_json
        self._strict = strict
        self._outputs = [one for one in outputs if one is not None]
        self._advance: Callable[[], None] = lambda: None
        self.shown = not (as_json or quiet)
        self.done = 0
        self.failed = 0

    def photos(self) -> Iterator[str]:
        """Yield every photo.

        Raises:
            NoPhotos: there is none, and no failure was told either.
        """
        try:
            for path in find_photos(self._paths, on_error=self.fail):
                if not any(output.holds(path) for output in self._outputs):
                    yield path
        except NoPhotos:
            if not self.failed:
                raise

    @contextmanager
    def progress(self, what: str) -> Iterator[None]:
        """Show a bar with rate and remaining time while photos are worked on."""
        visible = self.shown and sys.stderr.isatty()
        total = self._count() if visible else None
        with photo_progress(what, total, shown=visible and total != 1) as self._advance:
            yield

    def keep(self, items: Iterable[T], photo: Callable[[T], PhotoFaces]) -> Iterator[T]:
        """Pass on the items whose photo could be read; count the others as failures."""
        for item in items:
            of = photo(item)
            self.dealt(of.source, of.error)
            if of.error is None:
                self.done += 1
                yield item

    def dealt(self, source: str, error: str | None) -> None:
        """Move on by one photo, which failed if there is an error."""
        self._advance()
        if error is not None:
            self.fail(source, error)

    def fail(self, source: str, reason: str) -> None:
        """Tell and count a photo that could not be used."""
        self.failed += 1
        if self._json:
            emit(photo_error(source, reason))
        say(f"kith: {printable(source)}: {of_photo(reason)}", error=True)

    def finish(self) -> None:
        """End the command as its photos went.

        Raises:
            typer.Exit: with 2: nothing but bad input was given, or some was and the user asked
                for that.
        """
        if self.failed > 1 or (self.failed and self.done):
            of = f" of {self.failed + self.done:,}"
            say(f"kith: {count(self.failed, self.unit)}{of} could not be used", error=True)
        if self.failed and (self._strict or not self.done):
            raise typer.Exit(2)

    def _count(self) -> int | None:
        try:
            return count_photos(self._paths)
        except KithError:
            return None
