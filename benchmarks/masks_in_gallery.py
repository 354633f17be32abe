"""Masked faces in a gallery: which templates they meet, and what the second copy of them costs.

    python benchmarks/masks_in_gallery.py [DATA/lfw_dev]

With a folder of labelled photos (LFW's layout: ``DATA/images/PERSON/*.jpg``) every photo gets a
mask of some kind, and the masked copy is looked for among everybody with two photos or more: TAR
at two false match rates for the plain templates, for these brought into the space of masked faces,
and for the mean of each face brought into it. The photo itself is left out of its person's
template.

Then galleries of random people are asked about a face with a mask and about one without: how long
the first question takes, for which templates are read, how long the others, and what memory stays.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"  # read when numpy and FAISS are loaded

import numpy as np  # noqa: E402

import kith  # noqa: E402
from kith.gallery.asking import Asking, Limit  # noqa: E402
from kith.gallery.store import GalleryStore  # noqa: E402
from kith.gallery.templates import projected, template  # noqa: E402
from kith.masks import MaskedSpace, Painter, is_masked, masked_space, random_look  # noqa: E402
from kith.media import load_photo  # noqa: E402
from kith.recognizer import largest_central  # noqa: E402
from kith.types import Box, Face, Mask, MaskState  # noqa: E402
from search import fill, unit_vectors  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kith.types import Vector

    Template = Callable[[Sequence[Face]], Vector]

RATES = (1e-3, 1e-4)
SIZES = ((100_000, 128), (100_000, 512))
RUNS = 20


def pairs(folder: Path) -> tuple[np.ndarray, list[Face], list[Face]]:
    """Return whom photos show, their faces, and those faces with a mask that was seen."""
    rng = np.random.default_rng(7)
    who, bare, worn = [], [], []
    painter = Painter()
    with kith.Recognizer() as recognizer:
        for path in sorted((folder / "images").rglob("*.jpg")):
            pixels = load_photo(path).pixels
            height, width = pixels.shape[:2]
            face = largest_central(recognizer.faces(pixels), width, height)
            if face is None:
                continue
            painted = painter.paint(pixels, [face], random_look(rng))
            masked = largest_central(recognizer.faces(painted.pixels), width, height)
            if masked is not None and is_masked(masked.mask):
                who.append(path.parent.name)
                bare.append(face)
                worn.append(masked)
    return np.array(who), bare, worn


def rows(faces: Sequence[Face]) -> Vector:
    return np.array([face.embedding for face in faces], dtype=np.float32)


def quality(faces: Sequence[Face]) -> list[float]:
    return [face.quality.score if face.quality else 1.0 for face in faces]


def kinds(space: MaskedSpace) -> dict[str, tuple[bool, Template]]:
    """Return the kinds of templates, and whether probes are brought into the space for them."""

    def plain(faces: Sequence[Face]) -> Vector:
        return template(rows(faces), quality(faces)).vector

    def moved(faces: Sequence[Face]) -> Vector:
        return space.project(plain(faces)[None], [None])[0]

    def each(faces: Sequence[Face]) -> Vector:
        members = template(rows(faces), quality(faces)).members
        kept = [face for face, member in zip(faces, members, strict=True) if member]
        return projected(rows(kept), [None] * len(kept), space, quality(kept))

    return {"plain": (False, plain), "template, moved": (True, moved), "faces, moved": (True, each)}


def accuracy(folder: Path) -> None:
    space = masked_space("sface")
    assert space is not None
    who, bare, worn = pairs(folder)
    several = [name for name in sorted(set(who)) if np.sum(who == name) > 1]
    own = {name: np.flatnonzero(who == name) for name in several}
    moved = space.project(rows(worn), [face.mask.state if face.mask else None for face in worn])
    print(f"{len(who)} masked faces among {len(several)} people")
    print(f"{'templates':16}" + "".join(f"{f'TAR at {rate:g}':>14}" for rate in RATES))
    for kind, (in_space, made) in kinds(space).items():
        probes = moved if in_space else rows(worn)
        everybody = np.stack([made([bare[at] for at in own[name]]) for name in several])
        similar = probes @ everybody.T
        others = np.sort(similar[who[:, None] != np.array(several)])
        same = np.array(
            [
                probes[at] @ made([bare[other] for other in own[name] if other != at])
                for name in several
                for at in own[name]
            ]
        )
        rates = [np.mean(same >= others[int(len(others) * (1 - rate))]) for rate in RATES]
        print(f"{kind:16}" + "".join(f"{rate:>14.3f}" for rate in rates))


def random_space(dimension: int, rng: np.random.Generator) -> MaskedSpace:
    axes = np.linalg.qr(rng.standard_normal((dimension, 16)))[0].T.astype(np.float32)
    means = {state: 0.2 * unit_vectors(rng, 1, dimension)[0] for state in MaskState}
    scales = {"none/worn": (0.0, 1.0), "worn/worn": (0.0, 1.0)}
    return MaskedSpace(means, axes, np.full(16, 0.3, np.float32), scales)


def resident() -> float:
    """Return the memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def cost(count: int, dimension: int) -> None:
    rng = np.random.default_rng(0)
    points = np.zeros((5, 2), np.float32)
    queries = unit_vectors(rng, RUNS, dimension)
    space = random_space(dimension, rng)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.kith"
        with GalleryStore.open(path, create=True) as store:
            fill(store, count, dimension, rng)
            asking = Asking(store)
            for state in (MaskState.NONE, MaskState.WORN):
                mask = Mask(state, 1.0)
                faces = [Face(Box(0, 0, 9, 9), points, 1.0, None, q, 1.0, mask) for q in queries]
                before, times = resident(), []
                for face in faces:
                    start = time.perf_counter()
                    asking.answers([face], 5, lambda _: Limit(0.4, 0.05), space)
                    times.append(time.perf_counter() - start)
                print(
                    f"{count:,} × {dimension}, mask {state.value}: first {times[0]:.2f} s, then "
                    f"{1e3 * statistics.median(times[1:]):.1f} ms, {resident() - before:+.0f} MB"
                )


def main() -> None:
    parser = argparse.ArgumentParser(description="Masked faces in a gallery.")
    parser.add_argument("data", type=Path, nargs="?")
    given = parser.parse_args()
    if given.data:
        accuracy(given.data)
    for count, dimension in SIZES:
        cost(count, dimension)


if __name__ == "__main__":
    main()
