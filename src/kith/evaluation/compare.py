"""From described photos to scored pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.errors import ProtocolError, printable
from kith.evaluation.records import FAILED, Comparisons

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.evaluation.records import Described, Indices, PairProtocol, Scores
    from kith.types import Face, Vector

_PAIRS_AT_ONCE = 200_000
_WORTH_A_TABLE = 16
"""Up to so many products for each pair wanted, a matrix product is faster than pairs by hand."""


class Side(NamedTuple):
    """Photos by their embeddings.

    Attributes:
        vectors: float32, P × dimension; zeros where there is none.
        acquired: bool, P: where there is one.
    """

    vectors: Vector
    acquired: npt.NDArray[np.bool_]


def compare(protocol: PairProtocol, described: Described) -> Comparisons:
    """Score the pairs of a protocol by cosine; −∞ where one of the photos could not be acquired.

    Where a list contradicts itself, and two photos that it joins into one person are said to be
    of two, the second photo's person in that pair has a number of their own, after all others.

    Args:
        protocol: N pairs of P photos.
        described: those P photos.
    """
    side = matrix(described.faces, described.system.contract.dimension)
    similarity = cosines(side, side, protocol.first, protocol.second)
    return of_people(protocol, similarity, protocol.first, protocol.second, protocol.same)


def cosines(probes: Side, references: Side, first: Indices, second: Indices) -> Scores:
    """Return the cosine of each pair; −∞ where one of its photos could not be acquired.

    Args:
        probes: what `matrix` returns, of the first photos.
        references: the same, of the second photos.
        first: int32, N: rows of the probes.
        second: int32, N: rows of the references.
    """
    similarity = np.full(len(first), FAILED, dtype=np.float32)
    for start in range(0, len(similarity), _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        one, other = first[part], second[part]
        scores = _products(probes.vectors, references.vectors, one, other)
        known = probes.acquired[one] & references.acquired[other]
        similarity[part] = np.where(known, scores, FAILED)
    return similarity


def of_people(
    protocol: PairProtocol,
    similarity: Scores,
    first: Indices,
    second: Indices,
    same: npt.NDArray[np.bool_],
) -> Comparisons:
    """Say whose the scored pairs are; see `compare` for lists that contradict themselves.

    Args:
        protocol: whose photos they are of.
        similarity: float32, N.
        first: int32, N: photos.
        second: the same.
        same: bool, N.
    """
    people = len(protocol.people)
    a, b = protocol.person[first], protocol.person[second]
    contradicted = (a == b) & ~same
    if contradicted.any():
        b = np.where(contradicted, b + people, b).astype(np.int32)
        people *= 2
    return Comparisons(similarity=similarity, same=same, a=a, b=b, people=people)


def matrix(faces: Sequence[Face | None], dimension: int) -> Side:
    """Return the embeddings as float32, P × dimension, and whose row is more than zeros."""
    vectors = np.zeros((len(faces), dimension), dtype=np.float32)
    acquired = np.zeros(len(faces), dtype=np.bool_)
    for row, face in enumerate(faces):
        if face is not None and face.embedding is not None:
            vectors[row] = face.embedding
            acquired[row] = True
    return Side(vectors, acquired)


def qualities(faces: Sequence[Face | None]) -> npt.NDArray[np.float64]:
    """Return the quality of each face, 0–1; NaN where there is none."""
    measured = [None if face is None else face.quality for face in faces]
    return np.array([np.nan if one is None else one.score for one in measured], dtype=np.float64)


def without_copies(protocol: PairProtocol, digests: Sequence[str]) -> PairProtocol:
    """Leave out pairs that say nothing, because one file stands for two photos; notes say so.

    A pair of two copies of one file is no comparison. Where every two photos are compared, a
    second copy of a person's photo goes as a whole, and so does a file that stands for two
    people: nobody knows which of them it shows.

    Args:
        protocol: of P photos.
        digests: of their files; empty where a file could not be read.

    Raises:
        ProtocolError: nothing is left of a kind of pairs.
    """
    copy = _numbers(digests)
    dropped = np.zeros(len(digests), dtype=np.bool_)
    notes: list[str] = []
    shared = _of_two_people(copy, protocol.person)
    if shared.any():
        example = printable(protocol.photos[int(np.argmax(shared))], 80)
        what = "they are left out" if protocol.exhaustive else "is a label wrong?"
        notes.append(
            f"{np.count_nonzero(shared):,} photos are copies of a photo of somebody else, such as "
            f"{example}: {what}"
        )
    if protocol.exhaustive:
        again = _again(copy) & ~shared
        if again.any():
            notes.append(f"{np.count_nonzero(again):,} photos are second copies: they are left out")
        dropped = shared | again
    first, second = protocol.first, protocol.second
    same_file = copy[first] == copy[second]
    if same_file.any() and not protocol.exhaustive:
        notes.append(
            f"{np.count_nonzero(same_file):,} pairs are of two copies of one photo: they are left "
            "out"
        )
    return _kept(protocol, ~(same_file | dropped[first] | dropped[second]), notes)


def _kept(protocol: PairProtocol, keep: npt.NDArray[np.bool_], notes: list[str]) -> PairProtocol:
    if not keep.all():
        same = protocol.same[keep]
        if same.all() or not same.any():
            raise ProtocolError(
                f"{printable(protocol.name)}: without copies of photos no pair of "
                f"{'two people' if same.all() else 'one person'} is left"
            )
        protocol = replace(
            protocol,
            first=protocol.first[keep],
            second=protocol.second[keep],
            same=same,
            fold=protocol.fold[keep],
        )
    return replace(protocol, notes=(*protocol.notes, *notes)) if notes else protocol


def _numbers(digests: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return a number for each file; copies have the same, files that were not read their own."""
    known: dict[str, int] = {}
    return np.array(
        [known.setdefault(digest or f"?{at}", at) for at, digest in enumerate(digests)],
        dtype=np.int64,
    )


def _again(copy: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return np.asarray(copy != np.arange(len(copy)))


def _of_two_people(copy: npt.NDArray[np.int64], person: Indices) -> npt.NDArray[np.bool_]:
    """Tell which photos have a copy that shows somebody else."""
    other = person != person[copy]  # the first copy is somebody else's
    return np.isin(copy, copy[other])


def _products(probes: Vector, references: Vector, first: Indices, second: Indices) -> Scores:
    rows, row = np.unique(first, return_inverse=True)
    columns, column = np.unique(second, return_inverse=True)
    if len(rows) * len(columns) <= _WORTH_A_TABLE * len(first):
        table = probes[rows] @ references[columns].T
        return np.asarray(table[row.ravel(), column.ravel()])
    return np.asarray(np.einsum("ij,ij->i", probes[first], references[second]))
