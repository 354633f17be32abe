"""What a head's embeddings are, kept in its card and held to whenever it runs."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from kith.errors import ContractMismatch, ModelCorrupt
from kith.types import EmbeddingContract

if TYPE_CHECKING:
    from kith.models import ModelCard

_PREFIX = "contract_"


def pin(contract: EmbeddingContract) -> dict[str, str | int]:
    """Return a contract as a head's origin keeps it among its settings."""
    return {f"{_PREFIX}{name}": value for name, value in asdict(contract).items()}


def pinned(card: ModelCard) -> EmbeddingContract:
    """Return the contract that a head was learned under.

    Raises:
        ModelCorrupt: its card does not say.
    """
    settings = card.origin.settings if card.origin else {}
    values = {one.name: settings.get(f"{_PREFIX}{one.name}") for one in fields(EmbeddingContract)}
    numbers = ("crop_version", "dimension")
    if not all(
        isinstance(value, int if name in numbers else str) for name, value in values.items()
    ):
        raise ModelCorrupt(
            f"the card of {card.id} does not say what embeddings it takes: train it again, or "
            "import it again"
        )
    return EmbeddingContract(**values)  # type: ignore[arg-type]


def require_contract(card: ModelCard, offered: EmbeddingContract) -> None:
    """Refuse embeddings that a head was not learned on.

    Raises:
        ContractMismatch: with the parts that differ.
        ModelCorrupt: as for `pinned`.
    """
    if differences := pinned(card).differences(offered):
        raise ContractMismatch(
            f"{card.id} was learned on another kind of embedding ({'; '.join(differences)}): learn "
            f"it anew: kith train head ROOT --embedder {card.embedder} --out {card.id} --replace"
        )
