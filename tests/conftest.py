"""What the tests of several rooms share: real networks, real photos, and where both come from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings

import kith
from kith import samples
from kith.detection import open_detector
from kith.models import ModelStore
from reference import random_weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.detection import Detections, Detector
    from kith.types import Pixels

settings.register_profile("kith", deadline=None)  # machines of CI pause now and then
settings.load_profile("kith")

NEEDS = {
    "networks": "models",
    "celebrities": "samples",
    "presidents": "samples",
    "orl": "samples",
}
"""Fixtures that may have to pull something, and the marker of every test that uses them."""


def pytest_configure() -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.pop("COLUMNS", None)  # xdist sets it, and what is printed goes by it


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in NEEDS.keys() & set(getattr(item, "fixturenames", ())):
            item.add_marker(NEEDS[name])


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Photos that lie beside a checkout on some machines and are never part of it."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the photos in ../shared/data, which are not part of the repository")
    return folder


@pytest.fixture(scope="session")
def networks() -> ModelStore:
    """The user's own store (KITH_HOME), so that weights are pulled once and kept."""
    return ModelStore()


@pytest.fixture(scope="session")
def celebrities() -> Path:
    """``train/<person>/NN.jpg`` and ``val/<person>/NN.jpg`` of five people."""
    return samples.folder("celebrities")


@pytest.fixture(scope="session")
def presidents() -> Path:
    return samples.folder("presidents")


@pytest.fixture(scope="session")
def orl() -> Path:
    """``s1/1.png`` to ``s40/10.png``: 40 people, ten small grey photos each."""
    return samples.folder("orl")


@pytest.fixture(scope="session")
def recognizer(networks: ModelStore) -> Iterator[kith.Recognizer]:
    """The default one; use it as it is."""
    with kith.Recognizer(store=networks) as opened:
        yield opened


@pytest.fixture(scope="session")
def detector(networks: ModelStore) -> Detector:
    return open_detector("yunet", networks)


@pytest.fixture(scope="session")
def obama(presidents: Path) -> Pixels:
    """910 × 1137 pixels, one upright face of 240 × 328."""
    pixels = kith.load_photo(presidents / "obama.jpg").pixels
    pixels.setflags(write=False)
    return pixels


@pytest.fixture(scope="session")
def obama_face(detector: Detector, obama: Pixels) -> Detections:
    found = detector.detect(obama)
    assert len(found) == 1
    return found


@pytest.fixture(scope="session")
def portraits(celebrities: Path) -> list[Pixels]:
    """Twenty-five small photos of five people, five of each, in order."""
    return [kith.load_photo(p).pixels for p in sorted((celebrities / "val").rglob("*.jpg"))]


@pytest.fixture(scope="session")
def vggface2_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kith folder with a random VGGFace2 ResNet-50 and made-up names, imported as a user would.

    The official files can be had from their own address alone; the random ones have their layout.
    """
    from kith.models.catalogue import card
    from kith.models.imports import import_file

    folder = tmp_path_factory.mktemp("vggface2")
    store = ModelStore(folder / "home")
    file = random_weights.write_h5(folder, random_weights.layout("resnet50", classifier=True), 0)
    names = folder / "labels.npy"
    np.save(names, np.array([f" Zoë_Person_{number:04d}" for number in range(8631)]))
    for path in (file, names):
        import_file(path, card("vggface2-resnet50"), store)
    file.unlink()
    return store.home


@pytest.fixture
def random(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers that are the same in every run and differ from test to test."""
    return np.random.default_rng(list(request.node.name.encode()))
