from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kith.models import ModelStore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def mine(tmp_path: Path, networks: ModelStore, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    """The user's store with the real networks, and none of the user's own yet."""
    home = tmp_path / "home"
    home.mkdir()
    (networks.home / "models").mkdir(parents=True, exist_ok=True)
    (home / "models").symlink_to(networks.home / "models")
    monkeypatch.setenv("KITH_HOME", str(home))
    return ModelStore()
