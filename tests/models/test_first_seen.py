"""Files whose sha256 nobody has published: the first download's is the one that counts."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kith.errors import ModelCorrupt, ModelUnavailable
from kith.models import ModelStore, Url, Weights

from .conftest import CONTENT, make_card

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models import ModelCard

    from .conftest import Server

MAGIC = b"\x89HDF\r\n\x1a\n"
FIRST, SECOND = MAGIC + CONTENT[:5000], MAGIC + CONTENT[5000:9000]


def unpublished(server: Server, content: bytes, **how: object) -> ModelCard:
    url = Url(server.file("/official.h5", content, **how))  # type: ignore[arg-type]
    return replace(make_card(), weights=Weights("official.h5", "", 10_000, (url,)))


def test_the_first_download_is_kept_and_recorded(home: Path, server: Server) -> None:
    card, store = unpublished(server, FIRST), ModelStore()
    assert store.check(card) == "missing"
    assert store.path(card).read_bytes() == FIRST
    assert store.check(card) == "ok"
    known = store.known(card, card.weights)
    assert (known.sha256, known.size) == (hashlib.sha256(FIRST).hexdigest(), len(FIRST))
    assert server.whole["/official.h5"] == 1
    store.path(card)
    assert server.whole["/official.h5"] == 1


def test_a_later_change_is_refused(server: Server) -> None:
    card, store = unpublished(server, FIRST), ModelStore()
    store.path(card).unlink()
    server.file("/official.h5", SECOND)
    with pytest.raises(ModelUnavailable, match=r"came first is recorded in .*official\.h5\.first"):
        store.path(card)
    assert store.check(card) == "missing"
    server.file("/official.h5", FIRST)
    assert store.path(card).read_bytes() == FIRST


def test_a_file_that_changed_on_the_disk_is_corrupt(server: Server) -> None:
    card, store = unpublished(server, FIRST), ModelStore()
    store.path(card).write_bytes(SECOND)
    server.file("/official.h5", SECOND)
    assert store.check(card) == "corrupt"
    with pytest.raises(ModelCorrupt, match="could not be replaced"):
        store.path(card)


@pytest.mark.parametrize(
    ("content", "how", "said"),
    [
        (b"<!DOCTYPE html><html>sign in", {}, "a web page came instead"),
        (b"<!DOCTYPE html><html>sign in", {"kind": "text/html"}, "a web page came instead"),
        (b"not found", {}, "what came is no h5 file"),
        (b"", {}, "what came is no h5 file"),
        (MAGIC + CONTENT[:20_000], {}, "20,008 bytes and so more than 10,000"),
        (MAGIC + CONTENT[:20_000], {"length": False}, "more than 10,000 bytes"),
        (FIRST, {"cut": 100}, "broke off after 100 of 5,008 bytes"),
    ],
)
def test_what_cannot_be_it_is_not_recorded(
    server: Server, content: bytes, how: dict[str, object], said: str
) -> None:
    card, store = unpublished(server, content, **how), ModelStore()
    with pytest.raises(ModelUnavailable, match=said):
        store.path(card)
    assert not store.known(card, card.weights).sha256
    server.file("/official.h5", FIRST)
    assert store.path(card).read_bytes() == FIRST


def test_a_file_put_there_by_hand_is_taken_and_recorded_when_it_is_used(server: Server) -> None:
    card, store = unpublished(server, FIRST), ModelStore()
    path = store.location(card)
    path.parent.mkdir(parents=True)
    path.write_bytes(SECOND)
    assert store.path(card) == path
    store.remember(card, card.weights)
    assert store.known(card, card.weights).sha256 == hashlib.sha256(SECOND).hexdigest()
    assert not server.whole


def test_several_files_of_one_network(server: Server) -> None:
    card, store = make_card(Url(server.file("/a", CONTENT))), ModelStore()
    part = CONTENT[:2000]
    digest = hashlib.sha256(part).hexdigest()
    more = Weights("part.onnx", digest, 2000, (Url(server.file("/part", part)),))
    card = replace(card, more=(more,))
    store.path(card)
    assert store.location(card, more).read_bytes() == part
    assert store.check(card) == "ok"
    store.location(card, more).unlink()
    assert store.check(card) == "missing"
    store.location(card, more).write_bytes(part[::-1])
    assert store.check(card) == "corrupt"
    store.path(card)
    assert (server.whole["/a"], server.whole["/part"]) == (1, 2)
