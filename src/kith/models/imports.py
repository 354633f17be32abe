"""Weight files that a user has already: turned into graphs under the id of a card.

``models/<id>/imports/`` holds the graphs, ``imports.json`` says which one is used for what. A
file with a classifier serves both roles; one without describes faces and leaves the classifier
of an earlier import in its place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from kith.errors import ModelCorrupt, ModelUnavailable, WeightsUnreadable, printable
from kith.models.files import locked, place, sweep, temporary_file, write
from kith.models.graphs import Graph, Record, maker, read_graph, write_graph
from kith.models.home import unwritable
from kith.models.importers.convert import MOST_BYTES, convert, files_of
from kith.models.integrity import joint, looks_like_page, looks_like_weights, sha256
from kith.models.labels import ENDINGS, checked_labels, read_labels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from kith.models.card import ModelCard, Weights
    from kith.models.store import ModelStore

Role: TypeAlias = Literal["descriptor", "classifier", "labels"]


@dataclass(frozen=True, slots=True)
class Import:
    """What became of a file.

    Attributes:
        path: of what was kept.
        roles: what it is used for from now on.
        sha256: of the user's file; of two that are one network, over theirs.
        pinned: the card knows its numbers by their sha256.
    """

    path: Path
    roles: tuple[Role, ...]
    sha256: str
    pinned: bool


def import_file(path: Path, card: ModelCard, store: ModelStore) -> Import:
    """Take a user's file as the network, or the labels, of a card.

    A file that the card names by its sha256 is put in its place, with the card's other files that
    lie beside it; another one is converted, and used before the card's own. Nothing is kept of a
    file that is refused.

    Raises:
        WeightsUnreadable: it is damaged, or not of this card's network; names layer and shapes.
        ModelUnavailable: it cannot be read, or kith's folder cannot be written to.
        MissingExtra: it can only be read with a package that is not installed.
    """
    digest = _checked(path)
    labels = path.suffix.lower() in ENDINGS and not looks_like_weights(path)
    try:
        for file in card.files:
            if digest == file.sha256:
                for near, other in _beside(path, card, file):
                    _placed(near, card, other, store)
                return Import(_placed(path, card, file, store), ("descriptor",), digest, True)
        if labels:
            return _import_labels(path, card, store, digest)
        if not card.importer:
            raise WeightsUnreadable(
                f"{path.name} is not the file of {card.id}: its sha256 is {digest[:12]}…, not "
                f"{card.weights.sha256[:12]}…"
            )
        digests = [digest, *map(sha256, files_of(card.importer, path)[1:])]
        return _import_network(path, card, store, joint(digests))
    except OSError as error:
        raise unwritable(store.home, error) from error


def import_path(card: ModelCard, store: ModelStore, role: Role) -> Path | None:
    """Return where the graph that a user imported for a role lies; None where there is none."""
    name = _roles(card, store).get(role)
    return None if name is None else _folder(card, store) / name


def has_import(card: ModelCard, store: ModelStore) -> bool:
    """Tell whether a user imported a network under this card."""
    return "descriptor" in _roles(card, store)


def where(card: ModelCard, store: ModelStore) -> Path:
    """Return the file that is used: what the user imported, else the card's own."""
    return import_path(card, store, "descriptor") or store.location(card)


def check_import(card: ModelCard, store: ModelStore) -> Literal["ok", "corrupt"] | None:
    """Tell whether what a user imported is what it was; None where nothing is."""
    roles: tuple[Role, ...] = ("descriptor", "classifier")
    try:
        paths = [path for role in roles if (path := import_path(card, store, role)) is not None]
        imported_labels(card, store)
    except ModelCorrupt:
        return "corrupt"
    if not paths:
        return None
    return "ok" if all(map(read_graph, paths)) else "corrupt"


def import_record(card: ModelCard, store: ModelStore, role: Role) -> Graph | None:
    """Return what was imported for a role, verified; None where nothing right is."""
    path = import_path(card, store, role)
    return None if path is None else read_graph(path)


def imported_labels(card: ModelCard, store: ModelStore) -> tuple[str, ...] | None:
    """Return the labels that a user imported, as they stood in the file; None without."""
    name = _roles(card, store).get("labels")
    if name is None:
        return None
    try:
        labels = json.loads((_folder(card, store) / name).read_text("utf-8"))
        return checked_labels(labels, card.classes)
    except (OSError, ValueError, TypeError, RecursionError, WeightsUnreadable) as error:
        raise ModelCorrupt(f"the labels of {card.id} are damaged; import them again") from error


