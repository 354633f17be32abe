"""What ``kith identify`` makes of films: a timeline as rows, as JSON, and as files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kith.cli.identify import STYLES
from kith.cli.output import Column, count, emit, joined, say
from kith.errors import PhotoError, printable

if TYPE_CHECKING:
    from kith.cli.film_progress import MediaProgress
    from kith.cli.media_batch import MediaBatch
    from kith.cli.places import OutputFolder
    from kith.gallery.gallery import Gallery
    from kith.live.timeline_records import Timeline, TimelinePerson

_SHOWN = 6
"""Appearances of one person in a table."""


@dataclass(frozen=True, slots=True)
class FilmOptions:
    """What is wanted of films.

    Attributes:
        top: candidates for each person.
        threshold: least similarity of a match; None: the usual one.
        per_second: frames that are looked at of each second, at most; None: all.
        every: of these, every so manieth.
        draw, vtt, csv: folders for annotated films and strips, for WebVTT, for CSV.
    """

    top: int = 5
    threshold: float | None = None
    per_second: float | None = None
    every: int = 1
    draw: OutputFolder | None = None
    vtt: OutputFolder | None = None
    csv: OutputFolder | None = None


def identify_film(
    path: str, people: Gallery, batch: MediaBatch, wanted: FilmOptions, *, as_json: bool
) -> Timeline | None:
    """Tell who appears when in a film; None where it cannot be read.

    Raises:
        KithError: what was wanted cannot be written.
    """
    from kith.cli.film_files import film_files, write
    from kith.live.annotate_trails import Trails
    from kith.live.timeline import timeline

    files = film_files(path, wanted)
    trails = Trails()
    try:
        with batch.bars.film("watching", path) as on_progress:
            seen = timeline(
                path,
                people,
                top=wanted.top,
                threshold=wanted.threshold,
                per_second=wanted.per_second,
                every=wanted.every,
                on_progress=on_progress,
                on_moment=trails.note if wanted.draw is not None else None,
            )
    except PhotoError as error:
        batch.dealt(path, error.reason)
        return None
    if as_json:
        emit(*(person_shape(seen, person) for person in seen.people), film_shape(seen))
    elif batch.shown:
        _show(seen, batch.bars)
    if seen.error is not None:
        batch.broke_off(path, seen.error)
    write(files, seen, trails, batch)
    batch.dealt(path, None)
    batch.done += 1
    return seen


def person_shape(seen: Timeline, person: TimelinePerson) -> dict[str, Any]:
    """Return who it is and when they appear; seconds with three decimals."""
    from kith.shapes import face, number

    return {
        "source": seen.source,
        "kind": "film",
        "person": person.name,
        "group": person.number,
        "verdict": person.verdict.value,
        "name": person.name,
        "similarity": number(person.similarity),
        "threshold": number(person.threshold),
        "seconds": round(person.seconds, 3),
        "appearances": [
            {"start": round(one.start, 3), "end": round(one.end, 3), "tracks": list(one.tracks)}
            for one in person.appearances
        ],
        "best": {"time": round(person.best.time, 3)} | face(person.best.face),
        "candidates": [
            {"name": one.name, "similarity": number(one.similarity)} for one in person.candidates
        ],
    }


def film_shape(seen: Timeline) -> dict[str, Any]:
    """Return what is said of a film as a whole, after its people."""
    from kith.shapes import number, promise

    return {
        "source": seen.source,
        "kind": "film",
        "duration": round(seen.duration, 3),
        "frames": seen.frames,
        "width": seen.width,
        "height": seen.height,
        "people": len(seen.people),
        "known": len(seen.known),
        "unknown": len(seen.unknown),
        "untold": seen.untold,
        "threshold": number(seen.threshold),
        "calibration": promise(seen.calibration),
        "problem": seen.error,
        "skipped": seen.skipped,
    }


def _show(seen: Timeline, bars: MediaProgress) -> None:
    from kith.cli.film_progress import TableAmidBars
    from kith.live.strip import clock

    words = joined(
        [
            clock(seen.duration),
            f"{len(seen.known):,} known",
            f"{len(seen.unknown):,} unknown",
            f"{count(seen.untold, 'track')} too short or poor to tell" if seen.untold else "",
            f"{count(seen.skipped, 'damaged part')} passed over" if seen.skipped else "",
        ]
    )
    say(f"{printable(seen.source)}: {words}")
    columns = ("person", "in–out", Column("seconds", "number"), Column("similarity", "number"))
    with TableAmidBars(bars, *columns, Column("best at", "number", extra=True)) as table:
        for person in seen.people:
            similarity = "" if person.similarity is None else f"{person.similarity:.3f}"
            table.add(
                (_who(person), STYLES.get(person.verdict.value, "dim")),
                _times(person),
                f"{person.seconds:,.1f}",
                similarity,
                clock(person.best.time),
            )


def _who(person: TimelinePerson) -> str:
    if person.verdict.value == "ambiguous" and len(person.candidates) > 1:
        first, second = person.candidates[:2]
        return f"{person.label}: either {first.name} or {second.name}"
    return person.label


def _times(person: TimelinePerson) -> str:
    from kith.live.strip import clock

    parts = [f"{clock(one.start)}–{clock(one.end)}" for one in person.appearances[:_SHOWN]]
    more = len(person.appearances) - len(parts)
    return "  ".join(parts + ([f"and {more:,} more"] if more else []))
