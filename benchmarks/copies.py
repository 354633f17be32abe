"""Photos of known people and damaged copies of them, as one recogniser sees their main faces."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import kith
from damage import KINDS
from kith.alignment import ARCFACE
from kith.alignment.similarity import similarity_transform
from kith.media import find_photos
from kith.types import Face, Pixels

WHOLE = "whole"


@dataclass(frozen=True)
class Copies:
    """Faces, each with a row of everything.

    Attributes:
        faces: with their quality and embedding.
        rows: their embeddings, float32, N × d.
        person: whom each shows, int, N.
        photo: of which photo it is a copy, int, N.
        kind: what was done to it, N; `WHOLE` where nothing was.
        held: bool, N: of the half of the people on which no bound was fitted.
        steady: cosine between the face and its mirror image, N; None unless asked for.
        lost: copies in which no face was found, by kind.
    """

    faces: list[Face]
    rows: npt.NDArray[np.float32]
    person: npt.NDArray[np.int64]
    photo: npt.NDArray[np.int64]
    kind: npt.NDArray[np.str_]
    held: npt.NDArray[np.bool_]
    steady: npt.NDArray[np.float64] | None
    lost: Counter[str]

    @property
    def whole(self) -> npt.NDArray[np.intp]:
        return np.flatnonzero(self.kind == WHOLE)

    def column(self, name: str) -> npt.NDArray[np.float64]:
        """Return one number of every face's quality; NaN where it is not known."""
        values = [getattr(face.quality, name) for face in self.faces]
        return np.array([np.nan if value is None else value for value in values])


def describe(
    root: Path, recognizer: kith.Recognizer, *, kinds: int, limit: int = 0, mirror: bool = False
) -> Copies:
    """Describe every photo, and copies of those whose person has others.

    Args:
        root: a folder of photos for each person.
        recognizer: the system.
        kinds: so many kinds of damage for each photo.
        limit: at most so many people with several photos; 0: all.
        mirror: also describe the mirror images.
    """
    paths = [Path(path) for path in find_photos([root])]
    counts = Counter(path.parent for path in paths)
    several = sorted(folder for folder, number in counts.items() if number > 1)
    wanted = set(several[:limit] if limit else several)
    if limit:
        paths = [path for path in paths if path.parent in wanted]
    names = sorted({path.parent.name for path in paths})

    def look(place: int) -> list[tuple[int, str, Face | None, float]]:
        pixels = kith.load_photo(paths[place]).pixels
        face, steady = seen(recognizer, pixels, mirror)
        found = [(place, WHOLE, face, steady)]
        if face is None or paths[place].parent not in wanted:
            return found
        seed = zlib.crc32(paths[place].name.encode())
        chosen = np.random.default_rng(seed).permutation(list(KINDS))[:kinds]
        for kind in chosen.tolist():
            random = np.random.default_rng([seed, zlib.crc32(kind.encode())])
            copy = KINDS[kind](pixels, face.landmarks, random)
            found.append((place, kind, *seen(recognizer, copy, mirror)))
        return found

    every = [one for many in recognizer.map(look, range(len(paths))) for one in many]
    kept = [(place, kind, face, steady) for place, kind, face, steady in every if face is not None]
    people = [names.index(paths[place].parent.name) for place, *_ in kept]
    held = np.array([bool(zlib.crc32(name.encode()) & 1) for name in names])
    return Copies(
        faces=[face for _, _, face, _ in kept],
        rows=np.stack([face.embedding for *_, face, _ in kept]),
        person=np.array(people),
        photo=np.array([place for place, *_ in kept]),
        kind=np.array([kind for _, kind, _, _ in kept]),
        held=held[people],
        steady=np.array([steady for *_, steady in kept]) if mirror else None,
        lost=Counter(kind for _, kind, face, _ in every if face is None),
    )


def seen(recognizer: kith.Recognizer, pixels: Pixels, mirror: bool) -> tuple[Face | None, float]:
    """Return the main face, and how alike it is to its mirror image (0 unless asked for)."""
    height, width = pixels.shape[:2]
    photo = recognizer.describe(pixels)
    face = kith.largest_central(photo.faces, width, height)
    if face is None or not mirror:
        return face, 0.0
    turned = recognizer.describe(np.ascontiguousarray(pixels[:, ::-1]))
    other = kith.largest_central(turned.faces, width, height)
    return face, float(face.embedding @ other.embedding) if other else -1.0


def residual(face: Face) -> float:
    """Return how far the five points lie from those of a mean face, in pixels of its crop."""
    matrix = similarity_transform(face.landmarks, ARCFACE.template)
    away = face.landmarks @ matrix[:, :2].T + matrix[:, 2] - ARCFACE.template
    return float(np.sqrt(np.mean(np.sum(away**2, axis=1))))
