"""What a report says of one system, as numbers: what both the page and report.json are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.metrics.points import at_threshold
from kith.evaluation.report.examples import Examples, false_matches, false_non_matches
from kith.evaluation.report.histogram import Histogram, histogram
from kith.evaluation.report.labels import Suspect, suspects
from kith.evaluation.report.names import Name, named
from kith.evaluation.report.people import Hardest, goats, lambs
from kith.evaluation.report.threshold import InUse, in_use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.decision.calibration import Calibration
    from kith.evaluation.records import Evaluated, OperatingPoint, PairsResult

EXAMPLES = 12
PEOPLE = 15
SUSPECTS = 8


@dataclass(frozen=True, slots=True)
class Fold:
    """One part of the pairs, decided at the threshold that is best on the others.

    Attributes:
        number: from 1.
        pairs: in it.
        threshold: similarity.
        accuracy: share of its pairs decided rightly, 0–1.
    """

    number: int
    pairs: int
    threshold: float
    accuracy: float


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """One system.

    Attributes:
        name: that no other system of the report has.
        slug: the same for names of files and marks in the page: small letters, digits, hyphens.
        use: the threshold at which mistakes are shown; None where there is none, and then there
            are no mistakes, no closest calls and no people.
    """

    name: str
    slug: str
    evaluated: Evaluated
    use: InUse | None
    scores: Histogram
    folds: tuple[Fold, ...]
    false_matches: Examples | None = None
    false_non_matches: Examples | None = None
    goats: Hardest | None = None
    lambs: Hardest | None = None
    suspects: tuple[Suspect, ...] = ()

    @property
    def result(self) -> PairsResult:
        """The evaluation's own figures."""
        return self.evaluated.result


def find(evaluated: Sequence[Evaluated], calibration: Calibration | None = None) -> list[Findings]:
    """Look for what is worth telling, in every system.

    Args:
        evaluated: the systems.
        calibration: of one of them, whose threshold is then the one in use.

    Raises:
        ContractMismatch: the calibration is of none of them.
    """
    contracts = [one.result.system.contract for one in evaluated]
    if calibration is not None and calibration.contract not in contracts:
        calibration.require(contracts[0])
    names = named(one.result.system for one in evaluated)
    return [
        _found(one, name, _use(one, calibration))
        for one, name in zip(evaluated, names, strict=True)
    ]


def _use(one: Evaluated, calibration: Calibration | None) -> InUse | None:
    result = one.result
    return in_use(
        result.points,
        result.default,
        "FMR",
        calibrated=_calibrated(one, calibration),
        equal=result.eer_threshold,
    )


def _calibrated(one: Evaluated, calibration: Calibration | None) -> OperatingPoint | None:
    if calibration is None or calibration.contract != one.result.system.contract:
        return None
    measured = one.result.calibrated
    if measured is not None and measured.threshold == calibration.threshold:
        return measured
    return at_threshold(one.comparisons, calibration.threshold)


def _found(one: Evaluated, name: Name, use: InUse | None) -> Findings:
    known = Findings(name.shown, name.slug, one, use, histogram(one.comparisons), _folds(one))
    if use is None:
        return known
    return replace(
        known,
        false_matches=false_matches(one, use.threshold, EXAMPLES),
        false_non_matches=false_non_matches(one, use.threshold, EXAMPLES),
        goats=goats(one.comparisons, use.threshold, PEOPLE),
        lambs=lambs(one.comparisons, use.threshold, PEOPLE),
        suspects=suspects(one, use.threshold, SUSPECTS),
    )


def _folds(one: Evaluated) -> tuple[Fold, ...]:
    scored = one.comparisons
    numbers = np.unique(one.protocol.fold)  # a fold may have lost all its pairs
    folds = []
    for number, threshold in zip(numbers.tolist(), one.result.fold_thresholds, strict=False):
        part = one.protocol.fold == number
        similarity = scored.similarity[part]
        matched = (similarity >= threshold) & np.isfinite(similarity)
        right = matched == scored.same[part]
        folds.append(Fold(number + 1, len(right), threshold, float(np.mean(right))))
    return tuple(folds)
