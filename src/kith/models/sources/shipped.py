"""A file that lies in kith itself: networks of our own, small enough for the package."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from kith.models.sources.base import SourceFailed

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models.progress import Report


@dataclass(frozen=True, slots=True)
class ShippedFetcher:
    """Copies a file out of the package, which may itself be packed.

    Attributes:
        path: below the package's folder.
    """

    path: str

    @property
    def name(self) -> str:
        """What a message calls it."""
        return f"kith's own {self.path}"

    def fetch(self, target: Path, report: Report) -> bool:
        """Copy the file; see `Fetcher`."""
        try:
            content = files("kith").joinpath(self.path).read_bytes()
        except OSError as error:
            raise SourceFailed("the installed kith lacks it: install kith again") from error
        target.write_bytes(content)
        report(len(content), len(content))
        return False
