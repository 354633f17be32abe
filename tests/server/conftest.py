"""A server with nobody in its gallery, and photos to send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from kith.server.settings import Settings
from server.running import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import kith


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(gallery=tmp_path / "people.kith", keys=tmp_path / "keys.json")


@pytest.fixture
def served(settings: Settings, recognizer: kith.Recognizer) -> Iterator[Served]:
    with serving(settings, recognizer) as server:
        yield server


@pytest.fixture(scope="module")
def bystander(
    tmp_path_factory: pytest.TempPathFactory, recognizer: kith.Recognizer
) -> Iterator[Served]:
    """A server for many tests, none of which teaches it anything."""
    folder = tmp_path_factory.mktemp("bystander")
    with serving(Settings(folder / "people.kith", keys=folder / "keys.json"), recognizer) as server:
        yield server


@pytest.fixture(scope="session")
def photo(presidents: Path) -> bytes:
    """Barack Obama."""
    return (presidents / "obama.jpg").read_bytes()


@pytest.fixture(scope="session")
def second_photo(presidents: Path) -> bytes:
    """Barack Obama again."""
    return (presidents / "obama2.jpg").read_bytes()


@pytest.fixture(scope="session")
def stranger(presidents: Path) -> bytes:
    """Joe Biden."""
    return (presidents / "biden.jpg").read_bytes()


def as_frame(photo: bytes, width: int = 640, height: int = 480) -> bytes:
    """Return a photo as a camera would show it: whole, in the middle of a grey frame, as JPEG."""
    pixels = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    factor = min(width / pixels.shape[1], height / pixels.shape[0])
    size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    frame = np.full((height, width, 3), 128, np.uint8)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    frame[top : top + size[1], left : left + size[0]] = small
    return cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
