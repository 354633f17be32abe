"""What a mask does to embeddings, what kith does about it, and the numbers that it takes.

Every photo of labelled people (LFW's layout: ``DATA/images/PERSON/*.jpg``) gets masks: three by
``kith.masks`` (two worn as they should be, one below the nose or under the chin) and a flat one,
by another hand. The masked copies are searched for their faces like any photo. A masked photo is
then compared with all unmasked ones: TAR at false match rates of 1e-3 and 1e-4, a face that was
not found again being a failure. What is fitted (the rule for the points, means, axes) is fitted on
one half of the people and counted on the other, and the other way round; the flat masks are never
fitted on.

    python benchmarks/masked_space.py DATA/lfw_dev --cache FOLDER [--embedder sface] [--write]

``--write`` keeps the numbers, fitted on everybody, in ``src/kith/masks/numbers``: the rule first,
which every embedder's numbers build on.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from kith.detection import Detections, open_detector
from kith.embedding import open_embedder
from kith.landmarks import open_landmarks
from kith.masks import MaskTeller, Painter, random_look
from kith.masks import mend as mending
from kith.masks.space import MIXED, WORN, MaskedSpace
from kith.media import load_photo, save_picture
from kith.models import ModelStore
from kith.recognizer import largest_central
from kith.types import Box, Face, MaskState, Pixels
from paired import Photos

NUMBERS = Path(__file__).parents[1] / "src" / "kith" / "masks" / "numbers"
EMBEDDERS = ("sface", "arcface-mbf", "edgeface-s", "retail-0095", "sface-retail")
"""Those whose crops are made from the five points: a mask does not move the box of the others."""
COPIES = {"a": "nose", "b": "nose", "c": "wrong", "flat": "nose"}
"""The masked copies of each photo, and how their masks are worn."""
AXES, SHARE, RIDGE = 32, 0.6, 1e-3
"""Directions that are damped; share of the covariance that is taken for even; of the rule."""
QUANTILES = np.array([1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4])

Rows = npt.NDArray[np.float32]
Points = npt.NDArray[np.float32]


# --- photos with masks, and the faces found on them ---------------------------------------------


class Studio:
    """Paints the copies and finds their faces; all of it is kept in a folder."""

    def __init__(self, photos: Photos, cache: Path) -> None:
        store = ModelStore()
        self.photos = photos
        self.cache = cache
        self._detector = open_detector("yunet", store, judge=MaskTeller(store))
        self._mesh = open_landmarks(store=store)
        self._painter = Painter(store)
        cache.mkdir(parents=True, exist_ok=True)

    def pixels(self, index: int, copy: str) -> Pixels | None:
        """Return a photo or a masked copy of it; None where it could not be painted."""
        path = Path(self.photos.paths[index])
        if not copy:
            return load_photo(path).pixels
        kept = self.cache / f"{path.stem}-{copy}.png"
        return load_photo(kept).pixels if kept.exists() else None

    def points(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return, for the photos and each copy, the detector's points and the mesh; NaN: none."""
        kept = self.cache / "points.npz"
        if not kept.exists():
            with ThreadPoolExecutor() as pool:
                rows = list(pool.map(self._work, range(len(self.photos.paths))))
            tables = {key: np.stack([row[key] for row in rows]) for key in rows[0]}
            np.savez(kept, **tables)
        with np.load(kept, allow_pickle=False) as tables:
            return {key: tables[key] for key in tables.files}

    def _work(self, index: int) -> dict[str, npt.NDArray[np.float32]]:
        pixels = load_photo(self.photos.paths[index]).pixels
        true, box = _meant(self._detector.detect(pixels), pixels)
        row = self._seen("", pixels, true, box)
        for copy, worn in COPIES.items():
            masked = self.pixels(index, copy)
            if masked is None and not np.isnan(true).any():
                masked = self._painted(index, pixels, true, copy, worn)
            if masked is None:
                row |= {f"five{copy}": np.full((5, 2), np.nan), f"mesh{copy}": NO_MESH}
                continue
            again = self._detector.detect(masked)
            reach = float(np.linalg.norm(true[1] - true[0]))
            row |= self._seen(copy, masked, *_nearest(again, true.mean(axis=0), reach))
        return {key: np.asarray(value, np.float32) for key, value in row.items()}

    def _seen(self, copy: str, pixels: Pixels, five: Points, box: Points) -> dict[str, Rows]:
        mesh = None
        if not np.isnan(five).any():
            mesh = mending.mesh_of(self._mesh, pixels, five, box)
        return {f"five{copy}": five, f"mesh{copy}": NO_MESH if mesh is None else mesh}

    def _painted(
        self, index: int, pixels: Pixels, five: Points, copy: str, worn: str
    ) -> Pixels | None:
        masked = flat(pixels, five)
        if copy != "flat":
            rng = np.random.default_rng([index, ord(copy)])
            coverage = worn if worn != "wrong" else str(rng.choice(["mouth", "chin"]))
            face = Face(Box(0, 0, 1, 1), five, 1.0)
            done = self._painter.paint(pixels, [face], random_look(rng, coverage=coverage))
            if done.faces[0].reason:
                return None
            masked = done.pixels
        save_picture(masked, self.cache / f"{Path(self.photos.paths[index]).stem}-{copy}.png")
        return masked


