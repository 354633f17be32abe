"""Each photo searched among all people, as if it were new: its own copy is left out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.decision import decide
from kith.evaluation.compare import matrix, qualities
from kith.evaluation.masked.records import NOT_ASKED, RIGHT, UNKNOWN, WRONG, Looked
from kith.evaluation.masked.scoring import worn
from kith.evaluation.records import FAILED
from kith.gallery.templates import template
from kith.masks.space import MIXED, is_masked
from kith.types import Candidate, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.evaluation.masked.records import Flags
    from kith.evaluation.records import Described, Indices, Scores
    from kith.masks.space import MaskedSpace
    from kith.types import Face, Vector

_AT_ONCE = 1024
"""Photos searched for in one product."""


class Limits(NamedTuple):
    """Least similarity of a name, of a face without a mask and of one behind a mask."""

    bare: float
    masked: float


class People:
    """Everybody's template, made as a gallery makes it, and for each photo one without it.

    Args:
        described: the photos, P of them.
        person: int32, P: whom each shows.
        count: how many people there are.
        used: bool, P: photos that count.
        limits: from where on names are given; None: none are.
        space: where faces with masks are compared, as a gallery compares them; None: as all others.
    """

    def __init__(
        self,
        described: Described,
        person: Indices,
        count: int,
        used: Flags,
        limits: Limits | None,
        space: MaskedSpace | None = None,
    ) -> None:
        dimension = described.system.contract.dimension
        vectors, acquired = matrix(described.faces, dimension)
        quality = qualities(described.faces)
        self.person = person
        self._templates = np.zeros((count, dimension), dtype=np.float32)
        self._enrolled = np.zeros(count, dtype=np.bool_)
        self._others = np.zeros_like(vectors)
        self._has_others = np.zeros(len(vectors), dtype=np.bool_)
        self.used = used
        self._limits = limits
        self._space = space
        places = np.flatnonzero(used)
        order = places[np.argsort(person[places], kind="stable")]
        starts = np.flatnonzero(np.diff(person[order])) + 1
        for own in np.split(order, starts):
            there = own[acquired[own]]
            if len(there):
                number = int(person[own[0]])
                self._templates[number] = template(vectors[there], quality[there]).vector
                self._enrolled[number] = True
            for photo in own.tolist():
                rest = [at for at in there if described.digests[at] != described.digests[photo]]
                if rest:
                    self._others[photo] = template(vectors[rest], quality[rest]).vector
                    self._has_others[photo] = True
        self._in_space = None
        if space is not None:
            self._in_space = _projected(self._templates, space), _projected(self._others, space)

    def search(self, faces: Sequence[Face | None], asked: Flags) -> Looked:
        """Search everybody for each photo's face, its person's template made without that photo.

        Names are given as a gallery gives them: from the threshold on, and where nobody else who
        reaches it is nearly as similar.

        Args:
            faces: of the photos, or of their masked copies.
            asked: bool, P: which of the photos to search for.
        """
        vectors, acquired = matrix(faces, self._others.shape[1])
        asked = asked & self._has_others & self.used
        count = len(vectors)
        looked = Looked(
            own=np.where(asked, FAILED, np.float32(np.nan)).astype(np.float32),
            answer=np.where(asked, UNKNOWN, NOT_ASKED).astype(np.int8),
            name=np.full(count, -1, dtype=np.int32),
            similarity=np.full(count, FAILED, dtype=np.float32),
        )
        masked = worn(faces)
        for rows in (np.flatnonzero(asked & acquired & ~masked), np.flatnonzero(asked & masked)):
            for start in range(0, len(rows), _AT_ONCE):
                part = rows[start : start + _AT_ONCE]
                scores = self._scores(part, vectors, [faces[at] for at in part.tolist()])
                for row, each in zip(part.tolist(), scores, strict=True):
                    self._note(looked, row, each, faces[row])
        return looked

    def _note(self, looked: Looked, row: int, scores: Scores, face: Face | None) -> None:
        assert face is not None
        own = int(self.person[row])
        first, second = _two_best(scores)
        looked.own[row] = scores[own]
        looked.name[row], looked.similarity[row] = first, scores[first]
        if self._limits is not None:
            limit = self._limits.masked if is_masked(face.mask) else self._limits.bare
            answer = _answer(face, scores, first, second, limit)
            looked.answer[row] = answer if answer != RIGHT or first == own else WRONG

    def _scores(
        self, photos: npt.NDArray[np.intp], vectors: Vector, faces: Sequence[Face | None]
    ) -> Scores:
        """Return similarities of photos to people, with the templates made without them.

        Args:
            photos: which.
            vectors: of all photos.
            faces: of these, all with a mask or all without.
        """
        probes, templates, others = vectors[photos], self._templates, self._others[photos]
        mask = faces[0].mask if faces[0] else None
        if self._space is not None and self._in_space is not None and is_masked(mask):
            states = [one.mask.state if one and one.mask else None for one in faces]
            probes = self._space.project(probes, states)
            templates, others = self._in_space[0], self._in_space[1][photos]
        scores = probes @ templates.T
        scores[np.arange(len(photos)), self.person[photos]] = (probes * others).sum(axis=1)
        if templates is not self._templates and self._space is not None:
            scores = self._space.similarity(scores, MIXED)
        enrolled = np.tile(self._enrolled, (len(photos), 1))
        enrolled[np.arange(len(photos)), self.person[photos]] = True
        return np.asarray(np.where(enrolled, scores, FAILED), dtype=np.float32)


def _projected(vectors: Vector, space: MaskedSpace) -> Vector:
    """Return templates of faces without masks in the space of masked ones."""
    return space.project(vectors, [None] * len(vectors))


def _two_best(scores: Scores) -> tuple[int, int]:
    if len(scores) == 1:
        return 0, 0
    best = np.argpartition(-scores, 1)[:2]
    first, second = best[np.argsort(-scores[best], kind="stable")].tolist()
    return int(first), int(second)


def _answer(face: Face, scores: Scores, first: int, second: int, threshold: float) -> int:
    candidates = [
        Candidate(str(number), float(scores[number]))
        for number in dict.fromkeys((first, second))
        if np.isfinite(scores[number])
    ]
    return RIGHT if decide(face, candidates, threshold).verdict is Verdict.MATCH else UNKNOWN
