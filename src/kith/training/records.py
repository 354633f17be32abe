"""What the parts of learning hand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from kith.types import Pixels


class Crops(Protocol):
    """The squares of many faces, on the disk: memory does not grow with their number.

    Each is the network's own square with a rim around it, so that augmentation can move and turn
    it without inventing pixels.
    """

    @property
    def side(self) -> int:
        """Of the network's own square, in pixels."""

    @property
    def rim(self) -> int:
        """Pixels around it on each side; 0: the square alone."""

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, row: int) -> Pixels:
        """One of them, RGB, uint8, (side + 2·rim) × (side + 2·rim) × 3."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A photo that nothing is learned from.

    Attributes:
        photo: its path.
        reason: in a few words.
        person: whose it is, where it is a failure to acquire: it counts in what is measured.
            Empty for copies of other photos, which do not.
    """

    photo: str
    reason: str
    person: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingSet:
    """Faces of known people, one of each photo.

    Attributes:
        crops: of N faces.
        painted: the same faces with masks painted on; None where nobody asked for them.
        person: int32, N: whose, as a number below the number of people; rising.
        people: names.
        photos: paths, N.
        digests: sha256 of the files, N.
        skipped: photos that are not among them, each with its reason.
        notes: what else to know, in one line each: copies, people with one photo, unbalance.
        fingerprint: sha256 over whose photos these are: the same data, the same value.
    """

    crops: Crops
    painted: Crops | None
    person: npt.NDArray[np.int32]
    people: tuple[str, ...]
    photos: tuple[str, ...]
    digests: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What a network sees at one step.

    Attributes:
        pixels: RGB, uint8, N × side × side × 3.
        labels: int64, N: whose, among the people who are learned from.
        rows: int64, N: of the training set.
    """

    pixels: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How a network does on people it does not learn from.

    Attributes:
        people, photos: how many they are.
        accuracy: of verification on as many pairs of one person as of two, each part of the
            people judged at the threshold that the others ask for (where both kinds of error are
            equally frequent between them); 0–1, one half is chance.
        auc: area under the ROC curve, 0–1.
        tar: share of pairs of one person accepted at the false match rate `fmr`.
        fmr: the smallest of 1e-1, 1e-2, … that there are pairs enough for; 1: for none, and then
            `tar` says nothing.
        spread: mean Euclidean distance between unit vectors of two people; near 0 where a
            network has collapsed onto one point.
    """

    people: int
    photos: int
    accuracy: float
    auc: float
    tar: float
    fmr: float
    spread: float


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of learning.

    Attributes:
        epoch: from 1.
        step: in the epoch, from 1.
        steps: of an epoch.
        loss: of the batch.
        active: share of the triplets that still give a gradient (margin losses: share of the
            faces that are not nearest to their own person by the margin), 0–1.
        rate: the learning rate.
        images_per_second: lately.
    """

    epoch: int
    step: int
    steps: int
    loss: float
    active: float
    rate: float
    images_per_second: float


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """One pass over the people.

    Attributes:
        epoch: from 1; 0 is the network before learning, without loss.
        loss, active: means over its steps; None before learning.
        rate: the learning rate at its end.
        images_per_second: while learning.
        held_out: None where nobody was held out.
        best: it is the best so far, and so the one that is kept.
    """

    epoch: int
    loss: float | None
    active: float | None
    rate: float
    images_per_second: float
    held_out: HeldOut | None
    best: bool
