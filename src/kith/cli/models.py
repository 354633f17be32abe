"""``kith models``: list, info, pull, import, remove, accept, check, path."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kith.cli.options import Json, Quiet
from kith.cli.output import console, emit, say
from kith.errors import ModelUnavailable, OptionError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.models.card import ModelCard
    from kith.models.store import ModelStore

app = typer.Typer(help="The networks: what there is, fetching, licences, checking.")

_Id = Annotated[str, typer.Argument(metavar="ID", help="A model, as `kith models list` calls it.")]
_Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Models.")]


@app.command("list")
def list_models(
    as_json: Json = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="What is measured of each, as a table for a page.")
    ] = False,
) -> None:
    """List every model and every fusion of models, its licence, and whether it is here."""
    from kith.cli.cards import page, summary
    from kith.cli.fusions import fusion_row, fusion_summary
    from kith.models.catalogue import CARDS, FUSIONS

    if markdown:
        say("\n".join((*page(CARDS.values()), *map(fusion_row, FUSIONS.values()))))
        return
    rows = [*map(summary, CARDS.values()), *map(fusion_summary, FUSIONS.values())]
    if as_json:
        emit(*rows)
        return
    from rich.table import Table

    table = Table("model", "task", "licence", "use", "size", "state", box=None)
    for row in rows:
        use = "any" if row["commercial"] else "non-commercial"
        most = "≤ " if row["size_is_limit"] else ""
        size = f"{most}{row['size'] / 1e6:.1f} MB"
        state = row["state"].replace("_", " ")
        name = " = ".join((row["id"], *row["presets"]))
        table.add_row(name, row["task"], row["licence"], use, size, state)
    console().print(table)


@app.command()
def info(model: _Id, as_json: Json = False) -> None:
    """Show a model's card, where its file comes from and where it lies.

    Of a fusion: the models that it joins, and how.
    """
    from kith.cli.cards import details, lines
    from kith.cli.fusions import fusion_details, fusion_lines
    from kith.models.catalogue import FUSIONS, PRESETS, card

    model = PRESETS.get(model, model)
    if model in FUSIONS:
        row = fusion_details(FUSIONS[model])
        shown_lines = fusion_lines(FUSIONS[model], row)
    else:
        row = details(card(model))
        shown_lines = lines(card(model), row)
    if as_json:
        emit(row)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for key, shown in shown_lines:
        if shown:
            table.add_row(key, Text(shown))
    console().print(table)


@app.command()
def pull(models: _Ids = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """Fetch models and verify them; of a fusion or a preset those that it needs.

    Without an ID: all that runs where you name none.
    """
    from kith.cli.cards import summary
    from kith.cli.progress import fetch_progress
    from kith.models.catalogue import DEFAULTS
    from kith.models.store import ModelStore

    store = ModelStore()
    cards = _cards(models or DEFAULTS)
    here = {card.id for card in cards if store.has(card)}
    with fetch_progress(shown=not (as_json or quiet)) as progress:
        store.pull(cards, progress)
    for card in cards:
        row = summary(card) | {"path": str(store.location(card)), "fetched": card.id not in here}
        if as_json:
            emit(row)
        elif not quiet:
            word = "is here already" if card.id in here else "pulled"
            say(f"{card.id} {word}: {row['path']}")


@app.command("import")
def import_file(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Weight files, or files of labels."),
    ],
    model: Annotated[
        str, typer.Option("--as", metavar="ID", help="The model that the files belong to.")
    ],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Use weight files that you have already.

    Files of Keras, Torch, TensorFlow or dlib become ONNX without the framework; they are read,
    never run. Labels: .npy, .txt or .csv.
    """
    from kith.cli.output import spinner
    from kith.models.catalogue import card as find
    from kith.models.imports import import_file as take
    from kith.models.store import ModelStore

    card, store = find(model), ModelStore()
    for file in files:
        with spinner(f"importing {file.name}", shown=not (as_json or quiet)):
            done = take(file, card, store)
        if as_json:
            emit(
                {
                    "id": card.id,
                    "file": str(file),
                    "sha256": done.sha256,
                    "roles": list(done.roles),
                    "pinned": done.pinned,
                    "path": str(done.path),
                }
            )
        elif not quiet:
            what = " and ".join(done.roles) if card.task == "embedding" else done.path.name
            say(f"{card.id} has its {what} from {printable(file.name)}")
            if not card.licence.commercial and "labels" not in done.roles:
                say(f"as published it is under {card.licence.name}: {card.licence.note}")
            if not done.pinned and card.weights.sha256 and "labels" not in done.roles:
                say(
                    "it is not the file that the card names: accuracy and thresholds on the card "
                    "are not this file's"
                )


