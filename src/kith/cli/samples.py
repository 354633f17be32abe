"""``kith samples``: list, pull."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kith.cli.options import Json, Quiet, folder

app = typer.Typer(help="Photos of people to try kith on: what there is, fetching.")


@app.command("list")
def list_samples(as_json: Json = False) -> None:
    """List the sets of sample photos, whose they are, and whether they are here."""
    from kith.cli.output import Column, Table, emit
    from kith.samples import SETS, is_here

    states = {key: "here" if is_here(key) else "not here" for key in SETS}
    if as_json:
        emit(
            *(
                {
                    "id": one.id,
                    "people": len(set(one.people.values())),
                    "photos": one.photos,
                    "about": one.about,
                    "terms": one.terms,
                    "package": f"{one.package}=={one.version}",
                    "bytes": one.archive.size,
                    "state": states[one.id].replace(" ", "_"),
                }
                for one in SETS.values()
            )
        )
        return
    columns = (Column("people", "number"), Column("photos", "number"), "what", "terms")
    with Table(Column("set", "name"), *columns, Column("size", "number"), "state") as table:
        for one in SETS.values():
            people = len(set(one.people.values()))
            size = f"{one.archive.size / 1e6:.1f} MB"
            row = (str(people), str(one.photos), one.about, one.terms, size, states[one.id])
            table.add(one.id, *row)


@app.command()
def pull(
    sample: Annotated[
        str, typer.Argument(metavar="ID", help="A set, as `kith samples list` calls it.")
    ],
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", metavar="DIR", parser=folder, help="Copy the photos to this new folder."
        ),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fetch a set of sample photos and print the folder it lies in."""
    from kith import samples
    from kith.cli.output import emit, say
    from kith.cli.progress import fetch_progress

    with fetch_progress(shown=not (as_json or quiet)) as progress:
        place = samples.folder(sample, progress)
        if to is not None:
            place = samples.copy_to(sample, to, progress)
    if as_json:
        emit({"id": sample, "path": str(place), "photos": samples.SETS[sample].photos})
    elif not quiet:
        say(str(place))
