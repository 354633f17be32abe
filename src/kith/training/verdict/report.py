"""A verdict as a report: every side's curves in one page, the verdict at its top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.training.verdict.words import headline, verdict_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kith.training.verdict.records import Verdict
    from kith.types import Pixels

    Look = Callable[[str], Pixels | None]


def write_verdict_report(
    verdict: Verdict, folder: Path, *, command: str = "", look: Look | None = None
) -> Path:
    """Write a report of a verdict into a folder; see `kith.evaluation.report.write_report`.

    Args:
        verdict: to be shown.
        folder: made where it is missing; not where the photos are.
        command: that measures the same again.
        look: gives a photo's face by its path, RGB, uint8, S × S × 3, to be shown where it was
            taken for somebody else's; None of a photo without one. Without it no faces are shown.

    Returns:
        The page.

    Raises:
        MissingExtra: Jinja or Matplotlib is not installed.
        OptionError: files of somebody else, or photos, are in the folder.
        OutputError: the disk is full, or it is not permitted.
    """
    from kith.evaluation.report import require, write_report

    require()
    from kith.training.verdict.pictures import Squares

    return write_report(
        [one.evaluated for one in verdict.sides],
        folder,
        title=headline(verdict),
        command=command,
        opening=[f"{line}." for line in verdict_lines(verdict)],
        pictures=Squares(look),
    )
