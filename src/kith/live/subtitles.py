"""A timeline as files for other programs: WebVTT for players, CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kith.live.timeline_records import Appearance, Timeline, TimelinePerson


def webvtt(timeline: Timeline) -> str:
    """Return a cue for each appearance, in the order of time (W3C, "WebVTT", 2019).

    A player that shows subtitles shows who is to be seen; several at once in several lines.
    """
    blocks = ["WEBVTT", "NOTE Who appears when, by kith"]
    for person, one in _in_time(timeline):
        start, end = _thousandths(one.start), _thousandths(one.end)
        end = max(end, start + 1)  # a cue ends after it began
        blocks.append(f"{_clock(start)} --> {_clock(end)}\n{_escaped(person.label)}")
    return "\n\n".join(blocks) + "\n"


def csv_table(timeline: Timeline) -> str:
    """Return a line for each appearance, in the order of time (RFC 4180).

    Columns: person, verdict, start and end in seconds, seconds, similarity, threshold, tracks
    with spaces between.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        ("person", "verdict", "start", "end", "seconds", "similarity", "threshold", "tracks")
    )
    for person, one in _in_time(timeline):
        similarity = "" if person.similarity is None else f"{person.similarity:.3f}"
        writer.writerow(
            (
                _plain(person.label),
                person.verdict.value,
                f"{one.start:.3f}",
                f"{one.end:.3f}",
                f"{one.seconds:.3f}",
                similarity,
                f"{person.threshold:.3f}",
                " ".join(map(str, one.tracks)),
            )
        )
    return file.getvalue()


def _in_time(timeline: Timeline) -> list[tuple[TimelinePerson, Appearance]]:
    pairs = [(person, one) for person in timeline.people for one in person.appearances]
    return sorted(pairs, key=lambda pair: (pair[1].start, pair[1].end, pair[0].label))


def _thousandths(seconds: float) -> int:
    return round(max(0.0, seconds) * 1000)


def _clock(thousandths: int) -> str:
    whole, thousandths = divmod(thousandths, 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}.{thousandths:03}"


def _escaped(text: str) -> str:
    """Return text that is nothing but text in a cue; with ``>`` escaped, no ``-->`` is left."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str) -> str:
    """Return text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