NO_MESH = np.full((478, 2), np.nan, np.float32)
NOBODY = np.full((5, 2), np.nan, np.float32), np.full(4, np.nan, np.float32)


def _meant(found: Detections, pixels: Pixels) -> tuple[Points, Points]:
    """Return the five points and the box of the largest central face; NaN: there is none."""
    faces = [
        Face(Box(*map(float, box)), points, float(score))
        for box, points, score in zip(found.boxes, found.points, found.scores, strict=True)
    ]
    meant = largest_central(faces, pixels.shape[1], pixels.shape[0])
    if meant is None:
        return NOBODY
    return meant.landmarks, np.array(meant.box, np.float32)


def _nearest(found: Detections, place: Points, reach: float) -> tuple[Points, Points]:
    """Return points and box of the face whose points lie nearest to a place, within reach."""
    away = np.linalg.norm(found.points.mean(axis=1) - place, axis=1)
    if not away.size or away.min() >= reach:
        return NOBODY
    return found.points[away.argmin()], found.boxes[away.argmin()]


def flat(pixels: Pixels, five: Points) -> Pixels:
    """Fill the face below the eyes with one colour: a mask by another hand than kith's."""
    eyes, mouth = five[:2].mean(axis=0), five[3:].mean(axis=0)
    down, across = mouth - eyes, (five[1] - five[0] + five[4] - five[3]) / 2
    outline = [
        (-1.0, 0.38),
        (0, 0.1),
        (1.0, 0.38),
        (0.95, 1.0),
        (0.4, 1.7),
        (-0.4, 1.7),
        (-0.95, 1),
    ]
    corners = np.array([eyes + x * across * 0.98 + y * down for x, y in outline])
    drawn = np.ascontiguousarray(pixels)
    cv2.fillPoly(drawn, [np.round(corners * 16).astype(np.int32)], (190, 215, 235), cv2.LINE_AA, 4)
    return drawn


# --- fitting --------------------------------------------------------------------------------------


