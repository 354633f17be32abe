"""People of a gallery as tables."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from kith.cli.output import ROWS_PER_TABLE, console, count, joined
from kith.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.gallery.records import PersonDetail, PersonSummary, PhotoDetail


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
            counts = [str(number) for number in (person.photos, person.faces, person.outliers)]
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
        table.add_row(Text(printable(photo.source)), *_agreement(photo))
    screen.print(table)


def _agreement(photo: PhotoDetail) -> tuple[str, str, str]:
    """Return a photo's quality, its similarity with the person's template, and a remark.

    Of several faces, as a film has them, the best quality and from what to what they agree.
    """
    measured = [face.quality for face in photo.faces if face.quality is not None]
    low, high = (f(face.similarity for face in photo.faces) for f in (min, max))
    agree = f"{low:.2f}" if len(photo.faces) == 1 else f"{low:.2f}–{high:.2f}"
    faces = count(len(photo.faces), "face") if len(photo.faces) > 1 else ""
    left = sum(not face.member for face in photo.faces)
    some = f"{left} " if 0 < left < len(photo.faces) else ""
    remark = f"{some}left out: too unlike the others" if left else ""
    return f"{max(measured):.2f}" if measured else "", agree, joined([faces, remark])
