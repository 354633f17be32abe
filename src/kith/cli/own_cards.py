"""Models of the user's own as JSON and as lines that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kith.cli.output import Column, Table
from kith.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kith.models.card import ModelCard, Origin

_LEARNED = {
    "triplet": "trained by triplets",
    "margin": "trained by an angular margin",
    "head": "a head learned",
}
_SHOWN_DIGITS = 12
_PARTS = ("low", "high", "trials")
"""What stands behind a figure's name where its interval, or what it was counted on, is told."""
PINNED = "contract_"
"""What the settings of a head begin with that pin its embeddings: for programs, not for people."""


def print_own(cards: Sequence[ModelCard], damaged: Iterable[str]) -> None:
    """Print the user's own models, where there are any."""
    from kith.cli.cards import summary

    columns = (
        Column("your own", "name"),
        Column("is", "name"),
        Column("made from", "name"),
        Column("people", "number"),
        Column("photos", "number"),
        Column("data", "name"),
        Column("made", "name", extra=True),
        Column("licence", extra=True),
        Column("state", "name"),
    )
    with Table(*columns) as table:
        for card in cards:
            origin = card.origin
            assert origin is not None
            table.add(
                card.id,
                "head" if card.task == "head" else "embedder",
                origin.base if origin.base_sha256 else f"{origin.base}, at random",
                f"{origin.people:,}",
                f"{origin.photos:,}",
                origin.fingerprint[:_SHOWN_DIGITS],
                origin.made[:10],
                card.licence.name,
                summary(card)["state"].replace("_", " "),
            )
        for name in damaged:
            table.add(printable(name, 40), *[""] * 7, "damaged")


def damaged_row(name: str, problem: str) -> dict[str, Any]:
    """Return the JSON of a model whose card cannot be read, in a list."""
    return {
        "id": name,
        "task": "",
        "title": problem,
        "licence": "",
        "commercial": False,
        "size": 0,
        "size_is_limit": False,
        "state": "corrupt",
        "presets": [],
        "own": True,
        "origin": None,
    }


def origin_lines(origin: Origin) -> Iterator[tuple[str, str]]:
    """Yield what a person reads about how a model came to be: a word and a text."""
    begun = f"{origin.base}, begun at random"
    if origin.base_sha256:
        begun = f"{origin.base} (sha256 {origin.base_sha256})"
    yield "made", f"{_LEARNED[origin.kind]}, {origin.made}"
    yield "from", begun
    counts = f"{origin.people:,} people, {origin.photos:,} photos"
    yield "learned from", f"{counts}; data {origin.fingerprint or 'unknown'}"
    settings = {key: one for key, one in origin.settings.items() if not key.startswith(PINNED)}
    yield "settings", _listed(settings)
    yield "held out", "\n".join(_measured(origin.figures))


def size_words(size: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


def _measured(figures: Mapping[str, float | int | None]) -> Iterator[str]:
    """Yield what was measured, each figure with its interval and what it was counted on."""
    of = {f"{name}_{part}" for name in figures for part in _PARTS}
    for name, value in figures.items():
        if name in of:
            continue
        low, high, trials = (figures.get(f"{name}_{part}") for part in _PARTS)
        words = "" if low is None or high is None else f"95 %: {_shown(low)} to {_shown(high)}"
        more = ", ".join(filter(None, (words, "" if trials is None else f"of {_shown(trials)}")))
        yield f"{name.replace('_', ' ')} {_shown(value)}" + (f" ({more})" if more else "")


def _listed(values: Mapping[str, str | int | float | bool | None]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_shown(one)}" for name, one in values.items())


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value) or "none"
