"""The networks kith knows, by id.

Every sha256, size and member path was checked by opening the archive. To add a network, add its
card in `kith.models.cards`: store, commands and sessions read nothing else.
"""

from __future__ import annotations

import difflib
from types import MappingProxyType
from typing import TYPE_CHECKING

from kith.errors import UnknownModel, printable
from kith.models.cards import dlib, facenet, modern, vggface

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kith.models.card import ModelCard

CARDS: Mapping[str, ModelCard] = MappingProxyType(
    {card.id: card for card in (*modern.CARDS, *vggface.CARDS, *facenet.CARDS, *dlib.CARDS)}
)
"""Every card, by id."""

DEFAULTS: tuple[str, ...] = ("yunet", "sface")
"""The detector and the embedder that run where the user names none."""


def card(model_id: str) -> ModelCard:
    """Return the card of this id.

    Raises:
        UnknownModel: no card has it; the message lists the ids and the nearest one.
    """
    found = CARDS.get(model_id)
    if found is not None:
        return found
    nearest = difflib.get_close_matches(model_id.casefold(), CARDS, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    raise UnknownModel(
        f"no model is called {printable(model_id, 60)!r}{hint} (known: {', '.join(CARDS)})"
    )
