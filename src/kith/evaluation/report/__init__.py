"""Reports of evaluations: a page that can be shown, its figures as pictures, and all numbers.

Needs the extra `report` (Jinja and Matplotlib), which is imported when a report is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.evaluation.report.place import check_folder
from kith.evaluation.report.require import require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from kith.decision.calibration import Calibration
    from kith.evaluation.records import Evaluated

__all__ = ["check_folder", "require", "write_report"]


def write_report(
    evaluated: Sequence[Evaluated],
    folder: Path,
    *,
    title: str = "How often is it right?",
    command: str = "",
    when: datetime | None = None,
    calibration: Calibration | None = None,
) -> Path:
    """Write a report into a folder: `index.html`, `report.json` and the figures as PNG.

    The page is one file that loads nothing from anywhere. Photos are read again for the faces on
    it; one that is gone or has changed since stands there without a picture. An earlier report is
    replaced; files of anybody else never.

    Args:
        evaluated: one to eight systems, best on the same data.
        folder: made where it is missing.
        title: of the page.
        command: that measures the same again; shown as it is.
        when: the report was made; None: now.
        calibration: whose threshold is then the one in use; best measured on other photos.

    Returns:
        The page.

    Raises:
        MissingExtra: Jinja or Matplotlib is not installed.
        OptionError: no system or too many, or a folder that is not the report's.
        ContractMismatch: the calibration is of another network.
        KithError: the disk is full, or it is not permitted.
    """
    require()
    from kith.evaluation.report.write import write_pairs_report

    return write_pairs_report(evaluated, folder, title, command, when, calibration)
