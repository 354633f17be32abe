"""Models' cards as JSON and as lines that people read."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kith.models.card import Fusion, Input, Measured, ModelCard, Source, Threshold, Weights
    from kith.models.store import ModelStore


_GIVES = {
    "detection": "boxes, five points",
    "embedding": "0 numbers",
    "landmarks": "dense landmarks",
    "masks": "who wears a mask",
    "head": "who of its people",
}
_UNPUBLISHED = "sha256 not published: the first download's is recorded and held to"


def summary(card: ModelCard) -> dict[str, Any]:
    """Return the JSON of a model in a list."""
    from kith.models.catalogue import presets_of
    from kith.models.store import ModelStore

    return {
        "id": card.id,
        "task": card.task,
        "title": card.title,
        "licence": card.licence.name,
        "commercial": card.licence.commercial,
        "size": sum(file.size for file in card.files),
        "size_is_limit": not card.weights.sha256,
        "state": _state(card, ModelStore()),
        "presets": presets_of(card.id),
        "own": card.origin is not None,
        "origin": None if card.origin is None else asdict(card.origin),
    }


def details(card: ModelCard) -> dict[str, Any]:
    """Return the JSON of everything about a model."""
    from kith.models.imports import where
    from kith.models.store import ModelStore

    known = asdict(card)
    weights = known.pop("weights")
    licence = known.pop("licence")
    store = ModelStore()
    own = _imported(card, store)
    return (
        known
        | summary(card)
        | {
            "licence_note": licence["note"],
            "licence_url": licence["url"],
            "sha256": weights["sha256"],
            "sources": weights["sources"],
            "path": str(where(card, store)),
            "imported": own,
        }
    )


def lines(card: ModelCard, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a person reads about a model: a word and a text, where there is one.

    Args:
        card: of the model.
        row: its `details`.
    """
    size = f"{card.input.width}×{card.input.height}" if card.input.width else "any size"
    yield "id", card.id
    yield "title", card.title
    yield "preset", ", ".join(row["presets"])
    yield "task", card.task
    yield "state", row["state"].replace("_", " ")
    yield "path", row["path"]
    yield "licence", f"{card.licence.name}: {card.licence.note}\n{card.licence.url}"
    for own in row["imported"]:
        yield f"your {own['role']}", f"{own['source']}, sha256 {own['source_sha256']}"
    for file in (*card.files, *filter(None, [card.labels])):
        yield "file", _file(file)
    if card.task == "head":
        yield "takes", f"embeddings of {card.embedder}, {card.dimension} numbers"
        yield "reject", "" if card.reject is None else f"nobody below {card.reject:g}"
    else:
        yield "input", f"{size} {card.input.colour}, {_preprocessing(card.input)}"
        yield "crop", card.crop
        yield "output", f"{card.dimension} numbers" if card.dimension else ""
    yield "classes", f"{card.classes:,} people by name" if card.classes else ""
    yield "threshold", threshold(card.threshold)
    if card.tradition:
        by = card.tradition
        yield "tradition", f"{by.metric} distance {by.distance:g}: {by.provenance}"
    yield "measured", measured(card.measured)
    for way in card.variants:
        yield f"+{way.name}", way.says
    yield "paper", card.paper
    yield "trained on", card.training_data
    yield "notes", card.notes
    if card.origin is not None:
        from kith.cli.own_cards import origin_lines

        yield from origin_lines(card.origin)


def _state(card: ModelCard, store: ModelStore) -> str:
    if card.importer and _imported(card, store):
        return "imported"
    if not store.accepted(card):
        return "licence_not_accepted"
    state = store.check(card)
    if card.origin is not None:
        return "here" if state == "ok" else state
    return {"ok": "pulled", "missing": "not_pulled", "corrupt": "corrupt"}[state]


def page(cards: Iterable[ModelCard]) -> Iterator[str]:
    """Yield the lines of a Markdown table of what is known and measured of models."""
    yield "| id | gives | input | licence | pairs right | TAR at FAR 1e-3 | ms |"
    yield "|---|---|---|---|--:|--:|--:|"
    for card in cards:
        classes = f", {card.classes:,} names" if card.labels else ""
        gives = f"{card.dimension} numbers{classes}" if card.dimension else _GIVES[card.task]
        side = f"{card.input.width}×{card.input.height}" if card.input.width else "any size"
        yield table_row(card, gives, f"{side} {card.input.colour}", card.licence.name)


def table_row(model: ModelCard | Fusion, gives: str, input_: str, licence: str) -> str:
    """Return the line of a model in the Markdown table."""
    got = model.measured
    cells = (
        f"`{model.id}`",
        gives,
        input_,
        licence,
        "" if got is None or got.accuracy is None else f"{got.accuracy:.2%}",
        "" if got is None or got.tar is None else f"{got.tar:.4f}",
        "" if got is None else f"{got.milliseconds:g}",
    )
    return "| " + " | ".join(cells) + " |"


def _imported(card: ModelCard, store: ModelStore) -> list[dict[str, Any]]:
    """Return what the user imported, by role; a damaged import is not this command's matter."""
    from kith.errors import ModelCorrupt
    from kith.models.imports import import_record

    found = []
    for role in ("descriptor", "classifier") if card.importer else ():
        try:
            own = import_record(card, store, role)
        except ModelCorrupt:
            own = None
        if own is not None:
            found.append({"role": role, "path": str(own.path)} | asdict(own.record))
    return found


def _file(file: Weights) -> str:
    known = f"{file.size:,} bytes, sha256 {file.sha256}" if file.sha256 else _UNPUBLISHED
    return "\n".join((file.file, known, *map(_source, file.sources)))


def _preprocessing(want: Input) -> str:
    if want.standardise:
        return "(pixel − mean of the crop) ÷ deviation of the crop"
    means = (want.mean,) if isinstance(want.mean, int | float) else want.mean
    mean = ", ".join(f"{value:g}" for value in means)
    return f"(pixel − {mean}) × {want.scale:.6g}"


def threshold(limit: Threshold | None) -> str:
    """Return a threshold and where it comes from; nothing without one."""
    if limit is None:
        return ""
    between = ", 95 %: {:g} to {:g}".format(*limit.interval) if limit.interval else ""
    return f"{limit.similarity:.4g} (FMR {limit.fmr:g}{between}; {limit.provenance})"


def measured(got: Measured | None) -> str:
    """Return what was measured of a model; nothing where nothing was."""
    if got is None:
        return ""
    parts = [f"{got.milliseconds:g} ms on one thread"]
    if got.accuracy is not None:
        parts.append(f"{got.accuracy:.2%} on LFW's development pairs")
    if got.tar is not None:
        parts.append(f"TAR {got.tar:.4f} at FAR 1e-3")
    return f"{', '.join(parts)} ({got.command})"


def _source(source: Source) -> str:
    from kith.models.card import Shipped, Url

    if isinstance(source, Url):
        return source.url
    if isinstance(source, Shipped):
        return "part of kith"
    kind = "npm package" if source.registry == "npm" else "Python package"
    return f"{kind} {source.package} {source.version}: {source.member}"
