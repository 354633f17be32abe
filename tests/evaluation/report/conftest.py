from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from . import made

if TYPE_CHECKING:
    from pathlib import Path

    from kith.evaluation.records import Evaluated


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for photos that are written where they are missing."""
    return tmp_path_factory.mktemp("photos")


@pytest.fixture(scope="session")
def evaluated(photos: Path) -> Evaluated:
    """Twelve people, two failures, one wrong label."""
    return made.evaluate(photos, fail=(3, 20), swapped=(7,))
