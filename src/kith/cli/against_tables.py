"""The tables of ``kith verify --against``: faces down, people across."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.cli.identify import who
from kith.cli.output import Column, Table, console, count, say
from kith.cli.pictures import mask_cell
from kith.cli.reasons import below_table, is_refused
from kith.errors import printable
from kith.types import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kith.cli.output import Cell
    from kith.gallery.against import Compared, Folder
    from kith.types import Identification, PhotoIdentities

    Row = Sequence[Compared]
    Grouped = Mapping[str, Row]

_FIXED, _CELL, _LONGEST_NAME = 50, 14, 24
"""Letters: of the columns that are always there, of a person's, of the names in their heads."""
_MOST = 24
"""People in a table, however wide."""
_FACE = 9
"""Letters of a face's column."""
_MARK = "✓"


def say_start(people: Folder, limit: float) -> None:
    """Say what faces are compared with, and what a match needs."""
    photos, persons = len(people.references), len(people.people)
    say(f"{count(photos, 'photo')} of {count(persons, 'person')}; a match needs {limit:.3f}")


def say_photo(
    people: Sequence[str], seen: PhotoIdentities, compared: Sequence[Row], *, every: bool
) -> None:
    """Print what was found on one photo.

    Args:
        people: names, in the order of the columns.
        seen: who is on it.
        compared: each of its faces with every photo of theirs.
        every: a line for each of their photos as well.
    """
    say("")
    source = printable(seen.photo.source)
    if not seen.answers:
        say(f"{source}: no face")
        return
    say(f"{source}: {count(len(seen.answers), 'face')}")
    rows = [_by_person(row) for row in compared]
    shown = _that_fit(people, rows)
    _print_people(shown, seen.answers, rows)
    if any(map(_is_split, seen.answers, compared)):
        say(f"{_MARK} but unknown: one photo is alike, the person as a whole is not")
    if len(shown) < len(people):
        left = count(len(people) - len(shown), "person")
        say(f"{left} less similar left out: a wider screen shows up to {_MOST}, --json all")
    if remark := below_table(seen.answers):
        say(remark)
    if every and not all(map(is_refused, seen.answers)):
        _print_photos(seen.answers, compared)


def _is_split(answer: Identification, row: Row) -> bool:
    """Whether a single photo is similar enough, and nobody by all of theirs."""
    return answer.verdict is Verdict.UNKNOWN and any(one.same for one in row)


def _by_person(row: Row) -> Grouped:
    grouped: dict[str, list[Compared]] = {}
    for one in row:
        grouped.setdefault(one.person, []).append(one)
    return grouped


def _print_people(
    people: Sequence[str], answers: Sequence[Identification], rows: Sequence[Grouped]
) -> None:
    masks = [mask_cell(one.face) for one in answers]
    masked = [Column("mask")] if any(masks) else []
    columns = (Column("face", "number"), Column("box", "name"), *masked)
    heads = [Column(f"{_head(name)}\nbest   mean", "number") for name in people]
    with Table(*columns, *heads, "who") as table:
        for index, (one, row) in enumerate(zip(answers, rows, strict=True)):
            mask = [masks[index]] if masked else []
            cells = ("" if is_refused(one) else _cell(row[name]) for name in people)
            table.add(str(index + 1), _place(one), *mask, *cells, _who(one))


def _print_photos(answers: Sequence[Identification], compared: Sequence[Row]) -> None:
    """Print a line for each photo and a column for each face, as many as fit at a time."""
    width = console().width
    refused = [is_refused(one) for one in answers]
    names = max(len(printable(one.person)) for one in compared[0])
    at_once = max(1, (width - max(20, width * 35 // 100) - names - 3) // _FACE)
    for start in range(0, len(compared), at_once):
        faces = compared[start : start + at_once]
        heads = (Column(f"face {start + index}", "number") for index in range(1, len(faces) + 1))
        with Table(Column("person", "name"), Column("photo", "path"), *heads) as table:
            for same_photo in zip(*faces, strict=True):
                first = same_photo[0]
                cells = (
                    "" if hidden else _marked(one.similarity, enough=bool(one.same))
                    for one, hidden in zip(same_photo, refused[start:], strict=False)
                )
                table.add(printable(first.person), first.source, *cells)


def _that_fit(people: Sequence[str], rows: Sequence[Grouped]) -> list[str]:
    """Return the most similar people for whom there is room, in their order."""
    room = console().width - _FIXED
    best = {name: max(one.similarity for row in rows for one in row[name]) for name in people}
    shown: set[str] = set()
    for name in sorted(people, key=lambda name: -best[name]):
        room -= max(_CELL, len(_head(name)) + 1)
        if (room < 0 and shown) or len(shown) == _MOST:
            break
        shown.add(name)
    return [name for name in people if name in shown]


def _head(name: str) -> str:
    return printable(name, _LONGEST_NAME)


def _cell(photos: Row) -> Cell:
    """Return a face's best similarity to a person's photos and the mean of all."""
    similarities = [one.similarity for one in photos]
    text, style = _marked(max(similarities), enough=any(one.same for one in photos))
    return f"{text} {np.mean(similarities):6.3f}", style


def _marked(similarity: float, *, enough: bool) -> tuple[str, str]:
    return f"{similarity:.3f}{_MARK if enough else ' '}", "green" if enough else ""


def _who(one: Identification) -> Cell:
    text, style = who(one)
    return (f"{text} {one.similarity:.3f}" if one.name else text), style


def _place(one: Identification) -> str:
    assert one.face is not None
    x, y, width, height = (round(value) for value in one.face.box)
    return f"{x}, {y}  {width}×{height}"
