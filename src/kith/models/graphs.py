"""From a network's file to the ONNX graph that runs: made once, kept beside it, always verified.

ONNX files are rewritten for speed (`rewrite`), files of other frameworks are turned into ONNX
(`importers`). What comes out has a record beside it: its own sha256, its source's, what made it.
"""

from __future__ import annotations

import contextlib
import json
import logging
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from kith.errors import ModelCorrupt, ModelUnavailable, WeightsUnreadable
from kith.models.files import locked, place, sweep, temporary_file, write
from kith.models.home import unwritable
from kith.models.integrity import joint, sha256

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models.card import ModelCard, Weights
    from kith.models.imports import Role
    from kith.models.store import ModelStore

log = logging.getLogger(__name__)

CLASSIFIER = "probabilities"
"""The output of a network that names people."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of a graph that was made.

    Attributes:
        sha256: of the graph.
        source_sha256: of the file it was made from; of several, over theirs (`joint`).
        made_by: importer or rewriter, with its version.
        classes: that its classifier tells apart; 0: it has none.
        source: the file's name.
    """

    sha256: str
    source_sha256: str
    made_by: str
    classes: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """A verified graph and what is known of it."""

    path: Path
    record: Record


def find_graph(
    card: ModelCard, store: ModelStore, file: Weights | None = None, *, output: str = ""
) -> Graph:
    """Return the graph of a network: what the user imported, else made from the card's file.

    Args:
        card: of the network.
        store: where its files are.
        file: of a network that has several; None: the first.
        output: the one that is wanted: the graph then computes nothing else. Empty: all.

    Raises:
        ModelError: no source has the weights, they are not the card's, their licence is not
            accepted, or they lack the output.
    """
    own = _imported(card, store, output) if card.importer else []
    for path in own:
        graph = _ready(card, store, path, output)
        if graph is not None:
            return graph
    if own and not store.location(card).exists():
        what = "classifier" if output == CLASSIFIER else output
        raise ModelUnavailable(
            f"the file of {card.id} that you imported has no {what}: import the one that has "
            f"({_holder(card, output)}), or use another variant (`kith models info {card.id}`)"
        )
    store.require_licence(card)
    file = file or card.weights
    target = _place(card, store, store.known(card, file))
    narrow = read_graph(_narrow(target, output)) if output and target is not None else None
    if narrow is not None:
        return narrow
    graph = read_graph(target) if target is not None else None
    graph = graph or _made(card, store, file)
    found = _narrowed(store, graph, output) if output else graph
    if found is None:
        raise ModelUnavailable(
            f"the published file of {card.id} has no {output}: `kith models import` the one that "
            f"has ({_holder(card, output)})"
        )
    return found


def _imported(card: ModelCard, store: ModelStore, output: str) -> list[Path]:
    """Return the user's graphs that may have an output, the likelier first."""
    from kith.models.imports import import_path

    named: tuple[Role, ...] = ("descriptor", "classifier")
    if output == CLASSIFIER:
        named = ("classifier",)
    paths = [import_path(card, store, role) for role in named]
    if output == CLASSIFIER and not any(paths):
        paths = [import_path(card, store, "descriptor")]
    return list(dict.fromkeys(path for path in paths if path is not None))


def _ready(card: ModelCard, store: ModelStore, path: Path, output: str) -> Graph | None:
    """Return an imported graph, with one output alone where one is asked for, or None without."""
    narrow = read_graph(_narrow(path, output)) if output else None
    if narrow is not None:
        return narrow
    graph = read_graph(path)
    if graph is None:
        raise ModelCorrupt(
            f"{path} is not any more what was imported; import the file again, or "
            f"`kith models remove {card.id}`"
        )
    return _narrowed(store, graph, output) if output else graph


def _holder(card: ModelCard, output: str) -> str:
    """Return the name of the published file that has an output."""
    return (output == CLASSIFIER and card.classifier_file) or card.weights.file


def _narrow(graph: Path, output: str) -> Path:
    """Return where a graph with one output alone lies; its name holds the source's sha256."""
    return graph.with_name(f"{graph.stem}.{output}.onnx")


