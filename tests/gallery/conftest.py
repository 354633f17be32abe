from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kith.gallery.store import GalleryStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "people.kith"


@pytest.fixture
def store(path: Path) -> Iterator[GalleryStore]:
    with GalleryStore.open(path, create=True, busy_seconds=2) as opened:
        yield opened
