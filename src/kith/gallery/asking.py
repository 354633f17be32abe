"""Who of the gallery a face is: search and decision over the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.decision import decide
from kith.gallery.search import TemplateIndex
from kith.types import Candidate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.decision.calibration import Calibration
    from kith.gallery.store import GalleryStore
    from kith.types import Face, Identification, Promise


_MANY = 100
"""From so many candidates on it pays to look how many there can be."""


class Limit(NamedTuple):
    """What a match needs.

    Attributes:
        threshold: least similarity.
        margin: least lead over a second person who reaches the threshold too.
        calibration: that says how probable a match is.
        promise: what the threshold promises.
    """

    threshold: float
    margin: float
    calibration: Calibration | None = None
    promise: Promise | None = None


class Asking:
    """Answers from the templates of a store, kept in step with it.

    Args:
        store: whose people are looked for.
    """

    def __init__(self, store: GalleryStore) -> None:
        self._store = store
        self._index = TemplateIndex(store.templates)

    def forget(self) -> None:
        """Drop the templates in memory; they are read again when next needed."""
        self._index = TemplateIndex(self._store.templates)

    def answers(self, faces: Sequence[Face], top: int, limit: Limit) -> tuple[Identification, ...]:
        """Return an answer per face, none where there are no faces; see `decide`.

        Args:
            faces: of one photo, with their embeddings.
            top: candidates in each answer.
            limit: what a match needs.
        """
        described = [face.embedding for face in faces if face.embedding is not None]
        if not described:
            return ()
        if not self._store.exists:
            return tuple(_decide(face, [], limit, top) for face in faces)
        self._index.refresh()
        # Two at least: whether a match is ambiguous depends on the second person.
        wanted = max(2, top if top < _MANY else min(top, self._store.count()))
        ids, similarities = self._index.search(np.stack(described), wanted)
        names = self._store.templates.names({int(i) for i in ids.ravel() if i >= 0})
        answers = []
        for face, row, values in zip(faces, ids, similarities, strict=True):
            candidates = [
                Candidate(names[int(i)], float(value))
                for i, value in zip(row, values, strict=True)
                if int(i) in names
            ]
            answers.append(_decide(face, candidates, limit, top))
        return tuple(answers)


def _decide(face: Face, candidates: list[Candidate], limit: Limit, top: int) -> Identification:
    return decide(
        face,
        candidates,
        limit.threshold,
        limit.margin,
        top,
        calibration=limit.calibration,
        promise=limit.promise,
    )