def remove(card: ModelCard, store: ModelStore) -> int:
    """Remove every file of a card, imported or pulled; return the bytes that are free now."""
    import shutil

    folder = store.folder(card)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        with _changing(card, store):
            if folder.exists():
                shutil.rmtree(folder)
    except OSError as error:
        raise unwritable(store.home, error) from error
    return size


def _checked(path: Path) -> str:
    """Return the sha256 of a file that may be one."""
    try:
        if not path.is_file():
            word = "is a folder" if path.is_dir() else "is not there"
            raise ModelUnavailable(f"{printable(str(path))} {word}; name a weight file")
        if path.stat().st_size > MOST_BYTES:
            raise WeightsUnreadable(f"{path.name} has more than {MOST_BYTES >> 30} GiB")
        if looks_like_page(path):
            raise WeightsUnreadable(f"{path.name} is a web page; download the file itself")
        return sha256(path)
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read ({error.strerror})") from error


def _beside(path: Path, card: ModelCard, file: Weights) -> Iterator[tuple[Path, Weights]]:
    """Yield the card's other files that lie beside one of them, under their names."""
    for other in card.files:
        near = path.with_name(other.file)
        if other is not file and near.is_file() and sha256(near) == other.sha256:
            yield near, other


def _placed(path: Path, card: ModelCard, file: Weights, store: ModelStore) -> Path:
    import shutil

    target = store.location(card, file)
    with _changing(card, store):
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary_file(target.parent) as copy:
            shutil.copyfile(path, copy)
            place(copy, target)
        _assign(card, store, {"descriptor": None, "classifier": None})
    return target


def _import_network(path: Path, card: ModelCard, store: ModelStore, digest: str) -> Import:
    target = _folder(card, store) / f"{digest[:12]}.{maker(card)}.onnx"
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep(target.parent)
    with temporary_file(target.parent) as made:
        classes = convert(card, path, made)
        record = Record("", digest, maker(card), classes, path.name)
        roles: tuple[Role, ...] = ("descriptor", "classifier") if classes else ("descriptor",)
        with _changing(card, store):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_graph(target, made, record)
            _assign(card, store, dict.fromkeys(roles, target.name))
    return Import(target, roles, digest, digest in card.also)


def _import_labels(path: Path, card: ModelCard, store: ModelStore, digest: str) -> Import:
    if not card.classes:
        raise WeightsUnreadable(f"{card.id} has no classifier, so it takes no labels")
    labels = read_labels(path, card.classes)
    name = f"{digest[:12]}.labels.json"
    target = _folder(card, store) / name
    with _changing(card, store):
        target.parent.mkdir(parents=True, exist_ok=True)
        write(target, json.dumps(labels, ensure_ascii=False).encode())
        _assign(card, store, {"labels": name})
    return Import(target, ("labels",), digest, False)


def _assign(card: ModelCard, store: ModelStore, roles: dict[Role, str | None]) -> None:
    """Say which file serves a role from now on, and remove files that serve none any more."""
    folder = _folder(card, store)
    entries = {k: v for k, v in (_roles(card, store) | roles).items() if v is not None}
    if not entries and not folder.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "imports.json", json.dumps(entries, indent=2).encode())
    stems = (*(name.rpartition(".")[0] for name in entries.values()), "imports", ".")
    for path in folder.iterdir():
        if not path.name.startswith(stems):
            path.unlink(missing_ok=True)


def _roles(card: ModelCard, store: ModelStore) -> dict[str, str]:
    damaged = (
        f"{_folder(card, store)} is damaged; `kith models remove {card.id}`, then import again"
    )
    try:
        entries = json.loads((_folder(card, store) / "imports.json").read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):  # the latter: the home itself is a file
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise ModelCorrupt(damaged) from error
    if not isinstance(entries, dict):
        raise ModelCorrupt(damaged)
    return {str(role): str(name) for role, name in entries.items() if "/" not in str(name)}


def _changing(card: ModelCard, store: ModelStore) -> AbstractContextManager[None]:
    """Hold the lock of a card's imports: two of them would take each other's files away."""
    return locked(store.home, f"import {card.id}")


def _folder(card: ModelCard, store: ModelStore) -> Path:
    return store.folder(card) / "imports"
