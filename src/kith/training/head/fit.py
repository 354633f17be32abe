"""From faces of known people to a matrix that tells them apart.

All kinds are linear on unit vectors. How much weights are held small was chosen on 1,574 photos of
730 people (LFW): from C = 10 on logistic regression does as well as a template where people have
few photos. ``benchmarks/head.py --real`` prints how the kinds do; they differ little.
"""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from kith.gallery.templates import template
from kith.training.head.records import Fitted, Linear

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.evaluation.records import Indices
    from kith.training.head.records import Kind, References
    from kith.types import Vector

_LOGISTIC_C = 10.0
_SVM_C = 1.0
"""Scikit-learn's C: how much a photo weighs against small weights."""
_LOGISTIC_TOLERANCE = 1e-5
_SVM_TOLERANCE = 0.1
_ROUNDS = 100


def fit_all(
    kind: Kind, several: Sequence[References], seed: int = 0, workers: int = 1
) -> list[Fitted]:
    """Fit a head to each of several sets of photos, `workers` at a time; see `fit`."""
    if kind == "svm":  # liblinear's random numbers are one row for all threads
        workers = 1
    if kind == "centroid":
        return [fit(kind, one, seed) for one in several]
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    # Warnings are silenced for all threads at once. Where the last digits are still moving after
    # so many rounds, that is good enough: the parity with scikit-learn holds all the same.
    with (
        warnings.catch_warnings(),
        threadpool_limits(1),
        ThreadPoolExecutor(max(1, min(workers, len(several)))) as pool,
    ):
        warnings.simplefilter("ignore", ConvergenceWarning)
        # Many people with one photo or two are no regression.
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        return list(pool.map(lambda one: fit(kind, one, seed), several))


def fit(kind: Kind, references: References, seed: int = 0) -> Fitted:
    """Fit a head to everybody's photos.

    A photo that looks like somebody else (see `kith.gallery.templates`) is left out, and each
    person weighs the same, however many photos there are of them.

    Args:
        kind: of the head.
        references: at least one of each person, in whatever order.
        seed: of scikit-learn's draws.
    """
    centroids, members = templates(references)
    if kind == "centroid":
        linear = Linear(centroids, np.zeros(len(centroids), np.float32))
    else:
        learn = _softmax if kind == "softmax" else _svm
        linear = learn(references.vectors[members], references.person[members], seed)
    return Fitted(_normalised(linear), centroids, members)


def templates(references: References) -> tuple[Vector, npt.NDArray[np.bool_]]:
    """Return each person's template, K × d, and which photos are in it, as a gallery would."""
    people = len(references.people)
    order = np.argsort(references.person, kind="stable")
    ends = np.searchsorted(references.person[order], np.arange(people + 1))
    members = np.ones(len(references.person), dtype=np.bool_)
    rows = []
    for start, end in pairwise(ends.tolist()):
        own = order[start:end]
        made = template(references.vectors[own], references.quality[own])
        members[own] = made.members
        rows.append(made.vector)
    return np.stack(rows), members


def _softmax(vectors: Vector, person: Indices, _seed: int) -> Linear:
    """Multinomial logistic regression (D. R. Cox 1958; C. Bishop 2006, section 4.3.4)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=_LOGISTIC_C, tol=_LOGISTIC_TOLERANCE, max_iter=_ROUNDS, class_weight="balanced"
    )
    return _linear(model.fit(vectors, person))


def _svm(vectors: Vector, person: Indices, seed: int) -> Linear:
    """One machine for all people at once, so that its scores may be compared with each other.

    K. Crammer, Y. Singer, "On the algorithmic implementation of multiclass kernel-based vector
    machines", JMLR 2, 2001.
    """
    from sklearn.svm import LinearSVC

    model = LinearSVC(
        C=_SVM_C,
        tol=_SVM_TOLERANCE,
        max_iter=_ROUNDS,
        multi_class="crammer_singer",
        class_weight="balanced",
        random_state=seed,
    )
    return _linear(model.fit(vectors, person))


def _linear(model: object) -> Linear:
    weights = np.atleast_2d(model.coef_)  # type: ignore[attr-defined]
    bias = np.atleast_1d(model.intercept_)  # type: ignore[attr-defined]
    if len(weights) == 1:  # of two people scikit-learn keeps the difference
        weights, bias = np.concatenate([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return Linear(weights.astype(np.float32), bias.astype(np.float32))


def _normalised(linear: Linear) -> Linear:
    """Take off what all people have in common and bring the rest to one length.

    Neither changes who is likeliest. Regularised weights grow with the number of photos, so that
    a temperature found on four fifths of them would be wrong for all of them.
    """
    weights = linear.weights - linear.weights.mean(axis=0)
    bias = linear.bias - linear.bias.mean()
    length = float(np.linalg.norm(weights, axis=1).mean()) or 1.0
    return Linear(weights / np.float32(length), bias / np.float32(length))
