"""What a study of masks passes around: kinds of masks, masked copies, and what they came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from kith.evaluation.records import (
        Band,
        Described,
        OperatingPoint,
        Rate,
        Scores,
    )
    from kith.types import Face

Flags = npt.NDArray[np.bool_]

WORN = {"nose": "over the nose", "mouth": "nose free", "chin": "under the chin"}
"""How a mask is worn, by its coverage."""


OWN, CALIBRATED = "own", "calibrated"
"""What the embedder's own threshold and a calibration's are called among the given ones."""


class Kind(NamedTuple):
    """A kind of mask; see `kith.masks.MaskLook`."""

    style: str
    coverage: str

    @property
    def name(self) -> str:
        """As tables call it: ``surgical, over the nose``."""
        return f"{self.style}, {WORN.get(self.coverage, self.coverage)}"


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """The masked copies of a protocol's photos, of one kind, as one system sees them.

    Attributes:
        kind: of the masks.
        faces: the masked face on each copy; None where it was not found or is too poor to tell.
        reasons: why there is none, or why no mask was painted; None where all went well.
        painted: bool, P: whether there is a masked copy at all.
    """

    kind: Kind
    faces: tuple[Face | None, ...]
    reasons: tuple[str | None, ...]
    painted: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Portrayed:
    """The photos of a protocol and their masked copies, as one system sees them.

    Attributes:
        described: the photos as they are.
        copies: of each kind.
    """

    described: Described
    copies: tuple[Copies, ...]

    @property
    def found(self) -> Flags:
        """Which photos show a usable face: bool, P."""
        return np.array([face is not None for face in self.described.faces], dtype=np.bool_)

    def left_out(self, copies: Copies) -> Flags:
        """Tell whose face was found but not painted: there is nothing to measure on it."""
        return np.asarray(self.found & ~copies.painted)


@dataclass(frozen=True, slots=True)
class At:
    """Decisions at a threshold that was given.

    Attributes:
        name: what the threshold is called.
        point: error rates there.
        accuracy: share of all pairs decided rightly.
        balanced: mean of what is decided rightly of the pairs of one person and of two.
    """

    name: str
    point: OperatingPoint
    accuracy: float
    balanced: float


EDGES = np.linspace(-1.0, 1.0, 101)
"""Of the bins that similarities are counted in."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Counted similarities, by the bins of `EDGES`: int64, 100."""

    genuine: npt.NDArray[np.int64]
    impostor: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Strip:
    """A photo, its masked copy and another photo, to look at.

    Attributes:
        photo, reference: by number.
        bare, masked: similarity of the photo, and of its masked copy, to the reference; None where
            that has no face.
    """

    photo: int
    reference: int
    bare: float | None
    masked: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What comparisons of one kind came to: bare with bare, masked with bare, or both masked.

    Attributes:
        pairs, genuine, impostor: comparisons.
        failed: of them, those without a face on one side.
        held: at thresholds that were fixed on pairs without masks, for each FMR that was asked.
        fixed: at thresholds fixed anew on these comparisons, for the same rates.
        at: at given thresholds.
        eer, auc: see `kith.evaluation.records.PairsResult`.
        eer_threshold: where both rates are equal.
        band: the DET curve.
        median_genuine, median_impostor: similarity; None where no face was found.
        spread: how the similarities lie.
    """

    pairs: int
    genuine: int
    impostor: int
    failed: int
    held: tuple[OperatingPoint, ...]
    fixed: tuple[OperatingPoint, ...]
    at: tuple[At, ...]
    eer: Rate
    eer_threshold: float
    auc: Rate
    band: Band
    median_genuine: float | None
    median_impostor: float | None
    spread: Spread


@dataclass(frozen=True, slots=True)
class Named:
    """What names were given to photos, each searched among all people, without its own photo.

    Attributes:
        right, wrong: the share of a right and of a wrong name.
        unknown: the share without a name: nobody similar enough, too close to call, no face.
        first: the share whose own person is the most similar, whatever the threshold.
    """

    right: Rate
    wrong: Rate
    unknown: Rate
    first: Rate


@dataclass(frozen=True, slots=True)
class Drop:
    """Similarities of photos to their own person's other photos, without and behind a mask.

    Attributes:
        photos: that have both.
        bare, masked: medians.
        drop: median of the differences, photo by photo; `low` and `high` the middle half of them.
        probability: medians of the probability to be that person, without and behind the mask;
            None without a calibration.
    """

    photos: int
    bare: float
    masked: float
    drop: float
    low: float
    high: float
    probability: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What each photo's search came to; P photos.

    Attributes:
        own: float32: similarity to the own person's other photos; −∞ without a face, NaN where
            there is no other photo.
        answer: int8: one of the constants below.
        name: int32: who is the most similar; −1: nobody could be.
        similarity: float32: of that person; −∞ without a face.
    """

    own: Scores
    answer: npt.NDArray[np.int8]
    name: npt.NDArray[np.int32]
    similarity: Scores


RIGHT, WRONG, UNKNOWN, NOT_ASKED = 0, 1, 2, 3
ANSWERS = ("right", "wrong", "unknown", None)
"""What a search came to; not asked where the person has no other photo, or no mask was painted."""
