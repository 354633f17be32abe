"""From evaluations to the files of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.evaluation.report import (
    findings,
    masked_found,
    masked_page,
    numbers,
    page,
    search_page,
    searched,
)
from kith.evaluation.report.figures import drawn
from kith.evaluation.report.numbers import Shape, as_json
from kith.evaluation.report.pictures import Pictures
from kith.evaluation.report.place import NUMBERS, PAGE, check_folder, write

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kith.decision.calibration import Calibration
    from kith.evaluation.masked.results import MaskedEvaluated
    from kith.evaluation.openset import OpenSetResult
    from kith.evaluation.records import Evaluated
    from kith.evaluation.report.head import Head


def write_pairs_report(
    evaluated: Sequence[Evaluated],
    folder: Path,
    top: Head,
    calibration: Calibration | None,
    opening: Sequence[str] = (),
    pictures: Pictures | None = None,
) -> Path:
    """Write the report of pairs; see `kith.evaluation.report.write_report`."""
    for one in evaluated:
        check_folder(folder, one.protocol.photos, walked=one.protocol.exhaustive)
    found = findings.find(evaluated, calibration)
    figures = drawn(found, top.mark)
    text = page.page(found, figures, pictures or Pictures(), top, calibration, opening)
    return _written(folder, text, numbers.report_shape(found, top), figures.files)


def write_open_set_report(results: Sequence[OpenSetResult], folder: Path, top: Head) -> Path:
    """Write the report of open sets; see `kith.evaluation.report.write_report`."""
    check_folder(folder)
    found = searched.find(results)
    text, figures = search_page.page(found, Pictures(), top)
    return _written(folder, text, search_page.report_shape(found, top), figures)


def write_masked_report(
    evaluated: Sequence[MaskedEvaluated], folder: Path, top: Head, calibration: Calibration | None
) -> Path:
    """Write the report of a study of masks; see `kith.evaluation.report.write_report`."""
    for one in evaluated:
        check_folder(folder, one.protocol.photos, walked=one.protocol.exhaustive)
    found = masked_found.find(evaluated)
    text, figures = masked_page.page(found, Pictures(), top, calibration)
    return _written(folder, text, masked_page.report_shape(found, top), figures)


def _written(folder: Path, text: str, shape: Shape, figures: dict[str, bytes]) -> Path:
    return write(
        folder,
        {PAGE: text.encode("utf-8", "replace"), NUMBERS: as_json(shape), **figures},
    )
