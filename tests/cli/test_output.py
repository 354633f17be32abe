from __future__ import annotations

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.cli.output import ROWS_PER_TABLE, Column, Table, count, emit, joined, say, shortened


def test_a_short_path_stays_as_it_is() -> None:
    assert shortened("a/b.jpg", 7) == "a/b.jpg"


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (30, "/home/ada/phot…/party_0001.jpg"),
        (20, "/hom…/party_0001.jpg"),
        (18, "/h…/party_0001.jpg"),
        (12, "/home…01.jpg"),
    ],
)
def test_a_long_path_keeps_the_file_and_the_beginning(room: int, shown: str) -> None:
    assert shortened("/home/ada/photos/2024/summer/party_0001.jpg", room) == shown


@given(st.text("ab/", min_size=1, max_size=80), st.integers(10, 60))
def test_a_path_fits_and_keeps_both_ends(path: str, room: int) -> None:
    shown = shortened(path, room)
    assert len(shown) <= room
    if len(path) > room:
        assert len(shown) == room
        before, after = shown.split("…")
        assert path.startswith(before)
        assert path.endswith(after)
        name = path.rpartition("/")[2]
        assert shown.endswith(name) or len(name) + 4 > room


@pytest.mark.parametrize(
    ("number", "word", "shown"),
    [(0, "photo", "0 photos"), (1, "person", "1 person"), (1200, "person", "1,200 people")],
)
def test_counts(number: int, word: str, shown: str) -> None:
    assert count(number, word) == shown


def test_joined() -> None:
    assert joined(["", "a", "", "b"]) == "a, b"


def test_a_table_comes_in_pages(capsys: pytest.CaptureFixture[str]) -> None:
    with Table("name", Column("number", "number")) as table:
        for number in range(ROWS_PER_TABLE + 1):
            table.add(f"row {number}", str(number))
        assert f"row {ROWS_PER_TABLE - 1}" in capsys.readouterr().out
    rest = capsys.readouterr().out
    assert f"row {ROWS_PER_TABLE}" in rest
    assert "name" in rest


def test_a_table_is_printed_whatever_happens(capsys: pytest.CaptureFixture[str]) -> None:
    def stopped() -> None:
        with Table("name") as table:
            table.add("Ada")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert "Ada" in capsys.readouterr().out


def test_a_table_that_nobody_wants_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with Table("name", shown=False) as table:
        for _ in range(ROWS_PER_TABLE + 1):
            table.add("Ada")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("width", "there"), [("80", False), ("120", True)])
def test_what_a_narrow_screen_has_no_room_for(
    width: str, there: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    with Table(Column("photo", "path"), "who", Column("next", extra=True)) as table:
        table.add("/long" * 40 + "/party.jpg", "Ada", "Bo 0.12")
    out = capsys.readouterr().out
    assert ("Bo 0.12" in out) is there
    assert "…/party.jpg" in out
    assert all(len(line) <= int(width) for line in out.splitlines())


def test_nothing_is_broken_or_left_out_for_a_program(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    path = "/long" * 40 + "/party.jpg"
    with Table(Column("photo", "path"), "why") as table:
        table.add(path, "a reason of many words " * 10)
    [row] = [line for line in capsys.readouterr().out.splitlines() if "party" in line]
    assert path in row
    assert row.count("reason") == 10


def test_no_control_character_of_a_file_name_reaches_the_screen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Table(Column("photo", "path")) as table:
        table.add("new\nline\x1b[31m\u202eback.jpg")
    out = capsys.readouterr().out
    assert r"new\nline\x1b[31m\u202eback.jpg" in out


class Narrow(io.TextIOWrapper):
    def __init__(self) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding="ascii", errors="backslashreplace")


@pytest.mark.parametrize("name", ["😀.jpg", "caf\udce9.jpg", 'a"\\b.jpg'])
def test_json_is_json_in_every_encoding(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Narrow()
    monkeypatch.setattr(sys, "stdout", stream)
    emit({"source": name})
    monkeypatch.undo()
    assert json.loads(stream.bytes.getvalue()) == {"source": name}


def test_json_comes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Narrow()
    monkeypatch.setattr(sys, "stdout", stream)
    emit({"a": 1}, {"b": 2})
    monkeypatch.undo()
    assert stream.bytes.getvalue() == b'{"a": 1}\n{"b": 2}\n'


def test_where_words_go(capsys: pytest.CaptureFixture[str]) -> None:
    say("result")
    say("remark", error=True)
    assert capsys.readouterr() == ("result\n", "remark\n")
