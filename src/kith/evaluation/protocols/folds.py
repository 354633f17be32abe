"""Parts of a set of pairs, for a threshold that is chosen on some and judged on another."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.evaluation.protocols.people import groups

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.evaluation.records import Indices

FOLDS = 10
"""As LFW's protocol has them."""

_LEAST_SHARE = 0.5
"""A fold has at least this part of what each would have of a kind if all were equal."""


class Folds(NamedTuple):
    """Which fold each pair is in.

    Attributes:
        fold: int16, N.
        folds: how many; 0: the pairs are too few.
        note: what is to be said of them, in one line.
    """

    fold: npt.NDArray[np.int16]
    folds: int
    note: str


def stratified(a: Indices, b: Indices, same: npt.NDArray[np.bool_], seed: int) -> Folds:
    """Deal pairs into folds, each with about as many of one person and of two as the others.

    Nobody stands in two folds where that can be had: people whom pairs join, also through others,
    then stay together. Where the pairs join most of them, they are dealt one by one.

    Args:
        a: people of each pair, N.
        b: the same.
        same: of each pair, N.
        seed: of the order in which pairs are dealt one by one.
    """
    folds = min(FOLDS, int(np.count_nonzero(same)), int(np.count_nonzero(~same)))
    if folds < 2:
        note = "the pairs are too few for folds: there is no accuracy over folds"
        return Folds(np.zeros(len(same), dtype=np.int16), 0, note)
    apart = _apart(a, b, same, folds)
    if apart is not None:
        return Folds(apart, folds, f"the file has no folds: {folds} were made, nobody is in two")
    fold = np.empty(len(same), dtype=np.int16)
    order = np.random.default_rng(seed).permutation(len(same))
    for kind in (same, ~same):
        chosen = order[kind[order]]
        fold[chosen] = np.arange(len(chosen)) % folds
    shared = "the pairs join too many people to keep everybody in one"
    return Folds(fold, folds, f"the file has no folds: {folds} were made, {shared}")


def _apart(
    a: Indices, b: Indices, same: npt.NDArray[np.bool_], folds: int
) -> npt.NDArray[np.int16] | None:
    """Return folds that share nobody; None where they would be too unequal."""
    people = int(max(a.max(), b.max())) + 1
    of_person = groups(people, a, b)
    cluster = of_person[a]
    count = int(of_person.max()) + 1
    if count < folds:
        return None
    sizes = np.stack([np.bincount(cluster[kind], minlength=count) for kind in (same, ~same)])
    shares = sizes / sizes.sum(axis=1, keepdims=True)
    place = np.empty(count, dtype=np.int16)
    filled = [(0.0, fold) for fold in range(folds)]  # a heap: the emptiest comes first
    for one in np.argsort(-shares.sum(axis=0), kind="stable"):
        load, fold = heapq.heappop(filled)
        place[one] = fold
        heapq.heappush(filled, (load + float(shares[:, one].sum()), fold))
    held = np.stack([np.bincount(place, weights=row, minlength=folds) for row in shares])
    return place[cluster] if held.min() >= _LEAST_SHARE / folds else None
