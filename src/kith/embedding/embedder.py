"""Card → session → unit vectors, in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.alignment import RECIPES
from kith.errors import UnknownModel
from kith.models.catalogue import CARDS, card
from kith.models.session import open_session
from kith.types import EmbeddingContract

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.models.card import ModelCard, Threshold
    from kith.models.session import Session
    from kith.models.store import ModelStore
    from kith.types import Pixels, Vector

MIRROR = "+mirror"
"""Behind an embedder's id: the mean of the crop's vector and its mirror image's, normalised."""

BATCH = 2
"""Crops per call. More are slower on a CPU: their activations no longer fit its cache."""


class Embedder:
    """Turns aligned crops into unit vectors. Safe to call from several threads at once.

    Attributes:
        id: the card's, with `MIRROR` behind it where both views are used.
        card: of the network.
        recipe: makes the crop this network wants.
        contract: what must agree before two vectors may be compared.
        threshold: similarity from which two faces are taken for the same person, by default.
    """

    def __init__(self, card: ModelCard, session: Session, *, mirror: bool = False) -> None:
        self.id = card.id + MIRROR * mirror
        self.card = card
        self.recipe = RECIPES[card.crop]
        self.contract = EmbeddingContract(
            model=card.id,
            weights_sha256=card.weights.sha256,
            crop=self.recipe.name + MIRROR * mirror,
            crop_version=self.recipe.version,
            dimension=card.dimension,
        )
        self._session = session
        self._mirror = mirror

    @property
    def threshold(self) -> Threshold:
        """The card's measured threshold for these views."""
        threshold = self.card.mirror_threshold if self._mirror else self.card.threshold
        if threshold is None:
            raise UnknownModel(f"{self.id} has no measured threshold; pass one of your own")
        return threshold

    def embed(self, crops: Sequence[Pixels]) -> Vector:
        """Return unit vectors, float32, N × dimension, for crops (RGB, uint8, side × side × 3).

        The vector of a crop does not depend on the others in the call.
        """
        if not crops:
            return np.empty((0, self.card.dimension), np.float32)
        raw = self._run(crops)
        if self._mirror:
            raw = _unit(raw) + _unit(self._run([np.ascontiguousarray(c[:, ::-1]) for c in crops]))
        return _unit(raw)

    def _run(self, crops: Sequence[Pixels]) -> Vector:
        want = self.card.input
        parts = []
        for start in range(0, len(crops), BATCH):
            batch = cv2.dnn.blobFromImages(
                list(crops[start : start + BATCH]),
                scalefactor=want.scale,
                mean=(want.mean,) * 3,
                swapRB=want.colour == "BGR",
            )
            parts.append(self._session.run(np.asarray(batch, dtype=np.float32))[0])
        return np.concatenate(parts)


def open_embedder(name: str, store: ModelStore, device: str = "cpu") -> Embedder:
    """Load an embedder: the id of its card, with ``+mirror`` behind it for two views.

    Raises:
        UnknownModel: no card has this id, or it is not one of an embedder.
        ModelError: the network cannot be had or run.
    """
    model_id = name.removesuffix(MIRROR)
    known = [c.id for c in CARDS.values() if c.task == "embedding"]
    if model_id in CARDS and model_id not in known:
        raise UnknownModel(f"{model_id!r} is not an embedder; kith has: {', '.join(known)}")
    wanted = card(model_id)
    return Embedder(wanted, open_session(wanted, store, device), mirror=name != model_id)


def _unit(vectors: Vector) -> Vector:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)
