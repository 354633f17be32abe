"""One to one: how often a system takes two photos rightly for one person or for two."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import OptionError
from kith.evaluation.compare import compare, without_copies
from kith.evaluation.describe import describe
from kith.evaluation.metrics import FoldAccuracy, at_threshold, fold_accuracy, summary
from kith.evaluation.metrics.points import ROUNDS
from kith.evaluation.records import Evaluated, Failure, PairsResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.decision.calibration import Calibration
    from kith.evaluation.describe import OnPhoto
    from kith.evaluation.records import (
        Comparisons,
        Described,
        OperatingPoint,
        PairProtocol,
        Rate,
        System,
    )
    from kith.recognizer import Recognizer
    from kith.recognizer.cache import FaceCache

RATES = (1e-2, 1e-3, 1e-4)
"""False match rates at which the other rate is said where nobody asks for others."""


def evaluate_pairs(
    protocol: PairProtocol,
    recognizer: Recognizer,
    *,
    rates: Sequence[float] = RATES,
    rounds: int = ROUNDS,
    seed: int = 0,
    calibration: Calibration | None = None,
    cache: FaceCache | None = None,
    on_photo: OnPhoto | None = None,
) -> Evaluated:
    """Describe the photos of a protocol with a system, and measure it on their pairs.

    Args:
        protocol: see `kith.evaluation.protocols`.
        recognizer: the system.
        rates: false match rates to say the true match rate at, above 0 and at most 1.
        rounds: of the bootstrap over people; 0: no intervals.
        seed: of its draws.
        calibration: to say the rates at its threshold too, where it is of this system.
        cache: of photos that were described before.
        on_photo: told of each photo as it is dealt with.

    Raises:
        ProtocolError: nothing is left to compare.
        OptionError: a rate or the rounds are out of their range.
    """
    rates = checked_rates(rates)
    described = describe(recognizer, protocol.photos, cache=cache, on_photo=on_photo)
    return measure(
        protocol, described, rates=rates, rounds=rounds, seed=seed, calibration=calibration
    )


def measure(
    protocol: PairProtocol,
    described: Described,
    *,
    rates: Sequence[float] = RATES,
    rounds: int = ROUNDS,
    seed: int = 0,
    calibration: Calibration | None = None,
) -> Evaluated:
    """Measure a system on photos that it has described; see `evaluate_pairs`."""
    began = time.monotonic()
    protocol = without_copies(protocol, described.digests)
    comparisons = compare(protocol, described)
    found = summary(comparisons, rates, described.system.threshold, rounds=rounds, seed=seed)
    folds = _over_folds(protocol, comparisons)
    stands = np.zeros(len(protocol.photos), dtype=np.bool_)
    stands[protocol.first] = stands[protocol.second] = True
    used = np.flatnonzero(stands)
    failures = tuple(
        Failure(protocol.photos[at], reason)
        for at in used.tolist()
        if (reason := described.reasons[at]) is not None
    )
    genuine = int(np.count_nonzero(protocol.same))
    result = PairsResult(
        system=described.system,
        protocol=protocol.name,
        pairs=len(protocol.same),
        genuine=genuine,
        impostor=len(protocol.same) - genuine,
        photos=len(used),
        people=len(np.unique(protocol.person[used])),
        folds=len(folds.accuracies) if folds else 0,
        accuracy_mean=folds.mean if folds else None,
        accuracy_std=folds.std if folds else None,
        fold_thresholds=folds.thresholds if folds else (),
        auc=found.auc,
        eer=found.eer,
        eer_threshold=found.eer_threshold,
        points=found.points,
        default=found.default,
        band=found.band,
        failures=failures,
        failed_pairs=int(np.count_nonzero(np.isneginf(comparisons.similarity))),
        fingerprint=fingerprint(
            described.digests, protocol.first, protocol.second, protocol.same, protocol.fold
        ),
        notes=(*protocol.notes, *_doubts(comparisons, found.auc)),
        calibrated=_calibrated(described.system, comparisons, calibration, rounds, seed),
        seconds=described.seconds + time.monotonic() - began,
    )
    return Evaluated(protocol, described, comparisons, result)


def _calibrated(
    system: System,
    comparisons: Comparisons,
    calibration: Calibration | None,
    rounds: int,
    seed: int,
) -> OperatingPoint | None:
    if calibration is None or calibration.contract != system.contract:
        return None
    return at_threshold(comparisons, calibration.threshold, rounds=rounds, seed=seed)


def checked_rates(rates: Sequence[float]) -> tuple[float, ...]:
    """Return rates that were asked for, the largest first and each once.

    Raises:
        OptionError: one is not above 0 and at most 1.
    """
    for rate in rates:
        if not 0.0 < rate <= 1.0:
            raise OptionError(f"a rate to be measured is above 0 and at most 1, not {rate:g}")
    return tuple(sorted(set(rates), reverse=True))


def fingerprint(digests: Sequence[str], *arrays: npt.NDArray[np.generic]) -> str:
    """Return a sha256 over photos and what is compared: the same data, the same value."""
    found = hashlib.sha256("\n".join(digests).encode())
    for array in arrays:
        found.update(np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"))).data)
    return found.hexdigest()


def _over_folds(protocol: PairProtocol, comparisons: Comparisons) -> FoldAccuracy | None:
    """Return the accuracy over the folds that have pairs; None where there are not two."""
    if protocol.folds == 0:
        return None
    present, fold = np.unique(protocol.fold, return_inverse=True)
    if len(present) < 2:
        return None
    return fold_accuracy(comparisons.similarity, protocol.same, fold, len(present))


def _doubts(comparisons: Comparisons, area: Rate) -> list[str]:
    if np.isneginf(comparisons.similarity).all():
        return ["every pair has a photo that failed: this says nothing of the networks"]
    most = area.value if area.interval is None else area.interval.high
    if most is not None and most < 0.5:  # else it may be a network that knows nothing yet
        return [
            "pairs of two people are the more similar ones: are the labels the wrong way round?"
        ]
    return []
