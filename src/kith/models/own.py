"""Models of the user's own: trained here, or brought from another machine.

Each lies in ``own/<id>/`` under kith's folder: ``card.json``, the ONNX graph as it was trained,
a head's ``labels-….json``, and beside them the quick graph that `kith.models.graphs` makes. Files
are named after their content, and the card, which is written last and in one step, names them: a
process that is killed leaves the old model or the new one.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import re
import shutil
from functools import lru_cache
from typing import TYPE_CHECKING

from kith.errors import ModelCorrupt, OptionError, UnknownModel, WeightsUnreadable, printable
from kith.models import own_json, own_rules
from kith.models.card import ModelCard, Weights
from kith.models.files import locked, place, sweep, temporary_file, write
from kith.models.home import unwritable
from kith.models.labels import checked_labels
from kith.models.own_json import Unsound
from kith.models.own_rules import check_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kith.models.store import ModelStore

__all__ = [
    "TO_COME",
    "check_id",
    "damaged",
    "is_own",
    "keep_own",
    "own_card",
    "own_cards",
    "remove_own",
    "require_free",
]

FOLDER = "own"
CARD = "card.json"

TO_COME = Weights("", "", 0, ())
"""What a card has in the place of its file before `keep_own` fills it in."""


def own_cards(home: Path) -> Mapping[str, ModelCard]:
    """Return the cards of all models of the user's own, by id; damaged ones are left out."""
    return {name: card for name, card in _all(home).items() if isinstance(card, ModelCard)}


def damaged(home: Path) -> Mapping[str, str]:
    """Return what is wrong with the cards that cannot be used, by their folders' names."""
    return {name: card for name, card in _all(home).items() if isinstance(card, str)}


def own_card(home: Path, model_id: str) -> ModelCard | None:
    """Return the card of a model of the user's own; None where there is none of this id.

    Raises:
        ModelCorrupt: its card is damaged.
    """
    if not re.fullmatch(r"[a-z0-9._-]+", model_id) or not (_folder(home, model_id) / CARD).exists():
        return None
    found = _read(home, model_id)
    if isinstance(found, str):
        raise ModelCorrupt(
            f"the card of your own model {model_id} is damaged ({found}): import it again "
            f"(`kith models import FILE --replace`), or `kith models remove {model_id}`"
        )
    return found


def is_own(home: Path, model_id: str) -> bool:
    """Tell whether the user has a model of this id, damaged or not."""
    return model_id in _all(home)


def require_free(store: ModelStore, model_id: str, *, replace: bool = False) -> None:
    """Raise unless a model of this id can be kept; ask before long work.

    Raises:
        OptionError: the id cannot be taken, or is taken and not to be replaced.
    """
    check_id(model_id)
    if not replace and model_id in _all(store.home):
        raise OptionError(
            f"you have a model {model_id} of your own already: give another id, or --replace it"
        )


def keep_own(
    store: ModelStore,
    card: ModelCard,
    graph: bytes,
    labels: Sequence[str] | None = None,
    *,
    replace: bool = False,
) -> ModelCard:
    """Keep a model under the user's own, to be used by its id like any of the catalogue.

    Args:
        store: in whose folder.
        card: of the model, with its origin. Its `weights` and `labels` are filled in here; what it
            says of another network's files, variants, habits and measured figures is left out.
        graph: ONNX as it was trained, without external data.
        labels: of a head, the name of each class in the order of its outputs.
        replace: in the place of an own model of this id, where there is one.

    Returns:
        The card as it is kept.

    Raises:
        OptionError: the id cannot be taken.
        WeightsUnreadable: the graph does not run, or is not what the card says of it; nothing is
            kept then.
        ModelUnavailable: kith's folder cannot be written to.
    """
    require_free(store, card.id, replace=replace)
    names = None if labels is None else json.dumps(list(labels), ensure_ascii=False).encode()
    try:
        if labels is not None:
            checked_labels(list(labels), card.classes)
        card = _complete(card, graph, names)
        own_rules.check_licence(card, store.home)
    except (Unsound, WeightsUnreadable) as error:
        problem = error if isinstance(error, Unsound) else f"it {error}"
        raise WeightsUnreadable(f"{printable(card.id)} cannot be kept: {problem}") from error
    folder = store.folder(card)
    try:
        with locked(store.home, f"own {card.id}"):
            require_free(store, card.id, replace=replace)
            try:
                folder.mkdir(parents=True, exist_ok=True)
                sweep(folder)
                _write(folder, card, graph, names)
            finally:
                _tidy(folder)
    except OSError as error:
        raise unwritable(store.home, error) from error
    return card


