"""Reports of evaluations: a page that can be shown, its figures as pictures, and all numbers.

Needs the extra `report` (Jinja and Matplotlib), which is imported when a report is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.errors import OptionError
from kith.evaluation.report.place import check_folder
from kith.evaluation.report.require import require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from kith.decision.calibration import Calibration
    from kith.evaluation.masked.results import MaskedEvaluated
    from kith.evaluation.openset import OpenSetResult
    from kith.evaluation.records import Evaluated
    from kith.evaluation.report.pictures import Pictures

_RIGHT = "How often is it right?"
_MASKS = "What do masks cost?"

__all__ = ["check_folder", "require", "write_report"]


def write_report(
    evaluated: Sequence[Evaluated] | Sequence[OpenSetResult] | Sequence[MaskedEvaluated],
    folder: Path,
    *,
    title: str | None = None,
    command: str = "",
    when: datetime | None = None,
    calibration: Calibration | None = None,
    opening: Sequence[str] = (),
    pictures: Pictures | None = None,
) -> Path:
    """Write a report into a folder: `index.html`, `report.json` and the figures as PNG.

    The page is one file that loads nothing from anywhere. Photos are read again for the faces on
    it; one that is gone or has changed since stands there without a picture. An earlier report is
    replaced; files of anybody else never.

    Args:
        evaluated: one to eight systems, best on the same data: all measured on pairs, all on an
            open set, whose figures are `fnir.png` and `cmc.png`, or all studied with masks.
        folder: made where it is missing.
        title: of the page; None: what it answers.
        command: that measures the same again; shown as it is.
        when: the report was made; None: now.
        calibration: whose threshold is then the one in use; best measured on other photos. Of an
            open set, whose threshold depends on its size, there is none.
        opening: sentences to begin the summary of a report of pairs with.
        pictures: makes the small pictures of a report of pairs; None: from the photos themselves.

    Returns:
        The page.

    Raises:
        MissingExtra: Jinja or Matplotlib is not installed.
        OptionError: no system, too many or of several kinds, or a folder that is not the report's.
        ContractMismatch: the calibration is of another network.
        KithError: the disk is full, or it is not permitted.
    """
    require()
    from kith.evaluation.masked.results import MaskedEvaluated
    from kith.evaluation.records import Evaluated
    from kith.evaluation.report.head import head
    from kith.evaluation.report.palette import LINES
    from kith.evaluation.report.write import (
        write_masked_report,
        write_open_set_report,
        write_pairs_report,
    )

    if not 1 <= len(evaluated) <= len(LINES):
        raise OptionError(f"a report shows 1 to {len(LINES)} systems, not {len(evaluated)}")
    pairs = [one for one in evaluated if isinstance(one, Evaluated)]
    masked = [one for one in evaluated if isinstance(one, MaskedEvaluated)]
    searched = [one for one in evaluated if not isinstance(one, Evaluated | MaskedEvaluated)]
    if len(evaluated) not in (len(pairs), len(masked), len(searched)):
        raise OptionError("a report shows pairs, open sets or masks: write one for each")
    top = head(title or (_MASKS if masked else _RIGHT), command, when)
    if masked:
        return write_masked_report(masked, folder, top, calibration)
    if searched:
        return write_open_set_report(searched, folder, top)
    return write_pairs_report(pairs, folder, top, calibration, opening, pictures)
