"""A head's numbers are scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest

from kith.training.head.fit import fit, fit_all
from kith.training.head.records import KINDS, References

from .made import of_vectors, references, unit

pytest.importorskip("sklearn", reason="needs the extra kith[train]")


def plain(kind: str, known: References) -> np.ndarray:
    """Return scikit-learn's own scores, whatever all people have in common taken off."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    if kind == "softmax":
        model = LogisticRegression(C=10, class_weight="balanced", tol=1e-5)
    else:
        model = LinearSVC(
            multi_class="crammer_singer", class_weight="balanced", tol=0.1, random_state=0
        )
    scores = model.fit(known.vectors, known.person).decision_function(known.vectors)
    if scores.ndim == 1:
        scores = np.stack([-scores, scores], axis=1) / 2
    return scores - scores.mean(axis=1, keepdims=True)


@pytest.mark.parametrize("kind", ["softmax", "svm"])
@pytest.mark.parametrize("photos", [(4, 5), (6, 6, 6), (9, 3, 5, 4, 12)])
def test_scores_are_those_of_scikit_learn_but_for_their_length(
    kind: str, photos: tuple[int, ...]
) -> None:
    known = references(photos)
    ours = fit(kind, known).linear.scores(known.vectors)
    theirs = plain(kind, known)
    length = float((ours * theirs).sum() / (ours * ours).sum())
    assert length > 0
    np.testing.assert_allclose(ours * length, theirs, atol=1e-4)


def test_the_nearest_centroid_is_the_most_similar_template() -> None:
    known = references((3, 5, 4, 6), noise=1.5)
    fitted = fit("centroid", known)
    means = unit(np.stack([known.vectors[known.person == one].mean(axis=0) for one in range(4)]))
    np.testing.assert_allclose(fitted.centroids, means, atol=1e-6)
    nearest = (known.vectors @ means.T).argmax(axis=1)
    np.testing.assert_array_equal(fitted.linear.scores(known.vectors).argmax(axis=1), nearest)


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_in_the_wrong_folder_is_not_learned_from(kind: str) -> None:
    known = references((8, 8, 8), noise=0.7)
    person = known.person.copy()
    person[0] = 1  # the first person's face among the second's
    order = np.argsort(person, kind="stable")
    mixed = of_vectors(known.vectors[order], person[order])
    fitted = fit(kind, mixed)
    wrong = int(np.flatnonzero(order == 0)[0])
    assert np.flatnonzero(~fitted.members).tolist() == [wrong]
    right = fitted.linear.scores(known.vectors).argmax(axis=1)
    np.testing.assert_array_equal(right, known.person)


@pytest.mark.parametrize("kind", KINDS)
def test_each_person_counts_the_same(kind: str) -> None:
    known = references((120, 3, 3), noise=1.4)
    fitted = fit(kind, known)
    few = known.person > 0
    right = fitted.linear.scores(known.vectors).argmax(axis=1) == known.person
    assert right[few].all()


@pytest.mark.parametrize("kind", KINDS)
def test_several_at_a_time_are_the_same(kind: str) -> None:
    several = [references(photos) for photos in ((3, 4, 5), (2, 1, 3), (6, 6))]
    together = fit_all(kind, several, workers=3)
    for known, found in zip(several, together, strict=True):
        alone = fit(kind, known)
        np.testing.assert_array_equal(found.linear.weights, alone.linear.weights)
        np.testing.assert_array_equal(found.linear.bias, alone.linear.bias)
