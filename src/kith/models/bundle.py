"""A model of the user's own as one file to hand over, and back into a store.

A zip whose members are stored as they are: ``manifest.json`` with the sha256 of the others,
``card.json``, ``graph.onnx`` and, of a head, ``labels.json``. The same model gives the same bytes.
Reading trusts nothing: sizes are bounded before anything is read, no member's name becomes a path,
and the graph is looked at in a process of its own (`kith.models.own_graph`).
"""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import io
import json
import struct
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from kith.errors import ModelError, ModelUnavailable, OutputError, WeightsUnreadable, printable
from kith.models.files import place, temporary_file
from kith.models.integrity import sha256
from kith.models.own import TO_COME, check_id, keep_own, own_card
from kith.models.own_json import (
    LARGEST_CARD,
    Unsound,
    card_json,
    object_json,
    parse_card,
    parse_object,
)
from kith.models.own_rules import LARGEST_GRAPH, LARGEST_LABELS, check_card, check_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

    from kith.models.card import ModelCard
    from kith.models.store import ModelStore

MANIFEST, CARD, GRAPH, LABELS = "manifest.json", "card.json", "graph.onnx", "labels.json"
LARGEST = {
    MANIFEST: 64 * 1024,
    CARD: LARGEST_CARD,
    GRAPH: LARGEST_GRAPH,
    LABELS: LARGEST_LABELS,
}
"""Of each member, in bytes."""

_LARGEST_DIRECTORY = 4 * 1024
_END = struct.Struct("<4s4H2LH")  # the zip's end record, without a comment


class Brought(NamedTuple):
    """What became of a file.

    Attributes:
        card: of the model.
        sha256: of the file.
        new: False where the very same model was here already.
    """

    card: ModelCard
    sha256: str
    new: bool


def export_own(card: ModelCard, store: ModelStore, target: Path) -> str:
    """Write a model of the user's own to one file; return the file's sha256.

    Raises:
        ModelError: its files are not there, or not the card's.
        OutputError: the file cannot be written, or something else is there.
    """
    members = {CARD: card_json(card), GRAPH: store.path(card).read_bytes()}
    if card.labels is not None:
        members[LABELS] = store.labels(card).read_bytes()
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    members = {MANIFEST: object_json({"id": card.id, "sha256": digests}), **members}
    shown = printable(str(target))
    try:
        if target.exists() and not zipfile.is_zipfile(target):
            raise OutputError(f"{shown} is there and is no exported model: name another file")
        with temporary_file(target.parent) as path:
            with zipfile.ZipFile(path, "w") as container:
                for name, data in members.items():
                    info = zipfile.ZipInfo(name)  # of 1980, stored
                    info.create_system, info.external_attr = 3, 0o644 << 16
                    container.writestr(info, data)
            digest = sha256(path)
            place(path, target)
    except OSError as error:
        raise OutputError(
            f"{shown} cannot be written: {error.strerror or error}; name another file"
        ) from error
    return digest


def is_bundle(path: Path) -> bool:
    """Tell whether a file has the members of a model that was exported."""
    try:
        with _refusing(path), path.open("rb") as file:
            _check_end(file)
            with zipfile.ZipFile(file) as container:
                return {MANIFEST, CARD, GRAPH} <= set(container.namelist())
    except ModelError:
        return False


