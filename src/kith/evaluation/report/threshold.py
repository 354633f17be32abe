"""The threshold that a report shows mistakes at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.evaluation.report import words

if TYPE_CHECKING:
    from kith.evaluation.records import OperatingPoint, PairsResult


@dataclass(frozen=True, slots=True)
class InUse:
    """A threshold, where it comes from, and what happens at it.

    Attributes:
        threshold: similarity.
        origin: in words that follow "the threshold".
        point: FMR and FNMR there; None where nobody measured them.
    """

    threshold: float
    origin: str
    point: OperatingPoint | None


def in_use(result: PairsResult, calibrated: OperatingPoint | None = None) -> InUse | None:
    """Choose the threshold that the user will meet.

    A calibrated one before the system's own, that before the strictest that the data support, and
    where there is none of them the one at which both rates are equal; None where there is nothing.
    """
    for point, origin in (
        (calibrated, "of the calibration"),
        (result.default, "of its model card"),
    ):
        if point is not None and point.threshold is not None:
            return InUse(point.threshold, origin, point)
    supported = [point for point in result.points if point.threshold is not None]
    if supported and supported[-1].threshold is not None:
        origin = f"for FMR {words.asked(supported[-1].asked)}"
        return InUse(supported[-1].threshold, origin, supported[-1])
    if math.isfinite(result.eer_threshold):
        return InUse(result.eer_threshold, "at which FMR and FNMR are equal", None)
    return None
