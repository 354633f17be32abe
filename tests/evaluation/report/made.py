"""Evaluations made by code: people as directions, photos drawn by code, and real metrics."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from kith.evaluation.pairs import measure
from kith.evaluation.records import Described, Evaluated, PairProtocol, System
from kith.types import Box, EmbeddingContract, Face

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

CONTRACT = EmbeddingContract("sface", "ab" * 32, "arcface-112", 1, 32)
POINTS = np.array([[38, 52], [74, 52], [56, 72], [42, 92], [71, 92]], np.float32)


def system(embedder: str = "sface", threshold: float | None = 0.45) -> System:
    return System("yunet", embedder, CONTRACT, threshold)


def evaluate(
    folder: Path,
    *,
    people: int = 12,
    each: int = 3,
    fail: Sequence[int] = (),
    swapped: Sequence[int] = (),
    folds: int = 4,
    by: System | None = None,
    spread: float = 0.9,
    seed: int = 0,
    names: Sequence[str] = (),
    file: str = "{}.jpg",
    rates: Sequence[float] = (0.1, 0.05, 0.001),
    rounds: int = 20,
) -> Evaluated:
    """Evaluate a made-up system on photos that are written into a folder.

    Args:
        folder: where the photos go; they are written where they are missing.
        people, each: how many, and the photos of each.
        fail: photos, by number, that could not be acquired.
        swapped: photos, by number, that show the next person instead.
        folds: of the protocol.
        by: the system.
        spread: of a person's photos; at 1 they are hard to tell from other people's.
        seed: of the embeddings.
        names: of the first people, in place of made-up ones.
        file: name of each photo, with its number.
        rates, rounds: of the measuring.
    """
    protocol = everybody(folder, people, each, folds, names, file)
    random = np.random.default_rng(seed)
    centres = random.normal(size=(people, CONTRACT.dimension))
    shown = protocol.person.copy()
    shown[list(swapped)] = (shown[list(swapped)] + 1) % people
    noise = random.normal(size=(len(shown), CONTRACT.dimension))
    rows = centres[shown] + spread * noise
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    described = describe(protocol, rows, set(fail), by or system())
    return measure(protocol, described, rates=rates, rounds=rounds)


def everybody(
    folder: Path, people: int, each: int, folds: int, names: Sequence[str], file: str
) -> PairProtocol:
    """Every photo with every other."""
    called = [*names, *(f"Person_{n:03d}" for n in range(len(names), people))][:people]
    photos = []
    for person in range(people):
        for number in range(each):
            path = folder / f"{person:03d}" / file.format(number)
            photos.append(str(path))
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(portrait(person, number)).save(path, "JPEG", quality=80)
    owner = np.repeat(np.arange(people, dtype=np.int32), each)
    first, second = (side.astype(np.int32) for side in np.triu_indices(people * each, 1))
    return PairProtocol(
        name="made/pairs.txt",
        photos=tuple(photos),
        person=owner,
        people=tuple(called),
        first=first,
        second=second,
        same=owner[first] == owner[second],
        fold=(np.arange(len(first)) % max(1, folds)).astype(np.int16),
        folds=folds,
        notes=("3 lines of the pairs file were empty",),
    )


def describe(
    protocol: PairProtocol, rows: npt.NDArray[np.float32], fail: set[int], by: System
) -> Described:
    """The photos with embeddings that were made."""
    faces = tuple(
        None if number in fail else Face(Box(16, 20, 80, 100), POINTS, 0.9, None, row)
        for number, row in enumerate(rows)
    )
    reasons = tuple("no face found" if face is None else None for face in faces)
    digests = tuple(sha256(path) for path in protocol.photos)
    return Described(by, faces, reasons, digests, 0, 1.5)


def sha256(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def portrait(person: int, number: int) -> npt.NDArray[np.uint8]:
    """A disc with eyes on a background: RGB, uint8, 128 × 112 × 3."""
    random = np.random.default_rng(person)
    y, x = np.mgrid[:128, :112].astype(np.float32)
    ground, skin, eyes = random.integers(0, 255, (3, 3))
    picture = np.ones((128, 112, 3)) * ground + 10 * number
    picture[(x - 56) ** 2 / 40**2 + (y - 70) ** 2 / 50**2 < 1] = skin
    for at in POINTS[:2]:
        picture[(x - at[0]) ** 2 + (y - at[1]) ** 2 < 25] = eyes
    picture[(abs(x - 56) < 16) & (abs(y - 92) < 3)] = eyes
    return np.clip(picture, 0, 255).astype(np.uint8)


def scored(one: Evaluated, similarity: npt.NDArray[np.float32]) -> Evaluated:
    """The same pairs with other similarities; the result stays as it was."""
    return replace(one, comparisons=replace(one.comparisons, similarity=similarity))
