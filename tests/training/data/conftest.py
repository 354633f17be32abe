"""Sets that learning gathers from: real photos, and squares that are made."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.alignment import ARCFACE
from kith.training.data import gather
from kith.training.data.keeping import KeptCrops
from kith.training.data.people import fingerprint
from kith.training.records import TrainingSet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kith.models import ModelStore

    Made = Callable[..., TrainingSet]

RIM = 16


@pytest.fixture(scope="session")
def gathered(
    celebrities: Path, networks: ModelStore, tmp_path_factory: pytest.TempPathFactory
) -> TrainingSet:
    """Five people's photos with a rim and, beside them, painted masks."""
    work = tmp_path_factory.mktemp("gathered")
    return gather(
        celebrities / "val", ARCFACE, work=work, rim=RIM, painted=True, store=networks, seed=3
    )


@pytest.fixture
def folder(celebrities: Path, tmp_path: Path) -> Path:
    """A folder of three people with three photos each, to be changed."""
    root = tmp_path / "people"
    people = sorted(path for path in (celebrities / "val").iterdir() if path.is_dir())
    for person in people[:3]:
        (root / person.name).mkdir(parents=True)
        for photo in sorted(person.iterdir())[:3]:
            shutil.copy(photo, root / person.name / photo.name)
    return root


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Makes a set of squares of one colour each, which says whose it is."""

    def make(counts: Sequence[int], side: int = 8, rim: int = 0, base: int = 0) -> TrainingSet:
        person = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
        digests = tuple(f"{row:064x}" for row in range(len(person)))
        length = side + 2 * rim
        with KeptCrops(tmp_path, f"{len(person)}-{side}", side, rim) as kept:
            for row, digest in enumerate(digests):
                kept.keep(digest, np.full((length, length, 3), (base + row) % 256, np.uint8))
        return TrainingSet(
            crops=kept.crops(digests),
            painted=None,
            person=person,
            people=tuple(f"person {number}" for number in range(len(counts))),
            photos=tuple(f"{row}.jpg" for row in range(len(person))),
            digests=digests,
            skipped=(),
            notes=(),
            fingerprint=fingerprint(person, digests),
        )

    return make
