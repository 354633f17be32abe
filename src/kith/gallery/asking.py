"""Who of the gallery a face is: search and decision over the store.

Whoever was never seen without a mask is searched by themselves; all others as ever, and where the
face in question wears a mask, in the space of `kith.masks.space`. Templates in that space are a
second copy of them all, read when the first masked face is asked about: a gallery that never sees
one pays nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from kith.decision import decide
from kith.gallery.masked import REFUSED, is_masked, state_of
from kith.gallery.search import TemplateIndex
from kith.gallery.vectors import StoredTemplates, Who
from kith.masks.alike import shortened
from kith.masks.space import MIXED, NONE, WORN
from kith.types import Candidate, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kith.decision.calibration import Calibration
    from kith.gallery.store import GalleryStore
    from kith.masks.space import MaskedSpace
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


Limits: TypeAlias = "Callable[[str], Limit]"
"""What a match needs, by who of two faces wears a mask: `NONE`, `MIXED` or `WORN`."""


class _Found(NamedTuple):
    """A person who may be it."""

    similarity: float
    person: int
    pair: str


class Asking:
    """Answers from the templates of a store, kept in step with it.

    A masked face is compared with people by the mean of their faces in the space, and its
    similarity brought to the scale of their pair: ``none/worn`` where the person was ever seen
    without a mask, ``worn/worn`` else. A mean over both kinds of faces counts as ``none/worn``,
    which the face without a mask decides, as it holds most of what can be told. A face without a
    mask meets who was never seen without one as ``none/worn``, and everybody else as they are.

    Args:
        store: whose people are looked for.
    """

    def __init__(self, store: GalleryStore) -> None:
        self._store = store
        self._indexes: dict[Who, TemplateIndex] = {}
        self._space: MaskedSpace | None = None
        self._in_space: TemplateIndex | None = None
        self.forget()

    def forget(self) -> None:
        """Drop the templates in memory; they are read again when next needed."""
        database = self._store.database
        self._indexes = {
            Who.SEEN: TemplateIndex(StoredTemplates(database, Who.SEEN)),
            Who.MASKED: TemplateIndex(StoredTemplates(database, Who.MASKED, self._space)),
        }
        self._in_space = None

    def answers(
        self, faces: Sequence[Face], top: int, limits: Limits, space: MaskedSpace | None
    ) -> tuple[Identification, ...]:
        """Return an answer per face, none where there are no faces; see `decide`.

        Args:
            faces: of one photo, with their embeddings.
            top: candidates in each answer.
            limits: what a match needs.
            space: where masked faces are compared; None: as all others.
        """
        if not any(face.embedding is not None for face in faces):
            return ()
        if not self._store.exists:
            return tuple(_decided(face, [], {}, limits, top) for face in faces)
        if space is not self._space:  # the gallery was emptied and began anew
            self._space = space
            self.forget()
        # Two at least: whether a match is ambiguous depends on the second person.
        wanted = max(2, top if top < _MANY else min(top, self._store.count()))
        found = self._found(faces, wanted)
        names = self._store.templates.names({one.person for row in found for one in row})
        answers = tuple(
            _decided(face, row, names, limits, top) for face, row in zip(faces, found, strict=True)
        )
        return self._allowed(answers)

    def _found(self, faces: Sequence[Face], wanted: int) -> list[list[_Found]]:
        """Return the most similar people to each face, best first."""
        found: dict[int, list[_Found]] = defaultdict(list)
        for worn in (False, True):
            asked = [at for at, face in enumerate(faces) if is_masked(face) is worn]
            if asked:
                self._search([faces[at] for at in asked], worn, wanted, [found[a] for a in asked])
        return [_best(found[at], wanted) for at in range(len(faces))]

    def _search(
        self, faces: Sequence[Face], worn: bool, wanted: int, found: Sequence[list[_Found]]
    ) -> None:
        """Add who may be faces that are alike in whether they wear a mask."""
        plain = np.stack([face.embedding for face in faces if face.embedding is not None])
        counter = self._store.templates.change_counter()
        masked = self._indexes[Who.MASKED]
        masked.refresh(counter)
        in_space = plain
        if self._space is not None and (worn or masked.count):
            in_space = shortened(plain, [state_of(face) for face in faces], self._space)
        seen = self._seen_in_space() if worn and self._space else self._indexes[Who.SEEN]
        seen.refresh(counter)
        pairs = (MIXED, WORN) if worn else (NONE, MIXED)
        for index, queries, pair in zip(
            (seen, masked), (in_space if worn else plain, in_space), pairs, strict=True
        ):
            if not index.count:
                continue
            ids, similarities = index.search(queries, wanted)
            if self._space is not None:
                told = np.where(ids >= 0, similarities, 0.0)  # elsewhere is no similarity: −∞
                similarities = self._space.similarity(told, pair)
            for row, people, values in zip(found, ids, similarities, strict=True):
                row += [
                    _Found(float(value), int(person), pair)
                    for person, value in zip(people, values, strict=True)
                    if person >= 0
                ]

    def _seen_in_space(self) -> TemplateIndex:
        index = self._in_space
        if index is None:
            source = StoredTemplates(self._store.database, Who.SEEN, self._space)
            index = self._in_space = TemplateIndex(source, resident=0)
        return index

    def _allowed(self, answers: tuple[Identification, ...]) -> tuple[Identification, ...]:
        """Take all names back from whoever wears a mask, where the gallery refuses them."""
        worn = [answer.face is not None and is_masked(answer.face) for answer in answers]
        if not any(worn) or not self._store.no_mask():
            return answers
        return tuple(
            replace(answer, verdict=Verdict.LOW_QUALITY, name=None, candidates=(), reason=REFUSED)
            if masked
            else answer
            for answer, masked in zip(answers, worn, strict=True)
        )


def _best(found: list[_Found], wanted: int) -> list[_Found]:
    """Return the best first, nobody twice: a person may have taken off their mask meanwhile."""
    best: dict[int, _Found] = {}
    for one in sorted(found, key=lambda one: (-one.similarity, one.person)):
        best.setdefault(one.person, one)
    return list(best.values())[:wanted]


def _decided(
    face: Face, found: Sequence[_Found], names: dict[int, str], limits: Limits, top: int
) -> Identification:
    known = [one for one in found if one.person in names]
    pair = known[0].pair if known else MIXED if is_masked(face) else NONE
    limit = limits(pair)
    answer = decide(
        face,
        [Candidate(names[one.person], one.similarity) for one in known],
        limit.threshold,
        limit.margin,
        top,
        calibration=limit.calibration,
        promise=limit.promise,
    )
    if not known:
        return answer
    odds = answer.probability
    if limit.calibration is not None:
        best = known[0].similarity
        odds = limit.calibration.probability(best, template=True, pair=pair)
    return replace(answer, probability=odds, masks=None if face.mask is None else pair)