def import_own(
    path: Path,
    store: ModelStore,
    *,
    expected: str = "",
    model_id: str = "",
    replace: bool = False,
) -> Brought:
    """Keep a model that another machine exported.

    Args:
        path: of the file.
        store: to keep it in.
        expected: the sha256 that the file must have; empty: any.
        model_id: to keep it under; empty: the one it had.
        replace: in the place of an own model of this id, where there is one.

    Raises:
        WeightsUnreadable: not a model that was exported, damaged, or made to do harm; nothing is
            kept then.
        OptionError: the id cannot be taken.
        ModelUnavailable: the file cannot be read, or kith's folder cannot be written to.
    """
    with _refusing(path), path.open("rb") as file:
        digest = _digest(file, expected.lower())
        members = _members(file)
        card = _card(members, model_id)
        names = _names(members)
    here = None if replace else own_card(store.home, card.id)
    if here is not None and _same(here, card) and store.check(here) == "ok":
        return Brought(here, digest, new=False)
    blank = dataclasses.replace(card, weights=TO_COME, labels=None)
    return Brought(keep_own(store, blank, members[GRAPH], names, replace=replace), digest, new=True)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file makes its readers raise into one line."""
    shown = printable(str(path))
    damaged = WeightsUnreadable(f"{shown} is no sound model: its zip is damaged")
    try:
        yield
    except OSError as error:
        if error.errno == errno.EINVAL:  # a directory that points before the file's beginning
            raise damaged from error
        reason = error.strerror or str(error)
        raise ModelUnavailable(f"{shown} cannot be read ({reason}); name another file") from error
    except Unsound as error:
        raise WeightsUnreadable(f"{shown} is no sound model: {error}") from error
    # RuntimeError: an encrypted member; struct.error, ValueError: a directory of nonsense.
    except (zipfile.BadZipFile, EOFError, RuntimeError, struct.error, ValueError) as error:
        raise damaged from error


def _digest(file: BufferedReader, expected: str) -> str:
    if file.seek(0, io.SEEK_END) > sum(LARGEST.values()) + 2 * _LARGEST_DIRECTORY:
        raise Unsound("it is too large")
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    if expected and digest != expected:
        raise Unsound(f"its sha256 is {digest}, not the one you gave")
    return digest


def _members(file: BufferedReader) -> dict[str, bytes]:
    """Return the members of a file, each the one that its manifest names."""
    _check_end(file)
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(file) as container:
        infos = container.infolist()
        names = sorted(info.filename for info in infos)
        if names not in (sorted([MANIFEST, CARD, GRAPH]), sorted(LARGEST)):
            raise Unsound(f"it is not a zip of {', '.join(LARGEST)}")
        for info in infos:
            stored = info.compress_type == zipfile.ZIP_STORED
            if not stored or info.file_size != info.compress_size:
                raise Unsound(f"its {info.filename} is compressed")
            if info.file_size > LARGEST[info.filename]:
                raise Unsound(f"its {info.filename} is too large")
            with container.open(info) as member:
                found[info.filename] = member.read(info.file_size)
    digests = parse_object(found[MANIFEST], "manifest").get("sha256")
    for name, data in found.items():
        named = digests.get(name) if isinstance(digests, dict) else None
        if name != MANIFEST and named != hashlib.sha256(data).hexdigest():
            raise Unsound(f"its {name} is not the one that its manifest names")
    return found


def _check_end(file: BufferedReader) -> None:
    """Look at the zip's last bytes before its directory, as long as it likes, is read."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END.size))
    end = file.read(_END.size)
    if len(end) < _END.size:
        raise Unsound("it is too short")
    magic, _, _, _, members, directory, _, _ = _END.unpack(end)
    if magic != b"PK\5\6" or not 3 <= members <= 4 or directory > _LARGEST_DIRECTORY:
        raise Unsound(f"it is not a zip of {', '.join(LARGEST)}")


def _card(members: dict[str, bytes], model_id: str) -> ModelCard:
    """Return the card, under another id where one is asked for."""
    card = parse_card(members[CARD])
    check_files(card)
    named = {GRAPH: card.weights, LABELS: card.labels}
    for name, file in named.items():
        data = members.get(name)
        there = None if data is None else (hashlib.sha256(data).hexdigest(), len(data))
        if there != (None if file is None else (file.sha256, file.size)):
            raise Unsound("its card is of other files")
    card = dataclasses.replace(card, id=model_id or card.id)
    check_id(card.id)
    check_card(card)
    return card


def _same(here: ModelCard, card: ModelCard) -> bool:
    """Tell whether a model is here already, whatever its files are called."""
    return here.weights.sha256 == card.weights.sha256 and here == dataclasses.replace(
        card, weights=here.weights
    )


def _names(members: dict[str, bytes]) -> list[str] | None:
    if LABELS not in members:
        return None
    try:
        names = json.loads(members[LABELS])
    except (ValueError, RecursionError) as error:
        raise Unsound("its labels are no JSON") from error
    if not isinstance(names, list):
        raise Unsound("its labels are no list")
    return names
