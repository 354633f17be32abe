"""Out of fold: a head is judged on what it has not seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.evaluation.records import FAILED
from kith.training.head import measure
from kith.training.head.figures import Limits, figures, share_of
from kith.training.head.fit import fit
from kith.training.head.folds import ALONE, deal, judged
from kith.training.head.measure import cross_validate, seen_by, strangers_to
from kith.training.head.records import KINDS, Seen

from .made import of_vectors, references, strangers

pytest.importorskip("sklearn", reason="needs the extra kith[train]")


def close(a: np.ndarray, b: np.ndarray) -> None:
    np.testing.assert_allclose(a, b, atol=1e-6)  # sums of other sizes round in another way


@given(st.lists(st.integers(1, 12), min_size=2, max_size=12), st.integers(0, 5))
def test_everybody_is_learned_from_in_every_part(photos: list[int], seed: int) -> None:
    person = np.repeat(np.arange(len(photos)), photos).astype(np.int32)
    if max(photos) < 2:
        return
    fold = deal(person, seed)
    for one, count in enumerate(photos):
        own = fold[person == one]
        assert (own == ALONE).all() == (count == 1)
        for part in range(fold.max() + 1):
            assert (own != part).any()
            assert np.count_nonzero(own == part) <= -(-count // (fold.max() + 1))
    np.testing.assert_array_equal(fold, deal(person, seed))


def test_of_many_photos_one_part_is_judged() -> None:
    fold = deal(np.repeat(np.arange(500), 20).astype(np.int32), 0)
    assert judged(fold, 500, 128) == [0]
    assert len(judged(deal(np.repeat([0, 1], 5).astype(np.int32), 0), 2, 128)) == 5


def test_a_photo_is_a_stranger_to_the_others_as_if_its_person_had_never_been_known() -> None:
    known = references((5, 4, 6, 5), noise=2.0)
    tried = cross_validate("centroid", known, seed=3)
    fold = deal(known.person, 3)
    expected = []
    for part in range(fold.max() + 1):
        for row in np.flatnonzero(fold == part):
            others = (fold != part) & (known.person != known.person[row])
            some = np.unique(known.person[others])
            renumbered = np.searchsorted(some, known.person[others])
            head = fit("centroid", of_vectors(known.vectors[others], renumbered))
            found = strangers_to(
                head, known.vectors[row : row + 1], np.ones(1, bool), np.zeros(1, np.int32)
            )
            expected.append((found.similarity[0], found.template[0]))
    similarity, template = np.array(expected).T
    np.testing.assert_allclose(tried.strangers.similarity, similarity, atol=1e-6)
    np.testing.assert_allclose(tried.strangers.template, template, atol=1e-6)


@pytest.mark.parametrize("kind", ["softmax", "svm"])
def test_the_other_kinds_take_strangers_for_nearly_the_same_people(kind: str) -> None:
    known = references((6,) * 12, noise=1.5)
    tried = cross_validate(kind, known, seed=0)
    apart = []
    for one in range(12):
        others = known.person != one
        head = fit(
            kind, of_vectors(known.vectors[others], np.unique(known.person[others], False, True)[1])
        )
        mine = known.vectors[~others]
        found = strangers_to(head, mine, np.ones(6, bool), np.zeros(6, np.int32))
        apart.append(
            found.similarity.mean()
            - tried.strangers.similarity[tried.strangers.person == one].mean()
        )
    assert abs(np.mean(apart)) < 0.02


@pytest.mark.parametrize("kind", KINDS)
def test_what_no_head_has_seen_is_hard(kind: str) -> None:
    """Noise without people cannot be told apart; a head judged on what it knows would say so."""
    random = np.random.default_rng(0)
    noise = random.normal(size=(200, 64))
    vectors = (noise / np.linalg.norm(noise, axis=1, keepdims=True)).astype(np.float32)
    known = of_vectors(vectors, np.repeat(np.arange(10), 20))
    tried = cross_validate(kind, known, seed=0)
    assert (tried.seen.rank == 1).mean() < 0.25
    assert tried.scores.shape == (200, 10)


@pytest.mark.parametrize("kind", KINDS)
def test_in_small_chunks_it_is_the_same(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = references((5, 7, 6, 4), noise=2.0)
    whole = cross_validate(kind, known, seed=0)
    there = np.arange(12) != 4
    seen = seen_by(whole.fitted, known.vectors[:11], there, known.person[:12])
    others = strangers_to(whole.fitted, known.vectors[:11], there, known.person[:12])
    monkeypatch.setattr(measure, "_NUMBERS", 12)  # three photos at a time
    small = cross_validate(kind, known, seed=0)
    for name in ("person", "similarity", "rank", "template_rank"):
        close(getattr(small.seen, name), getattr(whole.seen, name))
        again = seen_by(whole.fitted, known.vectors[:11], there, known.person[:12])
        close(getattr(again, name), getattr(seen, name))
    close(small.strangers.template, whole.strangers.template)
    same = strangers_to(whole.fitted, known.vectors[:11], there, known.person[:12])
    close(same.similarity, others.similarity)
    assert small.scores.shape == (3, 4)  # as many as are kept, with whose they are
    for row, who in zip(small.scores, small.person, strict=True):
        [place] = np.flatnonzero(np.isclose(whole.scores, row, atol=1e-5).all(axis=1))
        assert whole.person[place] == who


def test_a_photo_without_a_face_is_missed_and_a_stranger_without_one_is_not_named() -> None:
    known = references((4, 4))
    head = fit("softmax", known)
    there = np.array([True, False])
    seen = seen_by(head, known.vectors[:1], there, np.zeros(2, np.int32))
    assert seen.rank.tolist() == [1, 0]
    assert seen.similarity[1] == FAILED
    others = strangers_to(head, known.vectors[:1], there, np.arange(2, dtype=np.int32))
    found = figures(seen, others, Limits(0.2, 0.2))
    assert found.accuracy.value == found.found.value == 0.5
    assert found.fpir is not None
    assert found.fpir.value == 0.5
    always = figures(seen, others, Limits(None, None))
    assert (always.accuracy.value, always.found.value, always.fpir) == (0.5, 0.5, None)


def test_strangers_are_judged_at_a_limit_that_they_had_no_part_in() -> None:
    seen = Seen(
        np.zeros(3, np.int32),
        np.full(3, 0.9, np.float32),
        np.ones(3, np.int32),
        np.ones(3, np.int32),
    )
    scores = np.linspace(0, 0.5, 100)

    def highest(part: object) -> Limits:
        limit = float(part.similarity.max()) + 1e-3
        return Limits(limit, limit)

    alike = strangers(scores, np.arange(100))
    told = figures(seen, alike, highest(alike))
    honest = figures(seen, alike, highest(alike), again=highest)
    assert told.fpir is not None
    assert honest.fpir is not None
    assert told.fpir.value == 0
    assert honest.fpir.value > 0


def test_intervals_and_gains() -> None:
    assert share_of(25, 25).low == pytest.approx(0.8668, abs=1e-4)  # Wilson's, from tables
    assert share_of(25, 25).high == 1.0
    assert share_of(0, 10).high == pytest.approx(0.2775, abs=1e-4)
    person = np.zeros(40, np.int32)
    near = np.full(40, 0.8, np.float32)
    right, wrong = np.ones(40, np.int32), np.r_[np.full(20, 2), np.ones(20)].astype(np.int32)
    better = figures(Seen(person, near, right, wrong), None, Limits(0.5, 0.5))
    assert better.gain == 0.5
    assert better.gain_low > 0.3
    assert better.better
    same = figures(Seen(person, near, right, right), None, Limits(0.5, 0.5))
    assert (same.gain, same.better) == (0.0, False)
