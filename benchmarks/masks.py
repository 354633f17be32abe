"""Measure how masked faces are found and told, on photos whose faces are marked.

    python benchmarks/masks.py find DATA/facemask_boxes --work FOLDER
    python benchmarks/masks.py tell DATA/facemask_boxes --work FOLDER --bare DATA/lfw_dev/images
    python benchmarks/masks.py aizoo DATA/facemask_boxes

A folder of marked photos holds ``images/`` and ``annotations/*.xml`` (Pascal VOC). A box is found
at intersection over union 0.4, by one face at most, the surest first. ``find`` prints recall by
mask state and width of the box, as kith finds faces and where four of five faces found are right;
``tell`` prints what is said of the faces that are found, of the bare ones of other photos, and how
long it takes; ``aizoo`` lets AIZOO's detector tell, on the marked faces themselves.

kith's own network has learned from ``facemask_boxes``. With ``--work``, the folder in which
`mask_state/train.py` has left its five networks, each photo is shown to the one that has not
learned from it.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import kith
from kith.detection import open_detector
from kith.detection.nms import overlap
from kith.masks import TELLER, MaskTeller
from kith.models import ModelStore
from kith.models.catalogue import card
from kith.models.session import OnnxSession
from kith.types import Box, Face, MaskState

FOUND = 0.4
PRECISION = 0.8
WIDTHS = (0, 12, 20, 32, 64)
"""Of the marked boxes, in pixels: where each bin begins."""

WORDS = {
    "con_mascarilla": MaskState.WORN,
    "with_mask": MaskState.WORN,
    "sin_mascarilla": MaskState.NONE,
    "without_mask": MaskState.NONE,
    "mascarilla_mal_puesta": MaskState.WRONG,
    "mask_weared_incorrect": MaskState.WRONG,
}
FOLDS = 5
PICTURES = {".jpg", ".jpeg", ".png"}
STATES = (MaskState.NONE, MaskState.WORN, MaskState.WRONG)


@dataclass(frozen=True)
class Marked:
    """A face that somebody marked."""

    state: MaskState
    box: Box

    @property
    def bin(self) -> int:
        return int(np.searchsorted(WIDTHS, self.box.width, "right")) - 1


@dataclass(frozen=True)
class Answer:
    """A face that was found: how sure, and the marked one that it is, if any."""

    score: float
    marked: Marked | None
    face: Face


Photos = list[tuple[Path, list[Marked]]]


def read(root: Path) -> Photos:
    """Return each photo with its marked faces."""
    photos = []
    for file in sorted((root / "annotations").glob("*.xml")):
        tree = ElementTree.parse(file).getroot()
        faces = []
        for thing in tree.iter("object"):
            sides = ("xmin", "ymin", "xmax", "ymax")
            left, top, right, bottom = (
                float(thing.findtext(f"bndbox/{side}", "0")) for side in sides
            )
            word = thing.findtext("name", "")
            faces.append(Marked(WORDS[word], Box(left, top, right - left, bottom - top)))
        photos.append((root / "images" / tree.findtext("filename", ""), faces))
    return photos


def matched(marked: Sequence[Marked], faces: Sequence[Face]) -> Iterator[Answer]:
    """Say of each face, the surest first, which marked one it is."""
    left = list(marked)
    for face in sorted(faces, key=lambda face: -face.score):
        boxes = np.array([one.box for one in left], np.float32).reshape(-1, 4)
        shares = overlap(np.array(face.box, np.float32), boxes)
        best = int(shares.argmax()) if len(left) else -1
        hit = left.pop(best) if best >= 0 and shares[best] >= FOUND else None
        yield Answer(face.score, hit, face)


def precise(answers: Sequence[Answer]) -> int:
    """Return how many of the surest answers may be kept with `PRECISION` of them right."""
    right = np.cumsum([answer.marked is not None for answer in answers])
    enough = np.nonzero(right / np.arange(1, len(answers) + 1) >= PRECISION)[0]
    return int(enough[-1]) + 1 if len(enough) else 0


def line(name: str, answers: Sequence[Answer], everyone: Sequence[Marked]) -> str:
    """Return one row: precision, recall by state, and by width of those who wear a mask."""
    hits = [answer.marked for answer in answers if answer.marked is not None]

    def share(wanted: Callable[[Marked], bool]) -> str:
        return f"{sum(map(wanted, hits)) / max(sum(map(wanted, everyone)), 1):6.3f}"

    cells = [share(lambda one, state=state: one.state is state) for state in STATES]
    for state in STATES[:2]:
        cells.append("|")
        cells += [
            share(lambda one, each=each, state=state: one.bin == each and one.state is state)
            for each in range(len(WIDTHS))
        ]
    least = answers[-1].score if answers else 0.0
    return (
        f"{name:25s} score {least:.2f}  precision {len(hits) / max(len(answers), 1):.3f}  recall "
        + " ".join(cells)
    )


class Held(MaskTeller):
    """A teller with another network of the same kind."""

    def __init__(self, path: Path) -> None:
        self._input = card(TELLER).input
        self._session = OnnxSession(path)


class Finder:
    """Finds and tells the faces of a photo with a network that has not learned from it."""

    def __init__(self, work: Path | None, low: float | None, *, judged: bool = True) -> None:
        store = ModelStore()
        paths = sorted(work.glob("without*.onnx")) if work else []
        self.tellers = [Held(path) for path in paths] or [MaskTeller(store)]
        self.detectors = [
            open_detector("yunet", store, score=low, judge=teller if judged else None)
            for teller in self.tellers
        ]

    def faces(self, path: Path, group: str) -> list[Face]:
        place = fold_of(group) if len(self.tellers) > 1 else 0
        pixels = kith.load_photo(path).pixels
        found = self.detectors[place].detect(pixels)
        masks = self.tellers[place].tell(pixels, found.points)
        return [
            Face(Box(*box.tolist()), points, float(score), mask=mask)
            for box, points, score, mask in zip(
                found.boxes, found.points, found.scores, masks, strict=True
            )
        ]


def fold_of(group: str) -> int:
    """Return the fold of a photo or a person, as `mask_state/crops.py` deals them."""
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % FOLDS


def answered(finder: Finder, photos: Photos) -> list[Answer]:
    """Return every face that is found, the surest first."""
    answers = [
        answer
        for path, marked in photos
        for answer in matched(marked, finder.faces(path, path.name))
    ]
    return sorted(answers, key=lambda answer: -answer.score)


def find(root: Path, work: Path | None, low: float) -> None:
    photos = read(root)
    everyone = [one for _, faces in photos for one in faces]
    widths = " ".join(f"{width:>5d}+" for width in WIDTHS)
    print(f"{len(everyone)} faces on {len(photos)} photos; recall: none, worn, wrong")
    print(f"then none by width, worn by width: {widths}")
    for name, judged in (("without a second opinion", False), ("kith", True)):
        answers = answered(Finder(work, None, judged=judged), photos)
        print(line(name, answers, everyone))
        answers = answered(Finder(work, low, judged=judged), photos)
        print(line(f"  precision {PRECISION}", answers[: precise(answers)], everyone))


def tell(root: Path, work: Path | None, bare: Path | None) -> None:
    finder, photos = Finder(work, None), read(root)
    answers = [answer for answer in answered(finder, photos) if answer.marked is not None]
    for least in (0, 20):
        rows = np.zeros((3, 3), np.int64)
        for answer in answers:
            marked, mask = answer.marked, answer.face.mask
            if marked is not None and mask is not None and marked.box.width >= least:
                rows[STATES.index(marked.state), STATES.index(mask.state)] += 1
        table(f"{rows.sum()} faces that are found, from {least} pixels", rows)
    if bare is not None:
        paths = [path for path in sorted(bare.rglob("*")) if path.suffix.lower() in PICTURES]
        said = [
            face.mask.state
            for path in paths
            for face in finder.faces(path, path.parent.name)
            if face.mask is not None
        ]
        counts = {state.value: said.count(state) for state in STATES}
        print(f"{len(said)} faces of {len(paths)} photos without masks: {counts}")
    path = photos[0][0]
    pixels, points = kith.load_photo(path).pixels, finder.faces(path, path.name)[0].landmarks
    times = []
    for _ in range(200):
        start = time.perf_counter()
        finder.tellers[0].tell(pixels, [points])
        times.append(time.perf_counter() - start)
    print(f"{1e3 * statistics.median(times):.2f} ms for one face, crop included, on one thread")


def aizoo(root: Path) -> None:
    from mask_state.aizoo import Aizoo

    teller, photos = Aizoo(), read(root)
    for least in (0, 20):
        rows = np.zeros((3, 3), np.int64)
        for path, faces in photos:
            pixels = kith.load_photo(path).pixels
            for one in faces:
                if one.box.width >= least:
                    rows[STATES.index(one.state), STATES.index(teller.tell(pixels, one.box))] += 1
        table(f"{rows.sum()} marked faces, from {least} pixels", rows)


def table(name: str, rows: npt.NDArray[np.int64]) -> None:
    """Print who was told what: a row for each true state."""
    print(name)
    for place, state in enumerate(STATES):
        right = rows[place, place]
        told = dict(zip([one.value for one in STATES], rows[place].tolist(), strict=True))
        print(
            f"  {state:6s} told {told}  precision {right / max(rows[:, place].sum(), 1):.3f}"
            f"  recall {right / max(rows[place].sum(), 1):.3f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("find", "tell", "aizoo"))
    parser.add_argument("root", type=Path)
    parser.add_argument("--work", type=Path, help="where train.py left its networks")
    parser.add_argument("--bare", type=Path, help="photos on which nobody wears a mask")
    parser.add_argument("--low", type=float, default=0.2, help="least score for the curve")
    arguments = parser.parse_args()
    if arguments.what == "find":
        find(arguments.root, arguments.work, arguments.low)
    elif arguments.what == "tell":
        tell(arguments.root, arguments.work, arguments.bare)
    else:
        aizoo(arguments.root)


if __name__ == "__main__":
    main()
