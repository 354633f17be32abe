"""A folder that holds the files already: ``KITH_MODEL_MIRROR``."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.models.sources.base import CHUNK, SourceFailed

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models.progress import Report


@dataclass(frozen=True, slots=True)
class MirrorFetcher:
    """Copies the first of several names that the folder holds.

    Attributes:
        folder: the mirror.
        names: relative paths, the most special first.
        limit: no file larger than this is copied.
    """

    folder: Path
    names: tuple[str, ...]
    limit: int

    @property
    def name(self) -> str:
        """What a message calls it."""
        return f"mirror {self.folder}"

    def fetch(self, target: Path, report: Report) -> bool:
        """Copy the file; see `Fetcher`."""
        if not self.folder.is_dir():
            raise SourceFailed("KITH_MODEL_MIRROR names no folder")
        for path in (self.folder / name for name in self.names):
            if path.is_file():
                self._copy(path, target, report)
                return False
        raise SourceFailed(f"it holds neither {' nor '.join(self.names)}")

    def _copy(self, path: Path, target: Path, report: Report) -> None:
        try:
            size = path.stat().st_size
            source = path.open("rb")
        except OSError as error:
            raise SourceFailed(f"{path.name} cannot be read ({error.strerror})") from error
        with source:
            if size > self.limit:
                raise SourceFailed(f"{path.name} has {size:,} bytes, more than {self.limit:,}")
            with target.open("wb") as sink:
                shutil.copyfileobj(source, sink, CHUNK)
        report(size, size)
