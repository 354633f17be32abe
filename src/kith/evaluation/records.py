"""What an evaluation passes around: comparisons that were made, and what they came to.

Words are those of ISO/IEC 19795-1. A photo whose face was not found or not usable is a failure to
acquire: its similarities are −∞, so that it never matches and always counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from kith.types import EmbeddingContract, Face

Scores: TypeAlias = npt.NDArray[np.float32]
"""Similarities (cosine), float32, n; −∞ where a photo could not be acquired."""

Indices: TypeAlias = npt.NDArray[np.int32]

FAILED = np.float32(-np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class PairProtocol:
    """Which photos are compared with which, and what is true of each pair.

    Attributes:
        name: the pairs file or folder, as given.
        photos: paths, P of them.
        person: int32, P: which of `people` each photo shows.
        people: names; numbers as text where the data has no names.
        first, second: int32, N: the photos of each pair.
        same: bool, N.
        fold: int16, N: 0 … folds − 1, for the accuracy that LFW's protocol asks for.
        folds: how many; 0 where the protocol has none.
        notes: what was left out or guessed, in one line each.
        exhaustive: every two photos are compared, or a sample of them, rather than a list: copies
            of a photo then say nothing new, and are left out.
    """

    name: str
    photos: tuple[str, ...]
    person: Indices
    people: tuple[str, ...]
    first: Indices
    second: Indices
    same: npt.NDArray[np.bool_]
    fold: npt.NDArray[np.int16]
    folds: int
    notes: tuple[str, ...] = ()
    exhaustive: bool = False


@dataclass(frozen=True, slots=True)
class System:
    """What was evaluated."""

    detector: str
    embedder: str
    contract: EmbeddingContract
    threshold: float | None
    """The embedder's own (its card's); None where it has none."""

    @property
    def name(self) -> str:
        """As tables and legends call it."""
        return f"{self.detector} + {self.embedder}"


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """The photos of a protocol as one system sees them.

    Attributes:
        system: that described them.
        faces: the one face that is meant of each photo; None where it could not be acquired.
        reasons: why not; None where it could.
        digests: sha256 of each photo's encoded bytes; empty where it could not be read, so that two
            broken files are two failures and not copies of each other.
        cached: how many came from an earlier run.
        seconds: that it took.
    """

    system: System
    faces: tuple[Face | None, ...]
    reasons: tuple[str | None, ...]
    digests: tuple[str, ...]
    cached: int
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Scored pairs of photos of known people.

    Attributes:
        similarity: float32, N.
        same: bool, N.
        a, b: int32, N: the people of each pair, by number; equal where `same`.
        people: how many there are.
    """

    similarity: Scores
    same: npt.NDArray[np.bool_]
    a: Indices
    b: Indices
    people: int

    @property
    def genuine(self) -> Scores:
        """Similarities of pairs of one person."""
        return self.similarity[self.same]

    @property
    def impostor(self) -> Scores:
        """Similarities of pairs of two people."""
        return self.similarity[~self.same]


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies, at 95 %."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of trials, where the trials are enough to speak of it.

    Attributes:
        value: 0–1; None where the data cannot support it (`unsupported` says so in words).
        trials: comparisons or probes it was measured on.
        interval: by bootstrap over people; None where it was not asked for or there is no value.
        rough: fewer than 30 errors stand behind it (the rule of 30).
    """

    value: float | None
    trials: int
    interval: Interval | None = None
    rough: bool = False
    unsupported: str | None = None


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What happens at one threshold.

    Attributes:
        asked: the rate (FMR or FPIR) the threshold was chosen for; None for a given threshold.
        threshold: similarity; None where the data cannot support what was asked.
        fmr, fnmr: measured at this threshold; of an open set FPIR and FNIR.
    """

    asked: float | None
    threshold: float | None
    fmr: Rate
    fnmr: Rate


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A DET curve with its interval: FNMR over FMR.

    Attributes:
        fmr: float64, K, rising.
        fnmr: float64, K: as measured.
        low, high: float64, K: 95 % interval of the FNMR at each FMR; NaN where nothing supports it.
        supported: the FMR from which on the curve is supported (rule of 3).
    """

    fmr: npt.NDArray[np.float64]
    fnmr: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    supported: float


@dataclass(frozen=True, slots=True)
class Failure:
    """A photo that could not be acquired, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class PairsResult:
    """What a system made of a protocol of pairs.

    Attributes:
        pairs, genuine, impostor, photos, people: how many were compared.
        folds: 0 where the protocol has none; then the three after it are None or empty.
        accuracy_mean, accuracy_std: over the folds, each at the threshold best on the others.
        fold_thresholds: those.
        auc: area under the ROC curve.
        eer: the rate at which FMR and FNMR are equal, and `eer_threshold` where.
        points: at the rates that were asked for, the largest first.
        default: at the system's own threshold; None where it has none.
        band: the DET curve.
        failures: photos, each once.
        failed_pairs: pairs with at least one of them.
        fingerprint: sha256 over the photos' digests and the pairs: the same data, the same value.
        notes: what was left out or guessed.
        calibrated: at the threshold of a calibration; None where there is none of this system.
    """

    system: System
    protocol: str
    pairs: int
    genuine: int
    impostor: int
    photos: int
    people: int
    folds: int
    accuracy_mean: float | None
    accuracy_std: float | None
    fold_thresholds: tuple[float, ...]
    auc: Rate
    eer: Rate
    eer_threshold: float
    points: tuple[OperatingPoint, ...]
    default: OperatingPoint | None
    band: Band
    failures: tuple[Failure, ...]
    failed_pairs: int
    fingerprint: str
    notes: tuple[str, ...]
    seconds: float
    calibrated: OperatingPoint | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """One system's whole evaluation of pairs, with what a report needs to show examples."""

    protocol: PairProtocol
    described: Described
    comparisons: Comparisons
    result: PairsResult