def _narrowed(store: ModelStore, graph: Graph, output: str) -> Graph | None:
    """Return the graph with one output alone: onnxruntime would compute the others too.

    None where it has no such output.
    """
    from kith.models.rewrite import only

    target = _narrow(graph.path, output)
    try:
        with locked(store.home, f"prepare {target}"):
            sweep(target.parent)
            encoded = only(graph.path, output)
            if not encoded:
                return None
            with temporary_file(target.parent) as path:
                path.write_bytes(encoded)
                return write_graph(target, path, graph.record)
    except OSError as error:
        raise unwritable(store.home, error) from error


def is_here(card: ModelCard, store: ModelStore) -> bool:
    """Tell whether a network may run without fetching anything; nothing is verified yet."""
    if card.importer:
        from kith.models.imports import has_import

        if has_import(card, store):
            return True
    return all(store.location(card, file).exists() for file in card.files)


def read_graph(path: Path) -> Graph | None:
    """Return a graph with its record; None where there is none, or not the one recorded."""
    try:
        entries = json.loads(record_path(path).read_text("utf-8"))
        record = Record(**entries)
        return Graph(path, record) if sha256(path) == record.sha256 else None
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def write_graph(target: Path, content: Path, record: Record) -> Graph:
    """Put a finished file in its place with a record of it; whoever reads sees both or neither."""
    record = replace(record, sha256=sha256(content))
    record_path(target).unlink(missing_ok=True)
    place(content, target)
    write(record_path(target), json.dumps(asdict(record), indent=2).encode())
    return Graph(target, record)


def record_path(graph: Path) -> Path:
    """Return where the record of a graph lies."""
    return graph.with_suffix(".json")


def maker(card: ModelCard) -> str:
    """Return what makes a card's graphs, with its version: part of their names."""
    if card.importer:
        from kith.models.importers.version import VERSION as IMPORTERS

        return f"{card.importer}-{IMPORTERS}"
    from kith.models.rewrite_version import VERSION

    return f"r{VERSION}"


def _place(card: ModelCard, store: ModelStore, known: Weights) -> Path | None:
    """Return where the graph of a file lies; None while nobody knows the file's sha256."""
    if not known.sha256:
        return None
    weights = store.location(card, known)
    return weights.with_name(f"{weights.stem}.{_source(card, known)[:12]}.{maker(card)}.onnx")


def _source(card: ModelCard, known: Weights) -> str:
    """Return the sha256 of what a graph is made from.

    An importer reads all files of its network; files that are ONNX are a graph each.
    """
    more = card.more if card.importer else ()
    return joint((known.sha256, *(file.sha256 for file in more)))


def _made(card: ModelCard, store: ModelStore, file: Weights) -> Graph:
    store.path(card)
    try:
        store.remember(card, file)
        known = store.known(card, file)
        target = _place(card, store, known)
        assert target is not None
        with locked(store.home, f"prepare {target}"), temporary_file(target.parent) as path:
            found = read_graph(target)
            if found is not None:
                return found
            log.info("preparing %s for onnxruntime", card.id)
            classes = _convert(card, store, file, path)
            record = Record("", _source(card, known), maker(card), classes, file.file)
            return write_graph(target, path, record)
    except OSError as error:
        raise unwritable(store.home, error) from error


def _convert(card: ModelCard, store: ModelStore, file: Weights, target: Path) -> int:
    # Imported here: reading graphs is needed once per model, not at every start.
    source = store.location(card, file)
    if not card.importer:
        from kith.models.rewrite import passes_for, rewrite

        target.write_bytes(rewrite(source.read_bytes(), passes_for(card.id)))
        return 0
    from kith.models.importers.convert import convert

    try:
        return convert(card, source, target)
    except WeightsUnreadable:
        if not file.sha256:
            # Nobody has published what it must be: a wrong one must not stay the one recorded.
            with contextlib.suppress(OSError):
                store.discard(card, file)
        raise
