"""What the card of a user's own model may say, beyond the types of its fields."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from kith.errors import ModelCorrupt, OptionError, UnknownModel, printable
from kith.models.own_json import Unsound, is_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kith.models.card import Input, ModelCard, Origin, Weights

LARGEST_GRAPH = 1 << 30
LARGEST_LABELS = 16 << 20
LARGEST_SIDE = 512
LARGEST_DIMENSION = 16_384
MOST_CLASSES = 100_000

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
_OUTPUT = re.compile(r"[A-Za-z0-9_.-]{0,64}", re.ASCII)
_NAMES = re.compile(r"[^@+]+")
# Names that Windows keeps for devices, whatever ending they have.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.ASCII)


def check_id(model_id: str) -> None:
    """Raise unless a model of one's own may be called so.

    Raises:
        OptionError: it has other letters, or means something already.
    """
    from kith.models import catalogue

    shown = printable(model_id, 60)
    if not _ID.fullmatch(model_id) or model_id.endswith(".") or _RESERVED.fullmatch(model_id):
        raise OptionError(
            f"{shown!r} cannot be a model's id: up to 40 of a-z, 0-9, dot, dash and underscore, "
            "the first a letter or a digit"
        )
    if model_id in (*catalogue.CARDS, *catalogue.FUSIONS, *catalogue.PRESETS, "mirror"):
        raise OptionError(f"{shown!r} means something to kith already; give yours another id")


def check_card(card: ModelCard) -> None:
    """Raise unless a card is one that a model of one's own can have.

    Raises:
        Unsound: it is not; says what.
    """
    try:
        check_id(card.id)
    except OptionError as error:
        raise Unsound(str(error)) from error
    _check_origin(card.origin)
    if not _OUTPUT.fullmatch(card.output):
        raise Unsound("its output has an impossible name")
    _check_numbers(card)
    if card.task == "embedding":
        _check_embedder(card)
    elif card.task == "head":
        _check_head(card)
    else:
        raise Unsound("it is neither an embedder nor a head")


def check_files(card: ModelCard) -> None:
    """Raise unless a card names files as `kith.models.own` keeps them.

    Raises:
        Unsound: it does not.
    """
    _check_file(card.weights, f"{card.id}-", ".onnx", LARGEST_GRAPH)
    if (card.labels is None) != (card.task != "head"):
        raise Unsound("a head has labels, and no other model has")
    if card.labels is not None:
        _check_file(card.labels, "labels-", ".json", LARGEST_LABELS)


def check_licence(card: ModelCard, home: Path | None = None) -> None:
    """Raise where a card promises more than what its model was made from.

    Raises:
        Unsound: that is for less than every use, and the card does not say so.
    """
    for base in bases(card, home):
        if card.licence.commercial and not base.licence.commercial:
            raise Unsound(
                f"it was made from {base.id}, which is under {base.licence.name} "
                f"({base.licence.note}), and its card does not say so"
            )


def bases(card: ModelCard, home: Path | None = None) -> Iterator[ModelCard]:
    """Yield the cards of the models that one was made from, of those that kith knows here."""
    from kith.models import catalogue

    if card.origin is None or not card.origin.base_sha256:
        return
    for name in _NAMES.findall(card.origin.base):
        # Numbers and ways of use stand between names, and the base may be on another machine.
        with suppress(UnknownModel, ModelCorrupt):
            yield from catalogue.networks(name, home)


def _check_origin(origin: Origin | None) -> None:
    if origin is None:
        raise Unsound("it does not say how it came to be")
    for digest in (origin.base_sha256, origin.fingerprint):
        if not is_sha256(digest, empty=True):
            raise Unsound("its origin names a sha256 that is none")
    if min(origin.people, origin.photos) < 0:
        raise Unsound("its origin has counts below 0")


def _check_embedder(card: ModelCard) -> None:
    if card.classes or card.embedder or card.reject is not None:
        raise Unsound("it is an embedder, and says what only a head has")
    side = card.input.width
    if (card.crop, side) not in _crops() or card.input.height != side:
        raise Unsound(
            f"this kith has no crop {printable(card.crop, 40)!r} of {side}×{card.input.height}"
        )
    if not 0 < card.dimension <= LARGEST_DIMENSION:
        raise Unsound("its embeddings have an impossible length")


def _check_head(card: ModelCard) -> None:
    if card.crop or not card.embedder or card.embedder == card.id:
        raise Unsound("it is a head, and takes the vectors of an embedder, not crops")
    if not 0 < card.dimension <= 4 * LARGEST_DIMENSION or not 0 < card.classes <= MOST_CLASSES:
        raise Unsound("it has an impossible number of people, or of numbers in a vector")


def _crops() -> set[tuple[str, int]]:
    """Return the crops that the networks of the catalogue see, and their sides."""
    from kith.models import catalogue

    return {
        (crop, card.input.width)
        for card in catalogue.CARDS.values()
        if card.task == "embedding"
        for crop in (card.crop, *(way.crop for way in card.variants if way.crop))
    }


def _check_numbers(card: ModelCard) -> None:
    _check_input(card.input)
    if card.reject is not None and not -1 <= card.reject <= 1:
        raise Unsound("its least similarity does not lie between -1 and 1")
    for limit in filter(None, (card.threshold, card.mirror_threshold)):
        rates = [rate for rate in (limit.fmr, *(limit.interval or ())) if rate is not None]
        if not -1 <= limit.similarity <= 1 or not all(0 <= rate <= 1 for rate in rates):
            raise Unsound("its threshold is none that a similarity can have")


def _check_input(want: Input) -> None:
    if not 0 <= want.width <= LARGEST_SIDE or not 0 <= want.height <= LARGEST_SIDE:
        raise Unsound("its input has an impossible size")
    means = (want.mean,) if isinstance(want.mean, int | float) else want.mean
    if not all(abs(mean) <= 1000 for mean in means) or not 0 < abs(want.scale) <= 1000:
        raise Unsound("its input has impossible numbers")


def _check_file(file: Weights, start: str, ending: str, most: int) -> None:
    if file.sources or not is_sha256(file.sha256) or not 0 < file.size <= most:
        raise Unsound("it names a file that is none of one's own")
    # The name is put together here and compared: nothing of it can be a path.
    if file.file != f"{start}{file.sha256[:12]}{ending}":
        raise Unsound("it names a file in another way than kith does")
