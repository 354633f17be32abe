"""How a head does on photos that it was not fitted to, and on strangers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.evaluation.records import FAILED
from kith.training.head.fit import fit_all
from kith.training.head.folds import deal, judged
from kith.training.head.records import Seen, Strangers

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from kith.evaluation.records import Indices
    from kith.training.head.records import Fitted, Kind, References
    from kith.types import Vector

_NUMBERS = 4_000_000
"""Of scores that are looked at at a time, and kept to calibrate on: 16 MiB."""


class Tried(NamedTuple):
    """What came of judging every part by a head that was fitted to the others.

    Attributes:
        fitted: the head of all the photos.
        seen: the photos that were judged.
        strangers: each of them, as a head sees it that does not know its person.
        scores: float32, n × K, of some of the judged photos: as many as are kept.
        person: int32, n: whose they are.
        folds: parts there are, and parts that were judged.
    """

    fitted: Fitted
    seen: Seen
    strangers: Strangers
    scores: npt.NDArray[np.float32]
    person: Indices
    folds: tuple[int, int]


def cross_validate(kind: Kind, references: References, seed: int, workers: int = 1) -> Tried:
    """Fit a head to all photos, and heads to all but a part, which are judged on that part.

    Each judged photo is a stranger's, too: to the same head without that photo's person. For the
    nearest centroid that is exactly a head that never knew them; the other kinds learned what they
    look like as an example of who the others are not, which moves a stranger's likeliest person
    but not the similarity to them.

    Args:
        kind: of the head.
        references: somebody has two photos.
        seed: of the parts and of the fits.
        workers: heads that are fitted at a time.
    """
    fold = deal(references.person, seed)
    parts = judged(fold, len(references.people), references.vectors.shape[1])
    sets = [references, *(references.take(fold != part) for part in parts)]
    fitted, *others = fit_all(kind, sets, seed, workers)
    rows = [np.flatnonzero(fold == part) for part in parts]
    total = sum(map(len, rows))
    kept = np.zeros(total, dtype=np.bool_)
    few = max(1, _NUMBERS // len(references.people))
    kept[np.random.default_rng(seed).permutation(total)[:few]] = True
    looks, done = [], 0
    for other, own in zip(others, rows, strict=True):
        for chunk in chunks(own, len(references.people)):
            look = _look(other, references.vectors[chunk], references.person[chunk])
            scored = look.scores[kept[done : done + len(chunk)]]
            looks.append(look._replace(scores=scored))
            done += len(chunk)
    whole = _Look(*(np.concatenate(part) for part in zip(*looks, strict=True)))
    person = references.person[np.concatenate(rows)]
    people = len(references.people)
    return Tried(
        fitted,
        Seen(person, whole.similarity, whole.rank, whole.template_rank),
        Strangers(person, people, whole.stranger, whole.template_stranger, "leave-one-person-out"),
        whole.scores,
        person[kept],
        (int(fold.max()) + 1, len(parts)),
    )


def chunks(rows: npt.NDArray[np.intp], people: int) -> Iterator[npt.NDArray[np.intp]]:
    """Yield rows in parts of which a table of all people is small."""
    step = max(1, _NUMBERS // people)
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


def seen_by(fitted: Fitted, vectors: Vector, there: npt.NDArray[np.bool_], person: Indices) -> Seen:
    """Return what a head says of photos of people whom it knows.

    Args:
        fitted: the head.
        vectors: of the faces that were found, n × d.
        there: bool, N: whether a photo has a usable face; n of them have.
        person: int32, N: who each photo shows.
    """
    similarity = np.full(len(there), FAILED, np.float32)
    rank, template_rank = np.zeros((2, len(there)), dtype=np.int32)
    places = np.flatnonzero(there)
    for chunk in chunks(np.arange(len(places)), len(fitted.centroids)):
        own = places[chunk]
        look = _look(fitted, vectors[chunk], person[own])
        similarity[own], rank[own], template_rank[own] = look[:3]
    return Seen(person, similarity, rank, template_rank)


def strangers_to(
    fitted: Fitted, vectors: Vector, there: npt.NDArray[np.bool_], person: Indices
) -> Strangers:
    """Return what a head says of photos of people whom it does not know; see `seen_by`."""
    similarity, highest = np.full((2, len(there)), FAILED, np.float32)
    places = np.flatnonzero(there)
    for chunk in chunks(np.arange(len(places)), len(fitted.centroids)):
        cosines = vectors[chunk] @ fitted.centroids.T
        likeliest = fitted.linear.scores(vectors[chunk]).argmax(axis=1)
        similarity[places[chunk]] = cosines[np.arange(len(cosines)), likeliest]
        highest[places[chunk]] = cosines.max(axis=1)
    people = int(person.max(initial=-1)) + 1
    return Strangers(person, people, similarity, highest, "strangers")


class _Look(NamedTuple):
    """What one head says of photos of people whom it knows, each n."""

    similarity: npt.NDArray[np.float32]
    rank: npt.NDArray[np.int32]
    template_rank: npt.NDArray[np.int32]
    stranger: npt.NDArray[np.float32]
    template_stranger: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]


def _look(fitted: Fitted, vectors: Vector, person: Indices) -> _Look:
    cosines = (vectors @ fitted.centroids.T).astype(np.float32)
    scores = fitted.linear.scores(vectors).astype(np.float32)
    every = np.arange(len(vectors))
    own, own_score = cosines[every, person], scores[every, person]
    rank = (scores >= own_score[:, None]).sum(axis=1, dtype=np.int32)
    template_rank = (cosines >= own[:, None]).sum(axis=1, dtype=np.int32)
    others = scores.copy()
    others[every, person] = -np.inf
    likeliest = others.argmax(axis=1)
    stranger = cosines[every, likeliest]
    cosines[every, person] = FAILED
    return _Look(own, rank, template_rank, stranger, cosines.max(axis=1), scores)
