"""Models' cards as JSON and as lines that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.models.card import ModelCard, Source
    from kith.models.store import ModelStore


def summary(card: ModelCard) -> dict[str, Any]:
    """Return the JSON of a model in a list."""
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


def details(card: ModelCard) -> dict[str, Any]:
    """Return the JSON of everything about a model."""
    from dataclasses import asdict

    from kith.models.store import ModelStore

    known = asdict(card)
    weights = known.pop("weights")
    licence = known.pop("licence")
    return (
        known
        | summary(card)
        | {
            "licence_note": licence["note"],
            "licence_url": licence["url"],
            "sha256": weights["sha256"],
            "sources": weights["sources"],
            "path": str(ModelStore().location(card)),
        }
    )


def lines(card: ModelCard, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a person reads about a model: a word and a text, where there is one.

    Args:
        card: of the model.
        row: its `details`.
    """
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


def _state(card: ModelCard, store: ModelStore) -> str:
    if not store.accepted(card):
        return "licence_not_accepted"
    return {"ok": "pulled", "missing": "not_pulled", "corrupt": "corrupt"}[store.check(card)]


def _source(source: Source) -> str:
    from kith.models.card import Url

    if isinstance(source, Url):
        return source.url
    kind = "npm package" if source.registry == "npm" else "Python package"
    return f"{kind} {source.package} {source.version}: {source.member}"
