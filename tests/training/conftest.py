"""What tests of learning share: a home of its own with the real networks, and a small network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kith.models import ModelStore
from kith.models.catalogue import DEFAULTS
from kith.models.catalogue import card as find

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def learning(tmp_path: Path, networks: ModelStore, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    """A store of its own, with what finds faces in it, and a random network called ``tiny``."""
    from kith.models.own import keep_own

    from . import tiny

    networks.pull([find(name) for name in DEFAULTS])
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(networks.home / "models")
    monkeypatch.setenv("KITH_HOME", str(home))
    store = ModelStore()
    keep_own(store, tiny.card(), tiny.network(0).SerializeToString())
    return store