def remove_own(store: ModelStore, model_id: str) -> int:
    """Remove a model of the user's own, damaged or not; return the bytes that are free now.

    Raises:
        UnknownModel: there is none of this id.
        ModelUnavailable: kith's folder cannot be written to.
    """
    if model_id not in _all(store.home):
        raise UnknownModel(f"you have no model {printable(model_id, 60)!r} of your own")
    folder = _folder(store.home, model_id)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    try:
        with locked(store.home, f"own {model_id}"):
            (folder / CARD).unlink(missing_ok=True)
            shutil.rmtree(folder)
    except OSError as error:
        raise unwritable(store.home, error) from error
    return size


def _folder(home: Path, model_id: str) -> Path:
    return home / FOLDER / model_id


def _all(home: Path) -> dict[str, ModelCard | str]:
    """Return every card by its folder's name; a damaged one as what is wrong with it."""
    try:
        names = sorted(path.name for path in (home / FOLDER).iterdir() if (path / CARD).exists())
    except OSError:
        return {}
    return {name: _read(home, name) for name in names}


def _read(home: Path, model_id: str) -> ModelCard | str:
    path = _folder(home, model_id) / CARD
    try:
        stat = path.stat()
        if stat.st_size > own_json.LARGEST_CARD:
            return "it is too large"
        card = _parsed(path, stat.st_mtime_ns, stat.st_size)
        own_rules.check_card(card)
        return card if card.id == model_id else "it is another model's"
    except Unsound as problem:
        return str(problem)
    except OSError as error:
        return error.strerror or type(error).__name__


@lru_cache(maxsize=64)
def _parsed(path: Path, changed: int, size: int) -> ModelCard:  # noqa: ARG001 - of the key
    card = own_json.parse_card(path.read_bytes())
    own_rules.check_files(card)
    return card


def _complete(card: ModelCard, graph: bytes, names: bytes | None) -> ModelCard:
    """Return the card with its files and without what is another network's, checked."""
    whole = dataclasses.replace(
        card,
        weights=_weights(f"{card.id}-", ".onnx", graph),
        labels=None if names is None else _weights("labels-", ".json", names),
        classes=card.classes if card.task == "head" else 0,
    )
    try:
        # What is kept is what comes back, without what is another network's: a card that could
        # not be read again is refused now.
        whole = own_json.parse_card(own_json.card_json(whole))
    except (ValueError, TypeError) as error:
        raise Unsound("its card holds what JSON cannot") from error
    own_rules.check_card(whole)
    own_rules.check_files(whole)
    return whole


def _weights(start: str, ending: str, content: bytes) -> Weights:
    digest = hashlib.sha256(content).hexdigest()
    return Weights(f"{start}{digest[:12]}{ending}", digest, len(content), ())


def _write(folder: Path, card: ModelCard, graph: bytes, names: bytes | None) -> None:
    """Put the files in their places, the card last."""
    from kith.models.own_graph import check_graph

    with temporary_file(folder) as path:
        path.write_bytes(graph)
        check_graph(path, card)
        place(path, folder / card.weights.file)
    if card.labels is not None:
        assert names is not None
        write(folder / card.labels.file, names)
    write(folder / CARD, own_json.card_json(card))


def _tidy(folder: Path) -> None:
    """Remove what the card does not name, and a folder without one."""
    try:
        card = own_json.parse_card((folder / CARD).read_bytes())
    except FileNotFoundError:
        keep: tuple[str, ...] = ()
    except (OSError, Unsound):
        return
    else:
        stem = card.weights.file.removesuffix(".onnx")
        keep = (CARD, f"{stem}.", *([card.labels.file] if card.labels else []))
    # Another process may have one of them open, which Windows does not let go.
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if not path.name.startswith(keep):
                path.unlink()
        if not keep:
            folder.rmdir()
