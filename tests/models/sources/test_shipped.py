"""A network that kith carries itself needs nobody."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from kith.errors import ModelUnavailable
from kith.masks import TELLER, MaskTeller
from kith.models.card import Shipped
from kith.models.catalogue import card
from kith.models.store import ModelStore

from ..conftest import make_card

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("somebody asked the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("no_network")
def test_an_empty_home_is_filled_without_the_network(home: Path) -> None:
    MaskTeller()
    known = card(TELLER)
    assert ModelStore().check(known) == "ok"
    assert (home / "models" / TELLER / known.weights.file).stat().st_size == known.weights.size


@pytest.mark.usefixtures("home")
def test_a_file_that_was_damaged_is_put_right() -> None:
    store, known = ModelStore(), card(TELLER)
    path = store.path(known)
    path.write_bytes(b"damaged")
    assert store.check(known) == "corrupt"
    store.path(known)
    assert store.check(known) == "ok"


@pytest.mark.skipif(os.name != "posix", reason="paths as messages show them")
@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("path", ["masks/nothing.onnx", "masks", "py.typed"])
def test_what_the_installed_package_lacks_is_said_in_a_line(path: str) -> None:
    with pytest.raises(ModelUnavailable, match=f"kith's own {path}") as failed:
        ModelStore().path(make_card(Shipped(path)))
    assert "Traceback" not in str(failed.value)
