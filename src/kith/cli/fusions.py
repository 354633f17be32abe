"""Fusions of networks as JSON and as lines that people read."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kith.cli.cards import measured, summary, table_row, threshold
from kith.models.catalogue import networks, presets_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.models.card import Fusion

_STATES = ("corrupt", "licence_not_accepted", "not_pulled", "imported", "pulled")
"""The worst first."""


def fusion_summary(fusion: Fusion) -> dict[str, Any]:
    """Return the JSON of a fusion in a list of models."""
    parts = [summary(card) for card in networks(fusion.id)]
    return {
        "id": fusion.id,
        "task": "embedding",
        "title": fusion.title,
        "licence": ", ".join(dict.fromkeys(part["licence"] for part in parts)),
        "commercial": all(part["commercial"] for part in parts),
        "size": sum(part["size"] for part in parts),
        "size_is_limit": any(part["size_is_limit"] for part in parts),
        "state": min((part["state"] for part in parts), key=_STATES.index),
        "presets": presets_of(fusion.id),
        "own": False,
        "origin": None,
        "networks": [part["id"] for part in parts],
    }


def fusion_details(fusion: Fusion) -> dict[str, Any]:
    """Return the JSON of everything about a fusion."""
    cards = networks(fusion.id)
    return (
        asdict(fusion)
        | fusion_summary(fusion)
        | {"model": fusion.model, "dimension": sum(card.dimension for card in cards)}
    )


def fusion_lines(fusion: Fusion, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a person reads about a fusion: a word and a text, where there is one.

    Args:
        fusion: of the catalogue.
        row: its `fusion_details`.
    """
    yield "id", fusion.id
    yield "title", fusion.title
    yield "preset", ", ".join(row["presets"])
    yield "task", row["task"]
    yield "state", row["state"].replace("_", " ")
    yield "licence", row["licence"]
    for part, card in zip(fusion.parts, networks(fusion.id), strict=True):
        way = f"{part.weight:g} of the similarity, {card.dimension} numbers, crop {card.crop}"
        yield "network", f"{part.network}: {way}"
    yield "output", f"{row['dimension']} numbers: {fusion.model}"
    yield "threshold", threshold(fusion.threshold)
    yield "measured", measured(fusion.measured)
    yield "notes", fusion.notes


def fusion_row(fusion: Fusion) -> str:
    """Return the line of a fusion in the table that `kith.cli.cards.page` begins."""
    row = fusion_details(fusion)
    inputs = " + ".join(f"`{card.id}`" for card in networks(fusion.id))
    return table_row(fusion, f"{row['dimension']} numbers", inputs, row["licence"])
