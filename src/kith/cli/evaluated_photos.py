"""What ``kith evaluate masked --photos`` says of every person and photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.cli.output import Column, Table
from kith.errors import printable
from kith.evaluation.masked.records import ANSWERS, NOT_ASKED, RIGHT, WRONG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.cli.output import Cell
    from kith.evaluation.masked import MaskedEvaluated, MaskedResult
    from kith.evaluation.masked.records import Looked

_COLOURS = {RIGHT: "green", WRONG: "red"}


def print_people(result: MaskedResult) -> None:
    """Print a row for each person: similarities and right names, without and behind masks."""
    if not result.kinds or not any(kind.people for kind in result.kinds):
        return
    heads = [Column(_head(kind.kind.name), "number") for kind in result.kinds]
    everybody = [{person.name: person for person in kind.people} for kind in result.kinds]
    names = list(dict.fromkeys(name for each in everybody for name in each))
    columns = (Column("person", "name"), Column("photos", "number"), Column("no mask", "number"))
    with Table(*columns, *heads) as table:
        for name in names:
            known = [each.get(name) for each in everybody]
            [first, *_] = [one for one in known if one is not None]
            cells = [
                "" if one is None else _of(one.masked, one.right[1], one.photos) for one in known
            ]
            bare = _of(first.bare, first.right[0], first.photos)
            table.add(printable(name, 40), f"{first.photos:,}", bare, *cells)


def print_photos(evaluated: MaskedEvaluated) -> None:
    """Print a row for each photo: similarity to its person, and the answer, with each mask."""
    result, protocol = evaluated.result, evaluated.protocol
    heads = [Column(_head(kind.kind.name)) for kind in result.kinds]
    with Table(Column("photo", "path"), Column("no mask"), *heads) as table:
        for at in np.flatnonzero(result.used).tolist():
            reason = evaluated.portrayed.described.reasons[at]
            cells = [_cell(result.looked, at, protocol.people, reason)]
            for kind, copies in zip(result.kinds, evaluated.portrayed.copies, strict=True):
                cells.append(_cell(kind.looked, at, protocol.people, copies.reasons[at]))
            table.add(protocol.photos[at], *cells)


def _head(name: str) -> str:
    return name.replace(", ", ",\n", 1)


def _of(similarity: float | None, right: int, photos: int) -> str:
    shown = "–" if similarity is None else f"{similarity:.3f}"
    return f"{shown}, {right}/{photos} right"


def _cell(looked: Looked, at: int, people: Sequence[str], reason: str | None) -> Cell:
    if reason is not None:
        return reason, "yellow"
    answer = int(looked.answer[at])
    if answer == NOT_ASKED:
        return "not asked"
    words = ANSWERS[answer] or ""
    if answer == WRONG:
        words = f"wrong: {printable(people[int(looked.name[at])], 40)}"
    return f"{float(looked.own[at]):.3f} {words}", _COLOURS.get(answer, "")