@app.command()
def remove(model: _Id, as_json: Json = False, quiet: Quiet = False) -> None:
    """Remove a model's files from this machine, pulled or imported.

    Of a fusion or a preset: those of every model that it joins.
    """
    from kith.models.imports import remove as take_away
    from kith.models.store import ModelStore

    for card in _cards([model]):
        freed = take_away(card, ModelStore())
        if as_json:
            emit({"id": card.id, "bytes": freed})
        elif not quiet:
            say(f"{card.id}: {freed / 1e6:.1f} MB removed" if freed else f"{card.id} was not here")


@app.command()
def accept(
    model: _Id,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept without being asked.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Accept the licence of a model that is not free for every use; of a fusion each model's."""
    from kith.models.store import ModelStore

    for card in _cards([model]):
        _accept(card, ModelStore(), yes=yes, as_json=as_json, quiet=quiet)


def _accept(card: ModelCard, store: ModelStore, *, yes: bool, as_json: bool, quiet: bool) -> None:
    told = not (as_json or quiet)
    if not store.accepted(card):
        if told or not yes:
            say(f"{card.id}: {card.licence.name}, {card.licence.note}", error=not told)
            say(card.licence.url, error=not told)
        if not yes:
            _confirm(card)
        store.accept(card)
    if as_json:
        emit({"id": card.id, "licence": card.licence.name, "accepted": True})
    elif told:
        say(f"{card.id} may run: {card.licence.note}")


@app.command()
def check(models: _Ids = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """Verify models by their sha256; exit 1 if one is not right.

    Without an ID: the defaults, and every other model that was ever pulled.
    """
    from kith.models.catalogue import CARDS, DEFAULTS
    from kith.models.catalogue import card as find
    from kith.models.imports import check_import, where
    from kith.models.store import ModelStore

    store = ModelStore()
    cards = _cards(models or CARDS)
    states = {card.id: check_import(card, store) or store.check(card) for card in cards}
    if not models:
        states = {key: s for key, s in states.items() if key in DEFAULTS or s != "missing"}
    for model, state in states.items():
        if as_json:
            emit({"id": model, "state": state, "path": str(where(find(model), store))})
        elif not quiet:
            say(f"{model}: {state}")
    if any(state != "ok" for state in states.values()):
        raise typer.Exit(1)


@app.command()
def path(model: _Id, as_json: Json = False) -> None:
    """Print where a model's verified file lies; of a fusion a line for each model."""
    from kith.models.imports import check_import, where
    from kith.models.store import ModelStore

    store = ModelStore()
    for card in _cards([model]):
        state = check_import(card, store) or store.check(card)
        if state != "ok":
            raise ModelUnavailable(
                f"{card.id} is {state}; fetch it with `kith models pull {card.id}`"
            )
        place = str(where(card, store))
        if as_json:
            emit({"id": card.id, "path": place})
        else:
            say(place)


def _cards(models: Iterable[str]) -> list[ModelCard]:
    """Return the cards that ids of cards, fusions and presets stand for, each once."""
    from kith.models.catalogue import networks

    found = {card.id: card for model in models for card in networks(model)}
    return list(found.values())


def _confirm(card: ModelCard) -> None:
    if not sys.stdin.isatty():
        raise OptionError(f"accepting the licence of {card.id} needs your word: pass --yes")
    if not typer.confirm("Do you accept this licence?", err=True):
        raise typer.Exit(1)
