"""Holding a recogniser to what a gallery's embeddings are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.embedding import MIRROR, parse
from kith.errors import ContractMismatch, UnknownModel, printable
from kith.models.catalogue import CARDS, FUSIONS

if TYPE_CHECKING:
    from pathlib import Path

    from kith.types import EmbeddingContract


def contract_embedder(contract: EmbeddingContract | None) -> str:
    """Return the name of the embedder that makes a contract's embeddings; None: the default."""
    if contract is None:
        return "sface"
    if "@" in contract.model:
        known = (one.id for one in FUSIONS.values() if one.model == contract.model)
        return next(known, contract.model) + MIRROR * contract.crop.endswith(MIRROR)
    crop, mirror = contract.crop.removesuffix(MIRROR), contract.crop.endswith(MIRROR)
    model_id = contract.model.partition("+")[0]
    variants = CARDS[model_id].variants if model_id in CARDS else ()
    way = next((f"+{variant.name}" for variant in variants if variant.crop == crop), "")
    return contract.model + way + MIRROR * mirror


def known_embedder(contract: EmbeddingContract | None, path: Path) -> str:
    """Return the name of the embedder that makes a gallery's embeddings, which this machine knows.

    Args:
        contract: of the gallery; None: nobody was enrolled yet.
        path: of the gallery.

    Raises:
        UnknownModel: it is a model of somebody's own that is not here.
        ModelCorrupt: it is, and its card is damaged.
    """
    name = contract_embedder(contract)
    try:
        parse(name)
    except UnknownModel as error:
        raise UnknownModel(
            f"{printable(str(path))}: made with {printable(name, 80)!r}, which is not here: bring "
            "that model (`kith models export` there, `kith models import` here), or enrol the "
            "photos into a new gallery file"
        ) from error
    return name


def require_same(pinned: EmbeddingContract, offered: EmbeddingContract, path: Path) -> None:
    """Refuse embeddings that must not be compared with a gallery's.

    Raises:
        ContractMismatch: with the parts that differ, and what to do.
    """
    differences = pinned.differences(offered)
    if [part.partition(":")[0] for part in differences] == ["weights_sha256"]:
        again = "`kith models import` that file again"
        if pinned.model.partition("+")[0] not in CARDS and "@" not in pinned.model:
            again = "bring back the model as it was (`kith models import FILE --replace`)"
        raise ContractMismatch(
            f"{printable(str(path))}: made with another weight file of {pinned.model} "
            f"({'; '.join(differences)}): {again}, or enrol the photos into a new gallery file"
        )
    if differences:
        raise ContractMismatch(
            f"{printable(str(path))}: made with another kind of embedding "
            f"({'; '.join(differences)}): use embedder {contract_embedder(pinned)!r} with it, or "
            "enrol the photos into a new gallery file"
        )
