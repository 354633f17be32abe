"""The networks kith knows, by id.

Every sha256, size and member path was checked by opening the archive. To add a network, add its
card in `kith.models.cards`: store, commands and sessions read nothing else.
"""

from __future__ import annotations

import difflib
from types import MappingProxyType
from typing import TYPE_CHECKING

from kith.errors import UnknownModel, printable
from kith.models import home as places
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
    from pathlib import Path

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


def card(model_id: str, home: Path | None = None) -> ModelCard:
    """Return the card of this id: of the catalogue, or of a model of the user's own.

    Args:
        model_id: as users give it.
        home: kith's folder, in which the user's own are; None: `kith.models.home.home`.

    Raises:
        UnknownModel: no card has it; the message lists the ids and the nearest one.
        ModelCorrupt: it is of the user's own, and its card is damaged.
    """
    found = CARDS.get(model_id)
    if found is not None:
        return found
    if model_id in FUSIONS or model_id in PRESETS:
        parts = [one.id for one in networks(model_id)]
        raise UnknownModel(f"{model_id} stands for {' and '.join(parts)}: name one network")
    from kith.models.own import own_card, own_cards

    home = home or places.home()
    found = own_card(home, model_id)
    if found is not None:
        return found
    known = (*CARDS, *FUSIONS, *PRESETS, *own_cards(home))
    nearest = difflib.get_close_matches(model_id.casefold(), known, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    raise UnknownModel(
        f"no model is called {printable(model_id, 60)!r}{hint} (known: {', '.join(known)})"
    )


def networks(model_id: str, home: Path | None = None) -> tuple[ModelCard, ...]:
    """Return the cards that an id stands for: of a card, a fusion, or a preset.

    Args:
        model_id: as users give it.
        home: as for `card`.

    Raises:
        UnknownModel: nothing has this id.
        ModelCorrupt: as for `card`.
    """
    model_id = PRESETS.get(model_id, model_id)
    if model_id in FUSIONS:
        return tuple(card(part.network) for part in FUSIONS[model_id].parts)
    return (card(model_id, home),)


def known(task: str, home: Path | None = None) -> list[str]:
    """Return the ids of all models that do something, the user's own last.

    Args:
        task: as cards have it.
        home: as for `card`.
    """
    from kith.models.own import own_cards

    cards = (*CARDS.values(), *own_cards(home or places.home()).values())
    return [one.id for one in cards if one.task == task]


def presets_of(model_id: str) -> list[str]:
    """Return the presets that stand for an id."""
    return [preset for preset, meant in PRESETS.items() if meant == model_id]
