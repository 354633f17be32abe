"""The threshold that a report shows mistakes at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.evaluation.report import words
from kith.evaluation.report.comparing import strictest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.records import OperatingPoint


@dataclass(frozen=True, slots=True)
class InUse:
    """A threshold, where it comes from, and what happens at it.

    Attributes:
        threshold: similarity.
        origin: in words that follow "the threshold".
        point: FMR and FNMR there, or FPIR and FNIR; None where nobody measured them.
    """

    threshold: float
    origin: str
    point: OperatingPoint | None


def in_use(
    points: Sequence[OperatingPoint],
    default: OperatingPoint | None,
    rate: str,
    *,
    calibrated: OperatingPoint | None = None,
    equal: float = math.inf,
) -> InUse | None:
    """Choose the threshold that the user will meet.

    A calibrated one before the system's own, that before the strictest that the data support, and
    where there is none of them the one at which both rates are equal; None where there is nothing.

    Args:
        points: at the rates that were asked for.
        default: at the system's own threshold.
        rate: what those rates are called.
        calibrated: at a calibrated threshold.
        equal: at which both rates are equal; infinite where there is no such threshold.
    """
    asked = strictest(points)
    for point, origin in (
        (calibrated, "of the calibration"),
        (default, "of its model card"),
        (asked, "" if asked is None else f"for {rate} {words.asked(asked.asked)}"),
    ):
        if point is not None and point.threshold is not None:
            return InUse(point.threshold, origin, point)
    if math.isfinite(equal):
        return InUse(equal, "at which FMR and FNMR are equal", None)
    return None
