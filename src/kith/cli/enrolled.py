"""What ``kith enroll`` says of the people it enrolled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from kith.cli.output import Column, Table, count, emit, joined, say
from kith.errors import printable
from kith.shapes import enrolment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.cli.media_batch import MediaBatch
    from kith.gallery.enroll import EnrollReport
    from kith.gallery.enroll_report import FilmFaces

NAMED = 3
"""So many photos are named in a remark; the others are counted."""


class Enrolled:
    """Tells each report as it comes, and at the end what they come to.

    Args:
        batch: counts the photos.
        as_json: a line for each person.
        several: a table of people; else sentences about one.
    """

    def __init__(self, batch: MediaBatch, *, as_json: bool, several: bool) -> None:
        self._batch = batch
        self._json = as_json
        self._sentences = batch.shown and not several
        columns = (Column("added", "number"), Column("known", "number"))
        self._table = Table(
            "person", *columns, Column("refused", "number"), "", shown=batch.shown and several
        )
        self._totals = dict.fromkeys(
            ("people", "added", "films", "already", *(what for what, _, _ in _COUNTED)), 0
        )
        self._all_poor: list[str] = []
        self._mixed: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._table.flush()
        totals = self._totals
        if not self._batch.shown or self._sentences or not totals["people"]:
            return
        known = f"{totals['already']:,} known already" if totals["already"] else ""
        new = _media(totals["added"], totals["films"]) or "nothing"
        say(joined([f"{new} of {count(totals['people'], 'person')} added", known]))
        for what, (noun, more), remark in _COUNTED:
            if totals[what]:
                say(f"{count(totals[what], noun)}{more}: {remark}")
        if self._all_poor:
            say(f"{_NO_GOOD} {_some(self._all_poor)}: {_BETTER}")
        if self._mixed:
            say(f"{_MIXED}: {_some(self._mixed)}")

    def add(self, report: EnrollReport) -> None:
        """Tell of a person and their photos."""
        for film in report.films:
            if film.problem is not None:
                self._batch.broke_off(film.source, film.problem)
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
        self._totals["films"] += len(report.films)
        self._totals["crowded"] += len(_crowded(report))
        self._totals["already"] += report.already
        self._totals["several"] += len(report.several)
        self._totals["outliers"] += len(report.outliers)
        self._totals["poor"] += len(report.poor)
        self._totals["masked"] += len(report.masked)
        if report.all_poor:
            self._all_poor.append(report.name)
        if report.mixed:
            self._mixed.append(report.name)
        if self._json:
            emit(enrolment(report))
        if self._sentences and kept:
            _tell(report)
        self._table.add(*_row(report))


_FOREMOST = "who is seen most and closest was taken"
_TAKEN = "the largest central one was taken"
_UNLIKE = "too unlike the person's other photos, kept but left out of the template"
_MIXED = "photos that do not look like one person were kept"
_HARD = "kept, but hard to recognise anybody by"
_BEHIND = "kept, though people are recognised better without"
_NO_GOOD = "no good photo of"
_BETTER = "enrol a better one, or they will often not be recognised"
_COUNTED = (
    ("several", ("photo", " with several faces"), _TAKEN),
    ("crowded", ("film", " with several people"), _FOREMOST),
    ("outliers", ("outlier", ""), _UNLIKE),
    ("poor", ("poor photo", ""), _HARD),
    ("masked", ("photo", " with a mask"), _BEHIND),
)
"""What is counted, in which words, and what is said of it."""


def _tell(report: EnrollReport) -> None:
    added = _media(report.added, len(report.films))
    faces = sum(film.faces for film in report.films)
    shown = f" ({count(faces, 'face')} of {'it' if len(report.films) == 1 else 'them'})"
    added += f" added{shown if faces else ''}" if added else ""
    known = _media(report.already, report.known_films)
    say(f"{report.name}: {joined([added, known and f'{known} known already'])}")
    if report.several:
        say(f"several faces, {_TAKEN}: {_some(report.several)}")
    for film in _crowded(report)[:NAMED]:
        people, share = count(film.people, "person"), f"{film.share:.0%}"
        say(f"{printable(film.source)} shows {people}: {_FOREMOST} ({share})")
    if report.outliers:
        say(f"{_UNLIKE}: {_some(report.outliers)}")
    if report.mixed:
        say(f"{_MIXED}: have a look at them, or begin anew with kith gallery forget")
    if report.poor:
        verb = "is" if len(report.poor) == 1 else "are"
        shown = _some([f"{one.reason} ({printable(one.source)})" for one in report.poor])
        films = {film.source for film in report.films} & {one.source for one in report.poor}
        say(f"{_media(len(report.poor), len(films))} {verb} poor: {shown}")
    if report.masked:
        films = {film.source for film in report.films} & set(report.masked)
        say(
            f"{_media(len(report.masked), len(films))} with a mask, {_BEHIND}: "
            f"{_some(report.masked)}"
        )
    if report.all_poor:
        say(f"{_NO_GOOD} {report.name}: {_BETTER}")


def _media(number: int, films: int) -> str:
    """Return how many photos and films, empty where there are none, of which so many are films."""
    photos = number - films
    parts = [count(photos, "photo") if photos else "", count(films, "film") if films else ""]
    return " and ".join(part for part in parts if part)


def _crowded(report: EnrollReport) -> list[FilmFaces]:
    return [film for film in report.films if film.people > 1]


def _some(sources: Sequence[str]) -> str:
    more = f" and {len(sources) - NAMED:,} more" if len(sources) > NAMED else ""
    return joined([printable(source) for source in sources[:NAMED]]) + more


def _row(report: EnrollReport) -> tuple[str, ...]:
    refused = len(report.rejected) + len(report.conflicts)
    several, outliers = len(report.several), len(report.outliers)
    crowded = len(_crowded(report))
    remarks = joined(
        [
            count(len(report.films), "film") if report.films else "",
            f"{several} with several faces" if several else "",
            f"{crowded} with several people" if crowded else "",
            count(outliers, "outlier") if outliers else "",
            "not one person?" if report.mixed else "",
            "none good" if report.all_poor else "",
            f"{len(report.poor)} poor" if report.poor and not report.all_poor else "",
            f"{len(report.masked)} with a mask" if report.masked else "",
        ]
    )
    numbers = (report.added, report.already, refused)
    return (report.name, *(f"{number:,}" if number else "" for number in numbers), remarks)
