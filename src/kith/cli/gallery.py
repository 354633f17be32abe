"""``kith gallery``: list, show, rename, merge, forget, portraits, masks, export, import, check."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kith import shapes
from kith.cli.options import GalleryFile, Json, Quiet
from kith.cli.output import count, emit, say
from kith.cli.people import print_people, print_person
from kith.errors import OptionError, printable

if TYPE_CHECKING:
    from kith.gallery.store import GalleryStore

app = typer.Typer(help="The people known: who they are, and putting that right.")

_Name = Annotated[str, typer.Argument(metavar="NAME", help="A person of the gallery.")]
_Archive = Annotated[Path, typer.Argument(metavar="FILE", help="An archive, such as people.kithx.")]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without being asked.")]

_CONFLICTS_SHOWN = 10
_IN_USE = (
    "somebody else is using the gallery: the removed data can still lie in unused parts of its "
    "file until the next change"
)


@app.command("list")
def list_people(gallery: GalleryFile = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """List everybody, and on how many photos they are known."""
    with _opened(gallery) as store:
        if as_json:
            for person in store.people():
                emit(shapes.person(person))
            return
        print_people(store.people(), header=not quiet)


@app.command()
def show(
    name: _Name, gallery: GalleryFile = None, as_json: Json = False, quiet: Quiet = False
) -> None:
    """Show what is kept of a person: photos, and how well each agrees with the others."""
    with _opened(gallery) as store:
        person = store.show(name)
    if as_json:
        emit(shapes.person_detail(person))
    else:
        print_person(person, header=not quiet)


@app.command()
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The name now.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The name from now on.")],
    gallery: GalleryFile = None,
    as_json: Json = False,
    quiet: Quiet = False,
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
    gallery: GalleryFile = None,
    yes: _Yes = False,
    as_json: Json = False,
    quiet: Quiet = False,
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
    gallery: GalleryFile = None,
    yes: _Yes = False,
    as_json: Json = False,
    quiet: Quiet = False,
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
        typer.echo(_IN_USE, err=True)


@app.command()
def portraits(
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove all of them, and keep none from now on.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep them again, of photos and films enrolled from now.")
    ] = False,
    gallery: GalleryFile = None,
    yes: _Yes = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Tell whether pictures of people's faces are kept; remove them, or keep them again."""
    if remove and keep:
        raise OptionError("give --remove or --keep, not both")
    with _opened(gallery) as store:
        report, people = store.thumbnail_report(), store.count()
        if remove and report.people:
            _confirm(f"remove {count(report.people, 'picture')} of people's faces", yes)
        if remove or keep:
            report = store.keep_thumbnails(keep)
    result = {"kept": report.kept, "pictures": report.people, "people": people}
    words = f"{count(report.people, 'picture')} of {count(people, 'person')}"
    if remove:
        result |= {"removed": report.removed, "scrubbed": report.scrubbed}
        words = f"{count(report.removed, 'picture')} removed"
    kept = "pictures of faces are kept" if report.kept else "no picture of a face is kept"
    _answer(result, f"{words}; {kept}", as_json, quiet)
    if not report.scrubbed:
        typer.echo(_IN_USE, err=True)


@app.command()
def masks(
    refuse: Annotated[
        bool, typer.Option("--refuse", help="Give nobody who wears a mask a name from now on.")
    ] = False,
    allow: Annotated[
        bool, typer.Option("--allow", help="Recognise people behind masks again.")
    ] = False,
    gallery: GalleryFile = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Tell whether whoever wears a mask is refused; refuse them, or allow them again.

    Who is refused is never named, nor told whom they resemble, nor enrolled: the verdict is
    low_quality, the reason mask.
    """
    if refuse and allow:
        raise OptionError("give --refuse or --allow, not both")
    with _opened(gallery) as store:
        if refuse or allow:
            store.set_no_mask(refuse)
        refused = store.no_mask()
    words = "refused: take it off to be recognised" if refused else "allowed"
    _answer({"no_mask": refused}, f"masks are {words}", as_json, quiet)


@app.command("export")
def export_people(
    file: _Archive,
    no_portraits: Annotated[
        bool, typer.Option("--no-portraits", help="Leave out what people look like.")
    ] = False,
    gallery: GalleryFile = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write everybody to one file that another gallery can import."""
    from kith.gallery.archive import export_archive

    with _opened(gallery) as store:
        report = export_archive(store, file, portraits=not no_portraits)
    result = {"people": report.people, "photos": report.photos, "faces": report.faces}
    words = f"{printable(str(file))}: {report.people} people, {report.photos} photos"
    _answer({"file": str(file), **result}, words, as_json, quiet)


@app.command("import")
def import_people(
    file: _Archive, gallery: GalleryFile = None, as_json: Json = False, quiet: Quiet = False
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
    if report.calibrated:
        words += "; calibrated as the gallery they come from"
    _answer(asdict(report), words, as_json, quiet)
    if as_json or not report.conflicts:
        return
    typer.echo(f"{len(report.conflicts)} photos left out, they stand for somebody else", err=True)
    for conflict in report.conflicts[:_CONFLICTS_SHOWN]:
        typer.echo(f"  {printable(conflict.source)}: {conflict.person}", err=True)


@app.command()
def check(gallery: GalleryFile = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """Look for damage; exit 1 if there is any."""
    with _opened(gallery) as store:
        people = store.count()
        problems = store.check()
    for problem in problems:
        if as_json:
            emit({"problem": problem})
        else:
            say(problem)
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


def _answer(result: dict[str, Any], words: str, as_json: bool, quiet: bool) -> None:
    if as_json:
        emit(result)
    elif not quiet:
        say(words)
