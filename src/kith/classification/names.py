"""The names of a network's classes: what the user imported, else the card's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.errors import ModelUnavailable, WeightsUnreadable
from kith.models.catalogue import CARDS
from kith.models.imports import imported_labels
from kith.models.labels import read_labels

if TYPE_CHECKING:
    from kith.models import ModelCard, ModelStore


def class_names(card: ModelCard, store: ModelStore) -> tuple[str, ...]:
    """Return the names of a card's classes, as the file has them, in the order of its outputs.

    Raises:
        ModelUnavailable: nobody delivered them.
        WeightsUnreadable: the file is damaged or of another network.
    """
    # ResNet-50 and SENet-50 share a label file: what was brought for one serves the other.
    for other in (card, *CARDS.values()):
        if other is card or (card.labels is not None and other.labels == card.labels):
            own = imported_labels(other, store)
            if own is not None:
                return own
    if card.labels is None:
        raise ModelUnavailable(
            f"the names of {card.id}'s classes are not published: give them with "
            f"`kith models import LABELS --as {card.id}` (.npy, .txt or .csv)"
        )
    path = store.labels(card)
    try:
        return read_labels(path, card.classes)
    except WeightsUnreadable:
        store.discard(card, card.labels)
        raise
