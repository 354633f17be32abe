"""People of a gallery as tables and as JSON."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from kith.cli.output import ROWS_PER_TABLE, console
from kith.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.gallery.records import PersonDetail, PersonSummary


def summary(person: PersonSummary) -> dict[str, Any]:
    """Return the JSON of a person in a list."""
    return {
        "name": person.name,
        "photos": person.photos,
        "faces": person.faces,
        "outliers": person.outliers,
        "created": person.created,
    }


def detail(person: PersonDetail) -> dict[str, Any]:
    """Return the JSON of what is kept of a person."""
    photos = [
        {
            "digest": photo.digest,
            "source": photo.source,
            "added": photo.added,
            "faces": [
                {
                    "box": list(face.box),
                    "score": face.score,
                    "quality": face.quality,
                    "similarity": face.similarity,
                    "outlier": not face.member,
                }
                for face in photo.faces
            ],
        }
        for photo in person.photos
    ]
    return {
        "name": person.summary.name,
        "created": person.summary.created,
        "outliers": person.summary.outliers,
        "photos": photos,
    }


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
