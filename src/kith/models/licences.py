"""Which non-commercial licences the user has accepted; kept in ``licences.json``."""

from __future__ import annotations

import datetime
import json
import os
from typing import TYPE_CHECKING

from kith.errors import LicenceNotAccepted
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
    """Tell whether the weights may run: free ones always, others once accepted."""
    if not needed(card):
        return True
    named = os.environ.get("KITH_ACCEPT_LICENCES", "").split(",")
    if card.id in (name.strip() for name in named):
        return True
    entry = _read(home).get(card.id)
    # A card whose licence changes asks again.
    return isinstance(entry, dict) and entry.get("licence") == card.licence.name


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


def _read(home: Path) -> dict[str, object]:
    try:
        content = json.loads((home / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Unreadable means not accepted, and accepting writes it anew.
        return {}
    return content if isinstance(content, dict) else {}
