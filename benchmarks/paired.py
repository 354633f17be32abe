"""Systems compared on the same pairs of the same photos: what the comparing benchmarks share.

Shares of genuine pairs accepted (TAR) are taken at the thresholds that a false match rate of 1e-3,
1e-4 and 1e-5 asks for, over all pairs of photos. What a system accepts more or less than the first
one is given with its 95 % interval by a bootstrap over people, both on the same people in every
round: an interval without 0 is marked with a star.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

import kith
from kith.evaluation.metrics import fold_accuracy
from kith.evaluation.metrics.resample import Wanted, resample
from kith.evaluation.metrics.trials import trials_of
from kith.evaluation.protocols import read_pairs
from kith.evaluation.records import FAILED, Comparisons
from kith.media import find_photos
from kith.types import ImageInput

RATES = (1e-3, 1e-4, 1e-5)

Scores = npt.NDArray[np.float32]


class Photos:
    """Photos in a folder per person (``images``), with pairs in LFW's format beside it."""

    def __init__(self, root: Path) -> None:
        images = root / "images"
        self.paths = list(find_photos([images]))
        folders = [Path(path).parent.name for path in self.paths]
        names = {name: number for number, name in enumerate(dict.fromkeys(folders))}
        self.person = np.array([names[folder] for folder in folders], np.int32)
        self.people = len(names)
        self.first, self.second = np.triu_indices(len(self.paths), 1)
        self.a, self.b = self.person[self.first], self.person[self.second]
        self.listed = read_pairs(root / "pairs.txt", images)
        place = {str(Path(path)): number for number, path in enumerate(self.paths)}
        self._listed = np.array([place[str(Path(path))] for path in self.listed.photos])

    def every(self, table: Scores, within: npt.NDArray[np.bool_] | None = None) -> Comparisons:
        """Return each two photos compared once.

        Args:
            table: similarities of all photos to all.
            within: a half of the people, by number: only photos of the same half are compared.
        """
        a, b, scores = self.a, self.b, table[self.first, self.second]
        if within is not None:
            kept = within[a] == within[b]
            a, b, scores = a[kept], b[kept], scores[kept]
        return Comparisons(scores, a == b, a, b, self.people)

    def accuracy(self, table: Scores) -> tuple[float, float]:
        """Return the mean and the deviation of the accuracy on the listed pairs' folds."""
        listed = self.listed
        scores = table[self._listed[listed.first], self._listed[listed.second]]
        got = fold_accuracy(scores, listed.same, listed.fold, listed.folds)
        return got.mean, got.std


class Comparison:
    """Prints a line per system; the first is the one that the others are compared with."""

    def __init__(
        self, photos: Photos, rounds: int = 1000, within: npt.NDArray[np.bool_] | None = None
    ) -> None:
        self._photos = photos
        self._rounds = rounds
        self._within = within
        self._base: dict[float, npt.NDArray[np.float64]] = {}

    def row(self, name: str, table: Scores) -> None:
        """Print a system.

        Args:
            name: as it is shown.
            table: similarities of all photos to all; −∞ where one has no face.
        """
        trials = trials_of(self._photos.every(table, self._within))
        sampled = resample(trials, Wanted(rates=RATES), self._rounds, 0).fnmr_at
        self._base = self._base or sampled
        cells = []
        for rate in RATES:
            tar = 1 - trials.right.missing(trials.threshold_at(rate)) / len(trials.right)
            low, high = np.percentile(100 * (self._base[rate] - sampled[rate]), [2.5, 97.5])
            star = "*" if low > 0 or high < 0 else " "
            cells.append(f"{100 * tar:6.2f} ({low:+.2f} … {high:+.2f}){star}")
        if self._within is None:
            mean, std = self._photos.accuracy(table)
            cells.append(f"{100 * mean:.2f} ± {100 * std:.2f}")
        least = trials.threshold_at(RATES[0])
        print(f"{name:48} {'  '.join(cells)}  {least:.3f}", flush=True)


def similarities(rows: Scores) -> Scores:
    """Return the cosines of all to all; −∞ for a row of zeros, which stands for no face."""
    found = rows.any(axis=1)
    return np.where(found[:, None] & found, rows @ rows.T, FAILED).astype(np.float32)


def embeddings(recognizer: kith.Recognizer, images: Sequence[ImageInput]) -> Scores:
    """Return one unit vector per photo; zeros where no face was found."""
    rows = np.zeros((len(images), recognizer.contract.dimension), np.float32)
    for row, photo in zip(rows, recognizer.stream(images), strict=True):
        face = kith.largest_central(photo.faces, photo.width, photo.height)
        if face is not None and face.embedding is not None:
            row[:] = face.embedding
    return rows


def all_pairs(rows: Scores, people: list[str]) -> tuple[Scores, Scores]:
    """Return the similarities of all genuine and of all impostor pairs."""
    names = np.array(people)
    table = rows @ rows.T
    upper = np.triu(np.ones_like(table, dtype=bool), 1)
    same = names[:, None] == names[None, :]
    return table[upper & same], table[upper & ~same]
