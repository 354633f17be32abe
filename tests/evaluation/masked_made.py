"""Studies of masks without networks: people as directions, masks as a push to one side."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.masked.records import Copies, Kind, Portrayed
from kith.evaluation.masked.run import measure
from kith.evaluation.masked.scoring import WholeFace
from kith.masks import Painter
from kith.types import Mask

from .described import DIMENSION, described, face, protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kith.evaluation.masked.results import MaskedEvaluated
    from kith.evaluation.masked.scoring import Comparison
    from kith.evaluation.records import PairProtocol
    from kith.types import MaskState

KINDS = (Kind("surgical", "nose"), Kind("cloth", "chin"))


def everybody(people: int, each: int) -> PairProtocol:
    """Every photo with every other."""
    person = np.repeat(np.arange(people), each)
    pairs = list(zip(*(side.tolist() for side in np.triu_indices(len(person), 1)), strict=True))
    return protocol(person.tolist(), pairs, exhaustive=True)


def vectors(people: int, each: int, *, spread: float = 0.8, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    centres = np.repeat(random.normal(size=(people, DIMENSION)), each, axis=0)
    return centres + spread * random.normal(size=centres.shape)


def portrayed(
    rows: np.ndarray,
    *,
    push: Sequence[float] = (4.0, 0.5),
    failed: Collection[int] = (),
    unpainted: Collection[int] = (),
    lost: Collection[int] = (),
    told: MaskState | None = None,
    digests: Sequence[str] = (),
) -> Portrayed:
    """Return photos and their copies of two kinds.

    Args:
        rows: vectors of the photos.
        push: how far the masks of each kind push all faces in one direction.
        failed: photos without a face.
        unpainted: photos whose face gets no mask.
        lost: photos whose masked face of the first kind is not found.
        told: what is said of the masks.
        digests: of the photos; made up where there are none.
    """
    seen = described([None if at in failed else row for at, row in enumerate(rows)], digests)
    side = np.zeros(rows.shape[1])
    side[0] = 1.0
    copies = []
    for number, kind in enumerate(KINDS):
        faces, reasons = [], []
        for at, row in enumerate(rows):
            why = (
                "no face found" if at in failed
                else "too small" if at in unpainted
                else "the masked face is not found" if at in lost and number == 0
                else None
            )  # fmt: skip
            there = face(row + push[number] * side)
            if told is not None:
                there = replace(there, mask=Mask(told, 0.9))
            faces.append(there if why is None else None)
            reasons.append(why)
        bare = {*failed, *unpainted}
        painted = np.array([at not in bare for at in range(len(rows))])
        copies.append(Copies(kind, tuple(faces), tuple(reasons), painted))
    return Portrayed(seen, tuple(copies))


def study(
    whole: PairProtocol,
    seen: Portrayed,
    comparison: Comparison | None = None,
    **options: object,
) -> MaskedEvaluated:
    options = {"rounds": 20, "rates": (0.1, 0.02, 1e-5), **options}
    return measure(whole, seen, Painter(landmarks=None), comparison or WholeFace(), **options)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
