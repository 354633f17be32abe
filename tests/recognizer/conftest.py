from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from kith.types import Face, Pixels


@pytest.fixture(scope="session")
def crowd(portraits: list[Pixels]) -> Pixels:
    """Twelve people side by side; more faces than a thread embeds at a time."""
    tiles = []
    for portrait in portraits[::2][:12]:
        side = min(portrait.shape[:2])
        left = (portrait.shape[1] - side) // 2
        square = portrait[:side, left : left + side]
        tiles.append(cv2.resize(square, (180, 180), interpolation=cv2.INTER_AREA))
    rows = [np.concatenate(tiles[start : start + 4], axis=1) for start in (0, 4, 8)]
    return np.concatenate(rows)


@pytest.fixture(scope="session")
def photos(celebrities: Path) -> list[Path]:
    return sorted((celebrities / "val").rglob("*.jpg"))[::2]


def assert_same_faces(one: tuple[Face, ...], other: tuple[Face, ...]) -> None:
    """Bit for bit."""
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert a.box == b.box
        assert a.score == b.score
        assert np.array_equal(a.landmarks, b.landmarks)
        assert a.quality == b.quality
        assert a.mask == b.mask
        if a.embedding is None or b.embedding is None:
            assert a.embedding is b.embedding
        else:
            assert np.array_equal(a.embedding, b.embedding)
