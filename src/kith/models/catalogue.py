"""The networks kith knows, by id.

Every sha256, size and member path was checked by opening the archive. To add a network, add its
card in `kith.models.cards`: store, commands and sessions read nothing else.
"""

from __future__ import annotations

import difflib
from types import MappingProxyType
from typing import TYPE_CHECKING

from kith.errors import UnknownModel, printable
from kith.models.cards import (
    dlib,
    facenet,
    fusions,
    landmarks,
    mask_state,
    masks,
    modern,
    retail,
    vggface,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kith.models.card import Fusion, ModelCard

CARDS: Mapping[str, ModelCard] = MappingProxyType(
    {
        card.id: card
        for room in (modern, retail, vggface, facenet, dlib, landmarks, masks, mask_state)
        for card in room.CARDS
    }
)
"""Every card, by id."""

DEFAULTS: tuple[str, ...] = ("yunet", "sface", "face-landmarker")
"""The networks that run where the user names none: detector, embedder, points of masked faces."""


FUSIONS: Mapping[str, Fusion] = MappingProxyType({one.id: one for one in fusions.FUSIONS})
"""Every embedder that joins networks, by id."""

PRESETS: Mapping[str, str] = MappingProxyType(fusions.PRESETS)
"""What ``best`` and ``fast`` stand for: a card's or a fusion's id."""


def card(model_id: str) -> ModelCard:
    """Return the card of this id.

    Raises:
        UnknownModel: no card has it; the message lists the ids and the nearest one.
    """
    found = CARDS.get(model_id)
    if found is not None:
        return found
    if model_id in FUSIONS or model_id in PRESETS:
        parts = [one.id for one in networks(model_id)]
        raise UnknownModel(f"{model_id} stands for {' and '.join(parts)}: name one network")
    known = (*CARDS, *FUSIONS, *PRESETS)
    nearest = difflib.get_close_matches(model_id.casefold(), known, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    raise UnknownModel(
        f"no model is called {printable(model_id, 60)!r}{hint} (known: {', '.join(known)})"
    )


def networks(model_id: str) -> tuple[ModelCard, ...]:
    """Return the cards that an id stands for: of a card, a fusion, or a preset.

    Raises:
        UnknownModel: nothing has this id.
    """
    model_id = PRESETS.get(model_id, model_id)
    if model_id in FUSIONS:
        return tuple(card(part.network) for part in FUSIONS[model_id].parts)
    return (card(model_id),)


def presets_of(model_id: str) -> list[str]:
    """Return the presets that stand for an id."""
    return [preset for preset, meant in PRESETS.items() if meant == model_id]