def rule(tables: dict[str, Rows], among: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Fit the rule from meshes, with masks and without, to the detector's points without."""
    seen, wanted = [], []
    for copy in ("", "a", "b", "c"):
        meshes = tables[f"mesh{copy}"]
        for index in np.nonzero(among & _known(meshes) & _known(tables["five"]))[0]:
            inputs, frame = mending.features(meshes[index])
            seen.append(inputs)
            wanted.append(mending.as_seen(tables["five"][index].astype(np.float64), frame).ravel())
    x, y = np.array(seen), np.array(wanted)
    centre = x.mean(axis=0)
    even = RIDGE * len(x) * np.eye(x.shape[1])
    solved = np.linalg.solve((x - centre).T @ (x - centre) + even, (x - centre).T @ (y - y.mean(0)))
    return np.vstack([solved, y.mean(axis=0) - centre @ solved])


def mended(tables: dict[str, Rows], copy: str, found: npt.NDArray[np.float64]) -> Points:
    """Return a copy's points by a rule: the detector's where there is no mesh."""
    points = tables[f"five{copy}"].copy()
    for index in np.nonzero(_known(tables[f"mesh{copy}"]))[0]:
        inputs, frame = mending.features(tables[f"mesh{copy}"][index])
        points[index] = mending.placed((inputs @ found[:-1] + found[-1]).reshape(5, 2), frame)
    return points


def space(rows: dict[str, Rows], among: npt.NDArray[np.bool_], axes: int) -> MaskedSpace:
    """Fit what masks do to embeddings; cosines stay as they are.

    Args:
        rows: embeddings by copy; zero where a face was not found.
        among: the photos to look at.
        axes: how many directions are damped.
    """
    none = rows[""]
    known = {copy: among & none.any(axis=1) & rows[copy].any(axis=1) for copy in rows}
    means = {
        MaskState.NONE: none[known[""]].mean(axis=0),
        MaskState.WORN: np.concatenate([rows[c][known[c]] for c in "ab"]).mean(axis=0),
        MaskState.WRONG: rows["c"][known["c"]].mean(axis=0),
    }
    moved = [rows[c][known[c]] - means[MaskState.WORN] - none[known[c]] for c in "ab"]
    moves = np.concatenate(moved) + means[MaskState.NONE]
    spread = moves.T @ moves / len(moves)
    values, vectors = np.linalg.eigh(spread / np.trace(spread) * len(spread))
    order = np.argsort(values)[::-1]
    weight = (1 - SHARE) * values[order] + SHARE
    keep = np.sqrt(weight[axes:].mean() / weight[:axes])
    plain = {MIXED: (0.0, 1.0), WORN: (0.0, 1.0)}
    return MaskedSpace(
        {state: mean.astype(np.float32) for state, mean in means.items()},
        vectors[:, order[:axes]].T.astype(np.float32),
        keep.astype(np.float32),
        plain,
    )


def scales(
    rows: dict[str, Rows], people: npt.NDArray[np.int32], found: MaskedSpace
) -> dict[str, tuple[float, float]]:
    """Fit the lines that bring impostors' cosines onto the scale of unmasked faces."""
    both = np.logical_and.reduce([rows[copy].any(axis=1) for copy in ("", "a", "b")])
    strangers = people[both][:, None] != people[both][None]
    none = rows[""][both]
    goal = np.quantile((none @ none.T)[strangers], 1 - QUANTILES)
    masked = [found.project(rows[c][both], [MaskState.WORN] * int(both.sum())) for c in "ab"]
    bare = found.project(none, [None] * len(none))
    tables = {MIXED: masked[0] @ bare.T, WORN: masked[0] @ masked[1].T}
    lines = {}
    for pair, table in tables.items():
        factor, offset = np.polyfit(np.quantile(table[strangers], 1 - QUANTILES), goal, 1)
        lines[pair] = (float(offset), float(factor))
    return lines


def _known(table: Rows) -> npt.NDArray[np.bool_]:
    return ~np.isnan(table).any(axis=(1, 2))


# --- measuring ------------------------------------------------------------------------------------


class Embedding:
    """Embeddings of the copies by one embedder, cropped by given points."""

    def __init__(self, studio: Studio, name: str) -> None:
        store = ModelStore()
        self._studio = studio
        self._embedder = open_embedder(name, store)

    def rows(
        self, copy: str, points: Points, change: Callable[[Pixels], Pixels] | None = None
    ) -> Rows:
        """Return unit vectors, zeros where there is no face."""

        def work(index: int) -> npt.NDArray[np.float32]:
            nothing = np.zeros(self._embedder.contract.dimension, np.float32)
            if np.isnan(points[index]).any():
                return nothing
            pixels = self._studio.pixels(index, copy)
            if pixels is None:
                return nothing
            described = []
            for part in self._embedder.parts:
                crop = part.recipe.crop(pixels, points[index], None)
                described.append(part.describe([change(crop) if change else crop]))
            return self._embedder.join(described)[0][0]

        with ThreadPoolExecutor() as pool:
            return np.stack(list(pool.map(work, range(len(points)))))


def upper(crop: Pixels) -> Pixels:
    """Return a crop of which only the upper half of the face is left."""
    seen = crop.copy()
    seen[int(0.56 * len(crop)) :] = 128
    return seen


def tar(scores: Rows, people: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """Return the shares of genuine pairs above the best of 1e-3 and of 1e-4 of the impostors."""
    other = people[:, None] != people[None]
    genuine = ~other & ~np.eye(len(people), dtype=bool)
    limits = np.quantile(scores[other], [1 - 1e-3, 1 - 1e-4])
    return np.array([(scores[genuine] > limit).mean() for limit in limits])


def halves(people: npt.NDArray[np.int32]) -> Iterator[tuple[npt.NDArray[np.bool_], ...]]:
    """Yield (fitted on, counted on), twice."""
    names = np.random.default_rng(1).permutation(people.max() + 1)
    first = np.isin(people, names[: len(names) // 2])
    yield first, ~first
    yield ~first, first


def report(studio: Studio, tables: dict[str, Rows], name: str, *, brief: bool) -> dict[str, Rows]:
    """Print what each step gains for one embedder; returns the embeddings by mended points."""
    people, made = studio.photos.person, Embedding(studio, name)
    split = list(halves(people))
    better = {copy: tables[f"five{copy}"].copy() for copy in COPIES}
    for fitted, counted in split:
        found = rule(tables, fitted)
        for copy in COPIES:
            better[copy][counted] = mended(tables, copy, found)[counted]
    bare = made.rows("", tables["five"])
    rows = {"": bare} | {copy: made.rows(copy, better[copy]) for copy in COPIES}
    half = None if brief else made.rows("", tables["five"], upper)
    for copy in ("a", "flat"):
        steps = _steps(rows, copy)
        if half is not None:
            seen = made.rows(copy, tables[f"five{copy}"])
            top = made.rows(copy, better[copy], upper)
            steps |= {
                "points as detected": lambda _, c, seen=seen: seen[c] @ bare[c].T,
                "upper half alone": lambda _, c, top=top: top[c] @ half[c].T,
                "upper half and whole": lambda _, c, top=top, copy=copy: (
                    rows[copy][c] @ bare[c].T + 0.5 * top[c] @ half[c].T
                ),
            }
        lost = int((~rows[copy].any(axis=1) & bare.any(axis=1)).sum())
        print(f"{name}, masks {copy!r} ({lost} of {len(bare)} not painted or not found again)")
        for step, scores in steps.items():
            found = np.mean([tar(scores(f, c), people[c]) for f, c in split], axis=0)
            print(f"  {step:26} TAR {found[0]:.4f} at 1e-3, {found[1]:.4f} at 1e-4", flush=True)
    return rows


Step: TypeAlias = Callable[[npt.NDArray[np.bool_], npt.NDArray[np.bool_]], Rows]
"""From the photos that may be fitted on and those that are counted to the latter's scores."""


def _steps(rows: dict[str, Rows], copy: str) -> dict[str, Step]:
    bare = rows[""]
    return {
        "unmasked": lambda _, c: bare[c] @ bare[c].T,
        "points mended": lambda _, c: rows[copy][c] @ bare[c].T,
        "reference painted too": lambda _, c: rows[copy][c] @ (bare[c] + rows["b"][c]).T,
        "centred by state": lambda f, c: _compared(rows, copy, f, c, 0),
        "and axes damped (kith)": lambda f, c: _compared(rows, copy, f, c, AXES),
    }


def _compared(
    rows: dict[str, Rows],
    copy: str,
    fitted: npt.NDArray[np.bool_],
    counted: npt.NDArray[np.bool_],
    axes: int,
) -> Rows:
    found = space(rows, fitted, axes)
    masked, bare = rows[copy][counted], rows[""][counted]
    return (
        found.project(masked, [MaskState.WORN] * len(masked))
        @ found.project(bare, [None] * len(bare)).T
    )


def write_rule(tables: dict[str, Rows]) -> None:
    everybody = np.ones(len(tables["five"]), dtype=bool)
    np.savez(NUMBERS / "points.npz", rule=rule(tables, everybody).astype(np.float32))


def write_space(name: str, rows: dict[str, Rows], people: npt.NDArray[np.int32]) -> None:
    found = space(rows, np.ones(len(people), dtype=bool), AXES)
    lines = scales(rows, people, found)
    np.savez(
        NUMBERS / f"space-{name}.npz",
        axes=found.axes.astype(np.float16),
        keep=found.keep,
        scales=np.array([lines[pair] for pair in (MIXED, WORN)], np.float32),
        **{state.value: mean for state, mean in found.means.items()},
    )
    print(f"{name}: scales {lines}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path, help="folder with images/ and pairs.txt")
    parser.add_argument("--cache", type=Path, required=True, help="keeps the masked copies")
    parser.add_argument("--embedder", action="append", help=f"default: {', '.join(EMBEDDERS)}")
    parser.add_argument("--brief", action="store_true", help="only what kith does, step by step")
    parser.add_argument("--write", action="store_true", help="keep the numbers in the package")
    wanted = parser.parse_args(arguments)
    studio = Studio(Photos(wanted.root), wanted.cache)
    tables = studio.points()
    if wanted.write:
        NUMBERS.mkdir(exist_ok=True)
        write_rule(tables)
    for name in wanted.embedder or EMBEDDERS:
        rows = report(studio, tables, name, brief=wanted.brief)
        if wanted.write:
            write_space(name, rows, studio.photos.person)


if __name__ == "__main__":
    main()
