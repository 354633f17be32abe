"""``kith models``: list, info, pull, accept, check, path."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kith.errors import ModelUnavailable, OptionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.models.card import ModelCard, Source
    from kith.models.progress import Progress
    from kith.models.store import ModelStore

app = typer.Typer(help="The networks: what there is, fetching, licences, checking.")

_Id = Annotated[str, typer.Argument(metavar="ID", help="A model, as `kith models list` calls it.")]
_Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Models.")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object per line on stdout.")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]


@app.command("list")
def list_models(as_json: _Json = False) -> None:
    """List every model, its licence, and whether it is here."""
    from kith.models.catalogue import CARDS

    rows = [_summary(card) for card in CARDS.values()]
    if as_json:
        _emit(*rows)
        return
    from rich.table import Table

    table = Table("model", "task", "licence", "use", "size", "state", box=None)
    for row in rows:
        use = "any" if row["commercial"] else "non-commercial"
        size = f"{row['size'] / 1e6:.1f} MB"
        state = row["state"].replace("_", " ")
        table.add_row(row["id"], row["task"], row["licence"], use, size, state)
    _console().print(table)


@app.command()
def info(model: _Id, as_json: _Json = False) -> None:
    """Show a model's card, where its file comes from and where it lies."""
    from kith.models.catalogue import card as find

    card = find(model)
    row = _details(card)
    if as_json:
        _emit(row)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for key, shown in _lines(card, row):
        if shown:
            table.add_row(key, Text(shown))
    _console().print(table)


@app.command()
def pull(models: _Ids = None, as_json: _Json = False, quiet: _Quiet = False) -> None:
    """Fetch models and verify them; without an ID, the default detector and embedder."""
    from kith.models.catalogue import DEFAULTS
    from kith.models.catalogue import card as find
    from kith.models.store import ModelStore

    store = ModelStore()
    cards = [find(model) for model in models or DEFAULTS]
    here = {card.id for card in cards if store.has(card)}
    with _progress(shown=not (as_json or quiet)) as progress:
        store.pull(cards, progress)
    for card in cards:
        row = _summary(card) | {"path": str(store.location(card)), "fetched": card.id not in here}
        if as_json:
            _emit(row)
        elif not quiet:
            word = "is here already" if card.id in here else "pulled"
            _say(f"{card.id} {word}: {row['path']}")


@app.command()
def accept(
    model: _Id,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept without being asked.")] = False,
    as_json: _Json = False,
    quiet: _Quiet = False,
) -> None:
    """Accept the licence of a model that is not free for every use."""
    from kith.models.catalogue import card as find
    from kith.models.store import ModelStore

    card, store = find(model), ModelStore()
    told = not (as_json or quiet)
    if not store.accepted(card):
        if told or not yes:
            _say(f"{card.id}: {card.licence.name}, {card.licence.note}", error=not told)
            _say(card.licence.url, error=not told)
        if not yes:
            _confirm(card)
        store.accept(card)
    if as_json:
        _emit({"id": card.id, "licence": card.licence.name, "accepted": True})
    elif told:
        _say(f"{card.id} may run: {card.licence.note}")


@app.command()
def check(models: _Ids = None, as_json: _Json = False, quiet: _Quiet = False) -> None:
    """Verify models here by their sha256; exit 1 if one is missing or corrupt.

    Without an ID: the defaults, and every other model that was ever pulled.
    """
    from kith.models.catalogue import CARDS, DEFAULTS
    from kith.models.catalogue import card as find
    from kith.models.store import ModelStore

    store = ModelStore()
    cards = [find(model) for model in models or CARDS]
    states = {card.id: store.check(card) for card in cards}
    if not models:
        states = {key: s for key, s in states.items() if key in DEFAULTS or s != "missing"}
    for model, state in states.items():
        if as_json:
            _emit({"id": model, "state": state, "path": str(store.location(find(model)))})
        elif not quiet:
            _say(f"{model}: {state}")
    if any(state != "ok" for state in states.values()):
        raise typer.Exit(1)


@app.command()
def path(model: _Id, as_json: _Json = False) -> None:
    """Print where a model's verified file lies."""
    from kith.models.catalogue import card as find
    from kith.models.store import ModelStore

    card, store = find(model), ModelStore()
    state = store.check(card)
    if state != "ok":
        raise ModelUnavailable(f"{card.id} is {state}; fetch it with `kith models pull {card.id}`")
    where = str(store.location(card))
    if as_json:
        _emit({"id": card.id, "path": where})
    else:
        _say(where)


def _state(card: ModelCard, store: ModelStore) -> str:
    if not store.accepted(card):
        return "licence_not_accepted"
    return {"ok": "pulled", "missing": "not_pulled", "corrupt": "corrupt"}[store.check(card)]


def _summary(card: ModelCard) -> dict[str, Any]:
    from kith.models.store import ModelStore

    return {
        "id": card.id,
        "task": card.task,
        "title": card.title,
        "licence": card.licence.name,
        "commercial": card.licence.commercial,
        "size": card.weights.size,
        "state": _state(card, ModelStore()),
    }


def _details(card: ModelCard) -> dict[str, Any]:
    from dataclasses import asdict

    from kith.models.store import ModelStore

    known = asdict(card)
    weights = known.pop("weights")
    licence = known.pop("licence")
    return (
        known
        | _summary(card)
        | {
            "licence_note": licence["note"],
            "licence_url": licence["url"],
            "sha256": weights["sha256"],
            "sources": weights["sources"],
            "path": str(ModelStore().location(card)),
        }
    )


def _lines(card: ModelCard, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a person reads about a model: a word and a text."""
    size = f"{card.input.width}×{card.input.height}" if card.input.width else "any size"
    limit = card.threshold
    yield "id", card.id
    yield "title", card.title
    yield "task", card.task
    yield "state", row["state"].replace("_", " ")
    yield "path", row["path"]
    yield "licence", f"{card.licence.name}: {card.licence.note}\n{card.licence.url}"
    yield "size", f"{card.weights.size:,} bytes"
    yield "sha256", card.weights.sha256
    yield "sources", "\n".join(map(_source, card.weights.sources))
    yield (
        "input",
        f"{size} {card.input.colour}, (pixel − {card.input.mean:g}) × {card.input.scale:.6g}",
    )
    yield "crop", card.crop
    yield "output", f"{card.dimension} numbers" if card.dimension else ""
    if limit:
        yield "threshold", f"{limit.similarity} (FMR {limit.fmr:g}; {limit.provenance})"
    yield "paper", card.paper
    yield "trained on", card.training_data
    yield "notes", card.notes


def _source(source: Source) -> str:
    from kith.models.card import Url

    if isinstance(source, Url):
        return source.url
    kind = "npm package" if source.registry == "npm" else "Python package"
    return f"{kind} {source.package} {source.version}: {source.member}"


def _confirm(card: ModelCard) -> None:
    if not sys.stdin.isatty():
        raise OptionError(f"accepting the licence of {card.id} needs your word: pass --yes")
    if not typer.confirm("Do you accept this licence?", err=True):
        raise typer.Exit(1)


@contextmanager
def _progress(*, shown: bool) -> Iterator[Progress | None]:
    """Give a callback that draws bars on stderr, where somebody can see them."""
    if not (shown and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield report


def _console() -> Any:
    from rich.console import Console

    return Console()


def _emit(*objects: dict[str, Any]) -> None:
    for thing in objects:
        sys.stdout.write(json.dumps(thing, ensure_ascii=False) + "\n")


def _say(text: str, *, error: bool = False) -> None:
    typer.echo(text, err=error)
