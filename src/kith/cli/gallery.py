"""``kith gallery``: list, show, rename, merge, forget, export, import, check."""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kith.errors import OptionError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.gallery.records import PersonDetail, PersonSummary
    from kith.gallery.store import GalleryStore

app = typer.Typer(help="The people known: who they are, and putting that right.")

_Name = Annotated[str, typer.Argument(metavar="NAME", help="A person of the gallery.")]
_Archive = Annotated[Path, typer.Argument(metavar="FILE", help="An archive, such as people.kithx.")]
_Gallery = Annotated[
    Path | None,
    typer.Option(
        "--gallery",
        metavar="FILE",
        envvar="KITH_GALLERY",
        help="The gallery's file; by default in the platform's data folder.",
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object per line on stdout.")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only what was asked for, and errors.")]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without being asked.")]

_ROWS_AT_ONCE = 1000
_CONFLICTS_SHOWN = 10


@app.command("list")
def list_people(gallery: _Gallery = None, as_json: _Json = False, quiet: _Quiet = False) -> None:
    """List everybody, and on how many photos they are known."""
    with _opened(gallery) as store:
        if as_json:
            for person in store.people():
                _emit(_summary(person))
            return
        _print_people(store.people(), header=not quiet)


@app.command()
def show(
    name: _Name, gallery: _Gallery = None, as_json: _Json = False, quiet: _Quiet = False
) -> None:
    """Show what is kept of a person: photos, and how well each agrees with the others."""
    with _opened(gallery) as store:
        person = store.show(name)
    if as_json:
        _emit(_detail(person))
    else:
        _print_person(person, header=not quiet)


@app.command()
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The name now.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The name from now on.")],
    gallery: _Gallery = None,
    as_json: _Json = False,
    quiet: _Quiet = False,
) -> None:
    """Give a person another name."""
    from kith.gallery.names import clean_name

    with _opened(gallery) as store:
        store.rename(old, new)
    result = {"name": clean_name(new), "was": clean_name(old)}
    _answer(result, f"{result['was']} is {result['name']} now", as_json, quiet)


@app.command()
def merge(
    into: Annotated[str, typer.Argument(metavar="INTO", help="The person who stays.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The same person's other name.")],
    gallery: _Gallery = None,
    yes: _Yes = False,
    as_json: _Json = False,
    quiet: _Quiet = False,
) -> None:
    """Move the photos of OTHER to INTO; OTHER is gone then."""
    with _opened(gallery) as store:
        kept, gone = store.find(into), store.find(other)
        _confirm(
            f"move {gone.photos} photos of {gone.name} to {kept.name} ({kept.photos} photos), "
            f"who cannot be told apart afterwards",
            yes,
        )
        report = store.merge(into, other)
    result = {
        "name": report.into,
        "merged": gone.name,
        "photos": report.photos,
        "duplicates": report.duplicates,
    }
    words = f"{report.photos} photos of {gone.name} are {report.into}'s now"
    if report.duplicates:
        words += f", {report.duplicates} were already"
    _answer(result, words, as_json, quiet)


@app.command()
def forget(
    name: _Name,
    gallery: _Gallery = None,
    yes: _Yes = False,
    as_json: _Json = False,
    quiet: _Quiet = False,
) -> None:
    """Remove a person and everything kept of them, from the file's free pages too."""
    with _opened(gallery) as store:
        person = store.find(name)
        _confirm(f"forget {person.name} and what is kept of {person.photos} photos", yes)
        report = store.forget(name)
    result = {
        "name": report.name,
        "photos": report.photos,
        "faces": report.faces,
        "scrubbed": report.scrubbed,
    }
    words = f"{report.name} is forgotten: {report.photos} photos, {report.faces} faces"
    _answer(result, words, as_json, quiet)
    if not report.scrubbed:
        typer.echo(
            "somebody else is using the gallery: the removed data can still lie in unused parts "
            "of its file until the next change",
            err=True,
        )


