from __future__ import annotations

import csv
import html
import io
import re

import pytest

from kith.live.subtitles import csv_table, webvtt
from kith.types import Verdict

from .made import a_person, a_timeline

CUE = re.compile(r"(\d\d+):([0-5]\d):([0-5]\d\.\d{3}) --> (\d\d+):([0-5]\d):([0-5]\d\.\d{3})")


def cues(text: str) -> list[tuple[float, float, str]]:
    """Read WebVTT as its grammar has it: blocks between empty lines, a signature first."""
    assert "\r" not in text
    assert text.endswith("\n")
    head, *blocks = text.rstrip("\n").split("\n\n")
    assert head == "WEBVTT"
    found = []
    for block in blocks:
        if block.startswith("NOTE"):
            continue
        timing, words = block.split("\n")  # one line of text
        matched = CUE.fullmatch(timing)
        assert matched
        h1, m1, s1, h2, m2, s2 = map(float, matched.groups())
        assert "-->" not in words
        assert not re.search(r"<|&(?!amp;|lt;|gt;)", words)
        found.append((h1 * 3600 + m1 * 60 + s1, h2 * 3600 + m2 * 60 + s2, html.unescape(words)))
    return found


def test_a_cue_for_each_appearance() -> None:
    told = a_timeline(
        a_person((0.5, 2.25), (3600.0, 3661.5), name="Ada"), a_person((1.0, 2.0), number=1)
    )
    assert cues(webvtt(told)) == [
        (0.5, 2.25, "Ada"),
        (1.0, 2.0, "unknown 1"),
        (3600.0, 3661.5, "Ada"),
    ]


@pytest.mark.parametrize("name", ["<v Bo>", "a --> b", "R&D", "&lt;", "名前", "O'Neil <i>x</i>"])
def test_names_are_text_and_nothing_else(name: str) -> None:
    assert cues(webvtt(a_timeline(a_person((0, 1), name=name)))) == [(0, 1, name)]


def test_a_cue_ends_after_it_began() -> None:
    for start, end in ((1.0, 1.0), (1.0004, 1.00049), (0.9996, 0.9999)):
        [(first, last, _)] = cues(webvtt(a_timeline(a_person((start, end), name="Ada"))))
        assert last > first


def test_nobody() -> None:
    assert cues(webvtt(a_timeline())) == []
    assert len(list(csv.reader(io.StringIO(csv_table(a_timeline()))))) == 1


def test_the_table() -> None:
    told = a_timeline(
        a_person((0.5, 2.25), (5, 6), name='Ada, "the first"', tracks=(3, 7)),
        a_person((1.0, 2.0), number=1, verdict=Verdict.AMBIGUOUS),
    )
    rows = list(csv.DictReader(io.StringIO(csv_table(told), newline="")))
    assert [(row["person"], row["verdict"], row["start"], row["end"]) for row in rows] == [
        ('Ada, "the first"', "match", "0.500", "2.250"),
        ("unknown 1", "ambiguous", "1.000", "2.000"),
        ('Ada, "the first"', "match", "5.000", "6.000"),
    ]
    assert rows[0]["seconds"] == "1.750"
    assert rows[0]["tracks"] == "3 7"
    assert (rows[0]["similarity"], rows[0]["threshold"]) == ("0.710", "0.360")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x"])
def test_a_spreadsheet_sees_no_formula(name: str) -> None:
    table = csv_table(a_timeline(a_person((0, 1), name=name)))
    [row] = csv.DictReader(io.StringIO(table, newline=""))
    assert row["person"] == f"'{name}"
