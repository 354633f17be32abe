"""Which non-commercial licences the user has accepted; kept in ``licences.json``."""

from __future__ import annotations

import datetime
import json
import os
from typing import TYPE_CHECKING

from kith.errors import LicenceForbidsDerivatives, LicenceNotAccepted
from kith.models.files import locked, place, temporary_file
from kith.models.home import unwritable

if TYPE_CHECKING:
    from pathlib import Path

    from kith.models.card import ModelCard

_FILE = "licences.json"


def needed(card: ModelCard) -> bool:
    """Tell whether the weights run only after their licence was accepted."""
    return not card.licence.commercial


def accepted(home: Path, card: ModelCard) -> bool:
    """Tell whether the weights may run: free ones always, others once accepted.

    What was made of a model by training needs no second word for the same licence.
    """
    if not needed(card):
        return True
    named = os.environ.get("KITH_ACCEPT_LICENCES", "").split(",")
    words = {name.strip() for name in named}
    entries = _read(home)
    for model_id in _asked_of(home, card):
        entry = entries.get(model_id)
        # A card whose licence changes asks again.
        same = isinstance(entry, dict) and entry.get("licence") == card.licence.name
        if same or model_id in words:
            return True
    return False


def accept(home: Path, card: ModelCard) -> None:
    """Keep that the user accepted the licence of these weights.

    Raises:
        ModelUnavailable: kith's folder cannot be written to.
    """
    if accepted(home, card):
        return
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    try:
        with locked(home, _FILE), temporary_file(home) as path:
            entries = _read(home) | {card.id: {"licence": card.licence.name, "date": today}}
            path.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
            place(path, home / _FILE)
    except OSError as error:
        raise unwritable(home, error) from error


def require(home: Path, card: ModelCard) -> None:
    """Raise unless the weights may run.

    Raises:
        LicenceNotAccepted: the message says what the licence restricts and how to accept it.
    """
    if not accepted(home, card):
        raise LicenceNotAccepted(
            f"{card.id} is under {card.licence.name} ({card.licence.note}; {card.licence.url}); "
            f"accept it with `kith models accept {card.id}` or accept_license=True"
        )


def require_derivatives(card: ModelCard) -> None:
    """Raise unless a model may be changed; ask before anything is trained from it.

    Raises:
        LicenceForbidsDerivatives: its licence says no.
    """
    if not card.licence.derivatives:
        raise LicenceForbidsDerivatives(
            f"{card.id} is under {card.licence.name} ({card.licence.note}; {card.licence.url}), "
            "which forbids to make others of it: train from another model, or put a head on it"
        )


def _asked_of(home: Path, card: ModelCard) -> set[str]:
    """Return the ids under which a licence may have been accepted: a card's, and its bases'."""
    found: set[str] = set()
    waiting = [card]
    while waiting:
        one = waiting.pop()
        if one.id not in found and one.licence.name == card.licence.name:
            found.add(one.id)
            if one.origin is not None:
                from kith.models.own_rules import bases

                waiting += bases(one, home)
    return found


def _read(home: Path) -> dict[str, object]:
    try:
        content = json.loads((home / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Unreadable means not accepted, and accepting writes it anew.
        return {}
    return content if isinstance(content, dict) else {}