@app.command("export")
def export_people(
    file: _Archive, gallery: _Gallery = None, as_json: _Json = False, quiet: _Quiet = False
) -> None:
    """Write everybody to one file that another gallery can import."""
    from kith.gallery.archive import export_archive

    with _opened(gallery) as store:
        report = export_archive(store, file)
    result = {"people": report.people, "photos": report.photos, "faces": report.faces}
    words = f"{printable(str(file))}: {report.people} people, {report.photos} photos"
    _answer({"file": str(file), **result}, words, as_json, quiet)


@app.command("import")
def import_people(
    file: _Archive, gallery: _Gallery = None, as_json: _Json = False, quiet: _Quiet = False
) -> None:
    """Bring in everybody from an exported file; what is here already is passed over."""
    from dataclasses import asdict

    from kith.gallery.archive import import_archive

    with _opened(gallery, create=True) as store:
        report = import_archive(store, file)
    words = (
        f"{report.people} people ({report.created} new): {report.added} photos added, "
        f"{report.already} were here already"
    )
    _answer(asdict(report), words, as_json, quiet)
    if as_json or not report.conflicts:
        return
    typer.echo(f"{len(report.conflicts)} photos left out, they stand for somebody else", err=True)
    for conflict in report.conflicts[:_CONFLICTS_SHOWN]:
        typer.echo(f"  {printable(conflict.source)}: {conflict.person}", err=True)


@app.command()
def check(gallery: _Gallery = None, as_json: _Json = False, quiet: _Quiet = False) -> None:
    """Look for damage; exit 1 if there is any."""
    with _opened(gallery) as store:
        people = store.count()
        problems = store.check()
    for problem in problems:
        if as_json:
            _emit({"problem": problem})
        else:
            typer.echo(problem)
    words = f"{people} people, {len(problems) or 'no'} problems"
    _answer({"people": people, "problems": len(problems)}, words, as_json, quiet)
    if problems:
        raise typer.Exit(1)


def _opened(gallery: Path | None, *, create: bool = False) -> GalleryStore:
    from kith.gallery.location import default_path
    from kith.gallery.store import GalleryStore

    return GalleryStore.open(gallery or default_path(), create=create)


def _confirm(deed: str, yes: bool) -> None:
    if yes:
        return
    if not _asked():
        raise OptionError(f"to {deed} needs your word: pass --yes")
    if not typer.confirm(f"{deed[0].upper()}{deed[1:]}?", err=True):
        raise typer.Exit(1)


def _asked() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty()


def _summary(person: PersonSummary) -> dict[str, Any]:
    return {
        "name": person.name,
        "photos": person.photos,
        "faces": person.faces,
        "outliers": person.outliers,
        "created": person.created,
    }


def _detail(person: PersonDetail) -> dict[str, Any]:
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


def _print_people(people: Iterable[PersonSummary], *, header: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    remaining = iter(people)
    while batch := list(islice(remaining, _ROWS_AT_ONCE)):
        table = Table(box=None, show_header=header)
        table.add_column("name", overflow="fold")
        for column in ("photos", "faces", "outliers"):
            table.add_column(column, justify="right")
        table.add_column("since")
        for person in batch:
            counts = [str(count) for count in (person.photos, person.faces, person.outliers)]
            table.add_row(Text(person.name), *counts, person.created[:10])
        _console().print(table)
        header = False


def _print_person(person: PersonDetail, *, header: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    console = _console()
    if header:
        known = person.summary
        console.print(Text(f"{known.name}: {known.photos} photos since {known.created[:10]}"))
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
    console.print(table)


def _answer(result: dict[str, Any], words: str, as_json: bool, quiet: bool) -> None:
    if as_json:
        _emit(result)
    elif not quiet:
        typer.echo(words)


def _console() -> Any:
    from rich.console import Console

    return Console()


def _emit(thing: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(thing, ensure_ascii=False) + "\n")
