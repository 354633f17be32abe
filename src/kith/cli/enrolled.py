"""What ``kith enroll`` says of the people it enrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from kith.cli.output import Column, Table, count, emit, joined, say
from kith.errors import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.cli.batch import Batch
    from kith.gallery.enroll import EnrollReport

NAMED = 3
"""So many photos are named in a remark; the others are counted."""


class Enrolled:
    """Tells each report as it comes, and at the end what they come to.

    Args:
        batch: counts the photos.
        as_json: a line for each person.
        several: a table of people; else sentences about one.
    """

    def __init__(self, batch: Batch, *, as_json: bool, several: bool) -> None:
        self._batch = batch
        self._json = as_json
        self._sentences = batch.shown and not several
        columns = (Column("added", "number"), Column("known", "number"))
        self._table = Table(
            "person", *columns, Column("refused", "number"), "", shown=batch.shown and several
        )
        self._totals = dict.fromkeys(
            ("people", "added", "already", "several", "outliers", "poor"), 0
        )
        self._all_poor: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._table.flush()
        totals = self._totals
        if not self._batch.shown or self._sentences or not totals["people"]:
            return
        known = f"{totals['already']:,} known already" if totals["already"] else ""
        added = f"{count(totals['added'], 'photo')} of {count(totals['people'], 'person')} added"
        say(joined([added, known]))
        if totals["several"]:
            say(f"{count(totals['several'], 'photo')} with several faces: {_TAKEN}")
        if totals["outliers"]:
            say(f"{count(totals['outliers'], 'outlier')}: {_UNLIKE}")
        if totals["poor"]:
            say(f"{count(totals['poor'], 'poor photo')}: {_HARD}")
        if self._all_poor:
            say(f"{_NO_GOOD} {_some(self._all_poor)}: {_BETTER}")

    def add(self, report: EnrollReport) -> None:
        """Tell of a person and their photos."""
        for conflict in report.conflicts:
            self._batch.fail(
                conflict.source,
                f"is enrolled as {conflict.person} already; if they are one person: "
                "kith gallery merge",
            )
        kept = report.added + report.already
        self._batch.done += kept
        self._totals["people"] += bool(kept)
        self._totals["added"] += report.added
        self._totals["already"] += report.already
        self._totals["several"] += len(report.several)
        self._totals["outliers"] += len(report.outliers)
        self._totals["poor"] += len(report.poor)
        if report.all_poor:
            self._all_poor.append(report.name)
        if self._json:
            emit(_shape(report))
        if self._sentences and kept:
            _tell(report)
        self._table.add(*_row(report))


_TAKEN = "the largest central one was taken"
_UNLIKE = "too unlike the person's other photos, kept but left out of the template"
_HARD = "kept, but hard to recognise anybody by"
_NO_GOOD = "no good photo of"
_BETTER = "enrol a better one, or they will often not be recognised"


def _tell(report: EnrollReport) -> None:
    added = f"{count(report.added, 'photo')} added" if report.added else ""
    known = f"{count(report.already, 'photo')} known already" if report.already else ""
    say(f"{report.name}: {joined([added, known])}")
    if report.several:
        say(f"several faces, {_TAKEN}: {_some(report.several)}")
    if report.outliers:
        say(f"{_UNLIKE}: {_some(report.outliers)}")
    if report.poor:
        verb = "is" if len(report.poor) == 1 else "are"
        shown = _some([f"{one.reason} ({printable(one.source)})" for one in report.poor])
        say(f"{count(len(report.poor), 'photo')} {verb} poor: {shown}")
    if report.all_poor:
        say(f"{_NO_GOOD} {report.name}: {_BETTER}")


def _some(sources: Sequence[str]) -> str:
    more = f" and {len(sources) - NAMED:,} more" if len(sources) > NAMED else ""
    return joined([printable(source) for source in sources[:NAMED]]) + more


def _row(report: EnrollReport) -> tuple[str, ...]:
    refused = len(report.rejected) + len(report.conflicts)
    several, outliers = len(report.several), len(report.outliers)
    remarks = joined(
        [
            f"{several} with several faces" if several else "",
            count(outliers, "outlier") if outliers else "",
            "none good" if report.all_poor else "",
            f"{len(report.poor)} poor" if report.poor and not report.all_poor else "",
        ]
    )
    numbers = (report.added, report.already, refused)
    return (report.name, *(f"{number:,}" if number else "" for number in numbers), remarks)


def _shape(report: EnrollReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "added": report.added,
        "already": report.already,
        "several": list(report.several),
        "rejected": [{"source": r.source, "reason": r.reason} for r in report.rejected],
        "conflicts": [{"source": c.source, "person": c.person} for c in report.conflicts],
        "outliers": list(report.outliers),
        "poor": [{"source": p.source, "reason": p.reason} for p in report.poor],
        "all_poor": report.all_poor,
    }
