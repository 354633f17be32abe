"""``kith models``: list, info, pull, import, export, remove, accept, check, path."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kith.cli.model_files import export, import_file
from kith.cli.options import Json, Quiet
from kith.cli.output import console, emit, say
from kith.errors import ModelUnavailable, OptionError

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
    """List every model and every fusion of models, its licence, and whether it is here.

    Below them those of your own, with what they were made from.
    """
    from kith.cli.cards import page, summary
    from kith.cli.fusions import fusion_row, fusion_summary
    from kith.cli.own_cards import damaged_row, print_own
    from kith.models.catalogue import CARDS, FUSIONS
    from kith.models.home import home
    from kith.models.own import damaged, own_cards

    if markdown:
        say("\n".join((*page(CARDS.values()), *map(fusion_row, FUSIONS.values()))))
        return
    rows = [*map(summary, CARDS.values()), *map(fusion_summary, FUSIONS.values())]
    own, broken = list(own_cards(home()).values()), damaged(home())
    if as_json:
        emit(*rows, *map(summary, own), *(damaged_row(*one) for one in broken.items()))
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
    print_own(own, broken)


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


app.command("import")(import_file)
app.command("export")(export)


@app.command()
def remove(model: _Id, as_json: Json = False, quiet: Quiet = False) -> None:
    """Remove a model's files from this machine, pulled or imported, or a model of your own.

    Of a fusion or a preset: those of every model that it joins. A model of your own is gone then:
    `kith models export` keeps it.
    """
    from kith.cli.own_cards import size_words
    from kith.models.imports import remove as take_away
    from kith.models.own import is_own, remove_own
    from kith.models.store import ModelStore

    if is_own(ModelStore().home, model):
        freed = remove_own(ModelStore(), model)
        if as_json:
            emit({"id": model, "bytes": freed, "own": True})
        elif not quiet:
            say(f"{model}: your own model is removed, {size_words(freed)}")
        return
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

    Without an ID: the defaults, every other model that was ever pulled, and those of your own.
    """
    from kith.models.catalogue import CARDS, DEFAULTS
    from kith.models.imports import check_import, where
    from kith.models.own import damaged, own_cards
    from kith.models.store import ModelStore

    store = ModelStore()
    broken = {
        name: store.home / "own" / name
        for name in damaged(store.home)
        if not models or name in models
    }
    own = own_cards(store.home)
    cards = _cards([one for one in models or (*CARDS, *own) if one not in broken])
    states = {card: check_import(card, store) or store.check(card) for card in cards}
    told = [
        (card.id, state, where(card, store))
        for card, state in states.items()
        if models or state != "missing" or card.id in (*DEFAULTS, *own)
    ]
    told += [(name, "corrupt", folder) for name, folder in broken.items()]
    for model, state, place in told:
        if as_json:
            emit({"id": model, "state": state, "path": str(place)})
        elif not quiet:
            say(f"{model}: {state}")
    if any(state != "ok" for _, state, _ in told):
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
            way = "bring it back with `kith models import FILE --replace`"
            if card.origin is None:
                way = f"fetch it with `kith models pull {card.id}`"
            raise ModelUnavailable(f"{card.id} is {state}; {way}")
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
