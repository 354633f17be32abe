"""What every source of files has in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models.progress import Report

CHUNK = 256 * 1024


class SourceFailed(Exception):
    """Why one source did not deliver, in one line; the next one is tried."""


class Fetcher(Protocol):
    """One place that a file or an archive can be had from."""

    @property
    def name(self) -> str:
        """What a message calls it: no credentials, one line."""

    def fetch(self, target: Path, report: Report) -> bool:
        """Bring the whole file to target; what an earlier try left there may be used.

        Returns:
            True where bytes of an earlier try were used.

        Raises:
            SourceFailed: it cannot be had from here; what came stays in target.
        """


def without_credentials(address: str) -> str:
    """Return an address without user, password and query, which may hold secrets."""
    return re.sub(r"//[^/@\s]*@", "//", address).partition("?")[0]
