"""People of a gallery as tables."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from kith.cli.output import ROWS_PER_TABLE, console
from kith.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.gallery.records import PersonDetail, PersonSummary


def print_people(people: Iterable[PersonSummary], *, header: bool) -> None:
    """Print people in tables of a bounded length."""
    from rich.table import Table
    from rich.text import Text

    remaining = iter(people)
    while batch := list(islice(remaining, ROWS_PER_TABLE)):
        table = Table(box=None, show_header=header)
        table.add_column("name", overflow="fold")
        for column in ("photos", "faces", "outliers"):
            table.add_column(column, justify="right")
        table.add_column("since")
        for person in batch:
            counts = [str(count) for count in (person.photos, person.faces, person.outliers)]
            table.add_row(Text(person.name), *counts, person.created[:10])
        console().print(table)
        header = False


def print_person(person: PersonDetail, *, header: bool) -> None:
    """Print the photos of a person, and how well each agrees with the others."""
    from rich.table import Table
    from rich.text import Text

    screen = console()
    if header:
        known = person.summary
        screen.print(Text(f"{known.name}: {known.photos} photos since {known.created[:10]}"))
    table = Table(box=None, show_header=header)
    table.add_column("photo", overflow="fold")
    for column in ("quality", "similarity"):
        table.add_column(column, justify="right")
    table.add_column("")
    for photo in person.photos:
        for face in photo.faces:
            table.add_row(
                Text(printable(photo.source)),
                "" if face.quality is None else f"{face.quality:.2f}",
                f"{face.similarity:.2f}",
                "" if face.member else "left out: too unlike the others",
            )
    screen.print(table)
