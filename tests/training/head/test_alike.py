"""Two folders of one person, pointed out."""

from __future__ import annotations

import numpy as np
import pytest

from kith.training.head.alike import alike, in_words, without
from kith.training.head.judge import Data, judge
from kith.training.head.measure import cross_validate
from kith.training.head.records import HeadSettings

from .made import of_vectors, references

pytest.importorskip("sklearn", reason="needs the extra kith[train]")


def test_one_person_in_two_folders_is_found_and_is_no_stranger() -> None:
    known = references((8,) * 12, noise=1.0)
    halves = known.person * 2
    halves[known.person == 3] += np.arange(8) % 2  # the fourth person under two names
    person = np.unique(halves, return_inverse=True)[1]
    order = np.argsort(person, kind="stable")
    mixed = of_vectors(known.vectors[order], person[order])
    tried = cross_validate("centroid", mixed, seed=0)
    [pair] = alike(tried.fitted.centroids, tried.seen)
    assert (pair.one, pair.other) == (3, 4)
    assert pair.similarity > 0.7
    [note] = in_words([pair], mixed.people)
    assert note.startswith("Person 3 and Person 4 look like one person (0.")
    others = without(tried.strangers, [pair])
    assert set(others.person.tolist()) == set(range(13)) - {3, 4}
    assert others.similarity.max() < 0.5 < tried.strangers.similarity.max()
    judged = judge(Data(mixed), HeadSettings("x"), None)
    assert judged.reject is not None
    assert judged.reject.similarity < 0.6
    assert any(one.startswith("Person 3 and Person 4") for one in judged.notes)


def test_different_people_are_not() -> None:
    tried = cross_validate("centroid", references((6,) * 40, noise=1.2), seed=0)
    assert alike(tried.fitted.centroids, tried.seen) == []
    assert without(tried.strangers, []).person is not None


def test_where_everybody_looks_like_one_they_stay() -> None:
    known = references((8,), noise=0.5)
    same = of_vectors(known.vectors, np.repeat([0, 1], 4))
    tried = cross_validate("centroid", same, seed=0)
    pairs = alike(tried.fitted.centroids, tried.seen)
    assert len(pairs) == 1
    assert without(tried.strangers, pairs) is tried.strangers
