"""From evaluations to the files of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.errors import OptionError
from kith.evaluation.report.figures import drawn
from kith.evaluation.report.findings import find
from kith.evaluation.report.head import head
from kith.evaluation.report.numbers import as_json, report_shape
from kith.evaluation.report.page import page
from kith.evaluation.report.palette import LINES
from kith.evaluation.report.pictures import Pictures
from kith.evaluation.report.place import NUMBERS, PAGE, check_folder, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from kith.decision.calibration import Calibration
    from kith.evaluation.records import Evaluated


def write_pairs_report(
    evaluated: Sequence[Evaluated],
    folder: Path,
    title: str,
    command: str,
    when: datetime | None,
    calibration: Calibration | None,
) -> Path:
    """Write the report of pairs; see `kith.evaluation.report.write_report`."""
    _check_count(len(evaluated))
    for one in evaluated:
        check_folder(folder, one.protocol.photos, walked=one.protocol.exhaustive)
    top = head(title, command, when)
    found = find(evaluated, calibration)
    figures = drawn(found, top.mark)
    text = page(found, figures, Pictures(), top, calibration)
    files = {
        PAGE: text.encode("utf-8", "replace"),
        NUMBERS: as_json(report_shape(found, top)),
        **figures.files,
    }
    return write(folder, files)


def _check_count(systems: int) -> None:
    if not 1 <= systems <= len(LINES):
        raise OptionError(f"a report shows 1 to {len(LINES)} systems, not {systems}")
