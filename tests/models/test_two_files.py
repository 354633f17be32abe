"""A network that is kept in two files: pulled, imported, checked, made into a graph."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import ModelUnavailable, WeightsUnreadable
from kith.models import ModelStore, Weights
from kith.models.catalogue import card
from kith.models.graphs import find_graph
from kith.models.imports import check_import, import_file
from kith.models.integrity import joint
from kith.models.session import load_graph
from reference import retail_0095

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models.card import ModelCard

RETAIL = card("retail-0095")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A random network of the published one's layers and names."""
    path = retail_0095.write(retail_0095.retail(0), tmp_path_factory.mktemp("ir"))
    return path, path.with_suffix(".bin")


@pytest.fixture
def known(files: tuple[Path, Path]) -> ModelCard:
    """The card of these very files."""
    weights, more = (Weights(f.name, digest(f), f.stat().st_size, ()) for f in files)
    return replace(RETAIL, weights=weights, more=(more,))


@pytest.fixture
def store(home: Path) -> ModelStore:
    return ModelStore(home)


def test_one_digest_stands_for_several() -> None:
    assert joint(["a" * 64]) == "a" * 64
    assert (
        joint(["a" * 64, "b" * 64])
        == hashlib.sha256(f"{'a' * 64}\n{'b' * 64}".encode()).hexdigest()
    )
    assert joint(["b" * 64, "a" * 64]) != joint(["a" * 64, "b" * 64])


def test_both_come_from_the_mirror_and_run(
    files: tuple[Path, Path], known: ModelCard, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITH_MODEL_MIRROR", str(files[0].parent))
    graph = find_graph(known, store)
    assert store.check(known) == "ok"
    assert graph.record.source_sha256 == joint(map(digest, files))
    picture = np.random.default_rng(0).integers(0, 256, (1, 3, 128, 128)).astype(np.float32)
    expected = retail_0095.run(files[0], picture)
    found = load_graph(graph, picture=(128, 128)).run(picture)[0]
    assert np.linalg.norm(found - expected) < 1e-5 * np.linalg.norm(expected)
    # The second file is as much a part of it as the first.
    store.location(known, known.more[0]).write_bytes(b"?")
    assert store.check(known) == "corrupt"


def test_a_mirror_with_one_of_them(
    files: tuple[Path, Path],
    known: ModelCard,
    store: ModelStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / files[0].name).write_bytes(files[0].read_bytes())
    monkeypatch.setenv("KITH_MODEL_MIRROR", str(tmp_path))
    with pytest.raises(ModelUnavailable, match=f"retail-0095's {files[1].name}: mirror"):
        find_graph(known, store)
    assert store.check(known) == "missing"


def test_a_users_own_files(files: tuple[Path, Path], store: ModelStore, tmp_path: Path) -> None:
    done = import_file(files[0], RETAIL, store)
    assert (done.roles, done.pinned) == (("descriptor",), False)
    assert done.sha256 == joint(map(digest, files)) != digest(files[0])
    assert check_import(RETAIL, store) == "ok"
    assert find_graph(RETAIL, store).record.source_sha256 == done.sha256
    # Other numbers in the second file alone are another network.
    content = bytearray(files[1].read_bytes())
    content[100] ^= 1
    (tmp_path / files[0].name).write_bytes(files[0].read_bytes())
    (tmp_path / files[1].name).write_bytes(content)
    other = import_file(tmp_path / files[0].name, RETAIL, store)
    assert other.sha256 != done.sha256
    assert find_graph(RETAIL, store).record.source_sha256 == other.sha256


@pytest.mark.parametrize("first", [0, 1])
def test_the_cards_own_files_come_together(
    files: tuple[Path, Path], known: ModelCard, store: ModelStore, first: int
) -> None:
    assert import_file(files[first], known, store).path == store.location(known, known.files[first])
    assert store.check(known) == "ok"


def test_the_cards_own_files_one_by_one(
    files: tuple[Path, Path], known: ModelCard, store: ModelStore, tmp_path: Path
) -> None:
    states = []
    for number, file in enumerate(files):
        alone = tmp_path / str(number) / file.name
        alone.parent.mkdir()
        alone.write_bytes(file.read_bytes())
        # Of the same name, and not the card's: it is left where it is.
        alone.with_name(files[1 - number].name).write_bytes(b"another")
        assert import_file(alone, known, store).pinned
        states.append(store.check(known))
    assert states == ["missing", "ok"]
    assert find_graph(known, store).record.source_sha256 == joint(map(digest, files))


def test_half_a_network(files: tuple[Path, Path], store: ModelStore, tmp_path: Path) -> None:
    alone = tmp_path / "net.xml"
    alone.write_bytes(files[0].read_bytes())
    with pytest.raises(
        WeightsUnreadable, match=r"net\.bin cannot be read .* net\.xml and net\.bin"
    ):
        import_file(alone, RETAIL, store)
    with pytest.raises(WeightsUnreadable, match=r"is no weight file that kith knows \(\.xml\)"):
        import_file(files[1], RETAIL, store)
    assert check_import(RETAIL, store) is None
