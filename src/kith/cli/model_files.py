"""``kith models import`` and ``kith models export``: models as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kith.cli.options import Json, Quiet
from kith.cli.output import emit, say
from kith.errors import ModelError, OptionError, UnknownModel, printable

if TYPE_CHECKING:
    from kith.models.card import ModelCard
    from kith.models.store import ModelStore


def import_file(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Weight files, files of labels, exported models."),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="ID",
            help="The model that the files belong to. An exported model needs none: with one it "
            "gets another id.",
        ),
    ] = None,
    sha256: Annotated[
        str | None,
        typer.Option("--sha256", metavar="HEX", help="Refuse an exported model that is not this."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="In the place of your own model of the same id.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Use weight files that you have already, or a model that `kith models export` wrote.

    Files of Keras, Torch, TensorFlow or dlib become ONNX without the framework; they are read,
    never run. Labels: .npy, .txt or .csv.
    """
    from kith.models.bundle import is_bundle
    from kith.models.catalogue import card as find
    from kith.models.store import ModelStore

    if sha256 is not None and not _is_sha256(sha256):
        raise OptionError(f"--sha256 has 64 digits of 0-9 and a-f, not {printable(sha256, 80)!r}")
    if (sha256 or model) and len(files) > 1 and any(map(is_bundle, files)):
        raise OptionError("--sha256 and --as are for one exported model at a time")
    for file in files:
        if is_bundle(file) or (model is None and sha256 is not None):
            _bring(file, model or "", sha256 or "", replace, as_json=as_json, quiet=quiet)
        elif model is None:
            raise OptionError(
                f"{printable(str(file))} is no model that kith exported: name the model that the "
                "file belongs to (--as ID)"
            )
        elif sha256 or replace:
            raise OptionError("--sha256 and --replace are for models that kith exported")
        else:
            _import_weights(file, find(model), ModelStore(), as_json=as_json, quiet=quiet)


def export(
    model: Annotated[str, typer.Argument(metavar="ID", help="A model of your own.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; one file.")],
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a model of your own to one file, for `kith models import` on another machine.

    The sha256 that is printed lets the other side make sure: `kith models import FILE --sha256`.
    """
    from kith.cli.output import spinner
    from kith.cli.own_cards import size_words
    from kith.models.bundle import export_own
    from kith.models.catalogue import card as find
    from kith.models.store import ModelStore

    card, store = find(model), ModelStore()
    if card.origin is None:
        raise UnknownModel(f"{card.id} is not a model of your own: `kith models path {card.id}`")
    with spinner(f"exporting {card.id}", shown=not (as_json or quiet)):
        digest = export_own(card, store, file)
    size = file.stat().st_size
    if as_json:
        emit({"id": card.id, "file": str(file), "sha256": digest, "bytes": size})
    elif not quiet:
        say(f"{printable(str(file))}: {card.id}, {size_words(size)}")
        say(f"sha256 {digest}")
        if not card.licence.commercial:
            say(f"it is under {card.licence.name}, whoever gets it: {card.licence.note}")


def _bring(
    file: Path, model_id: str, sha256: str, replace: bool, *, as_json: bool, quiet: bool
) -> None:
    """Import a model that was exported."""
    from kith.cli.output import spinner
    from kith.models.bundle import import_own
    from kith.models.store import ModelStore

    store = ModelStore()
    with spinner(f"importing {file.name}", shown=not (as_json or quiet)):
        brought = import_own(file, store, expected=sha256, model_id=model_id, replace=replace)
    card = brought.card
    needs = _lacking(card)
    if as_json:
        emit(
            {
                "id": card.id,
                "file": str(file),
                "sha256": brought.sha256,
                "roles": ["head" if card.task == "head" else "descriptor"],
                "pinned": bool(sha256),
                "path": str(store.location(card)),
                "own": True,
                "new": brought.new,
                "needs": needs,
            }
        )
    elif not quiet:
        say(f"{card.id} is yours now" if brought.new else f"{card.id} is here already")
        if not store.accepted(card):
            say(f"it is under {card.licence.name}: `kith models accept {card.id}`")
        for name in needs:
            say(
                f"it takes the vectors of {printable(name, 80)}, which is not here: import that too"
            )


def _lacking(card: ModelCard) -> list[str]:
    """Return the embedder that a head takes the vectors of, where this machine knows none such."""
    from kith.embedding import parse

    if card.task != "head":
        return []
    try:
        parse(card.embedder)
    except ModelError:  # none of this name, or a damaged one
        return [card.embedder]
    return []


def _import_weights(
    file: Path, card: ModelCard, store: ModelStore, *, as_json: bool, quiet: bool
) -> None:
    """Import a weight file, or labels, under the id of a card."""
    from kith.cli.output import spinner
    from kith.models.imports import import_file as take

    with spinner(f"importing {file.name}", shown=not (as_json or quiet)):
        done = take(file, card, store)
    if as_json:
        emit(
            {
                "id": card.id,
                "file": str(file),
                "sha256": done.sha256,
                "roles": list(done.roles),
                "pinned": done.pinned,
                "path": str(done.path),
            }
        )
    elif not quiet:
        what = " and ".join(done.roles) if card.task == "embedding" else done.path.name
        say(f"{card.id} has its {what} from {printable(file.name)}")
        if not card.licence.commercial and "labels" not in done.roles:
            say(f"as published it is under {card.licence.name}: {card.licence.note}")
        if not done.pinned and card.weights.sha256 and "labels" not in done.roles:
            say(
                "it is not the file that the card names: accuracy and thresholds on the card "
                "are not this file's"
            )


def _is_sha256(text: str) -> bool:
    from kith.models.own_json import is_sha256

    return is_sha256(text.lower())
