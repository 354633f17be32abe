"""Probabilities that can be believed."""

from __future__ import annotations

import numpy as np
import pytest

from kith.training.head.calibrate import BINS, calibrate, probabilities

pytest.importorskip("sklearn", reason="needs the extra kith[train]")


def test_a_temperature_that_is_known_is_found_again() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(size=(40_000, 5)).astype(np.float32)
    said = probabilities(scores, 2.5)
    person = (random.random((len(said), 1)) > said.cumsum(axis=1)).sum(axis=1).astype(np.int32)
    found = calibrate(scores, person)
    assert found.sharpness == pytest.approx(2.5, rel=0.03)
    assert found.error < 0.01


@pytest.mark.parametrize(("people", "each"), [(2, 5), (5, 5), (3, 40)])
def test_of_few_photos_nothing_surer_is_said_than_they_can_show(people: int, each: int) -> None:
    person = np.repeat(np.arange(people), each).astype(np.int32)
    scores = np.where(np.arange(people) == person[:, None], 1.0, 0.0).astype(np.float32)
    found = calibrate(scores, person)  # every photo is right, by far
    photos = people * each
    assert found.confidence == pytest.approx((photos + 1) / (photos + 2), abs=2e-3)
    assert found.error == pytest.approx(1 - found.confidence, abs=1e-6)


def test_where_scores_say_nothing_no_probability_is_high() -> None:
    random = np.random.default_rng(1)
    scores = random.normal(size=(3000, 4)).astype(np.float32)
    found = calibrate(scores, random.integers(4, size=3000).astype(np.int32))
    assert found.confidence < 0.35


def test_what_is_measured_against_a_slow_count() -> None:
    random = np.random.default_rng(2)
    person = np.repeat(np.arange(3), 20).astype(np.int32)
    scores = random.normal(size=(60, 3)).astype(np.float32)
    scores[np.arange(60), person] += 1
    found = calibrate(scores, person)
    said = probabilities(scores, found.sharpness)
    brier = error = 0.0
    for row, who in zip(said, person, strict=True):
        brier += sum((share - (one == who)) ** 2 for one, share in enumerate(row)) / 60
    for bin_ in range(BINS):
        inside = [i for i in range(60) if bin_ <= said[i].max() * BINS < bin_ + 1]
        gap = sum(said[i].max() - (said[i].argmax() == person[i]) for i in inside)
        error += abs(gap) / 60
    assert found.brier == pytest.approx(brier)
    assert found.error == pytest.approx(error)
    assert (found.photos, said.shape) == (60, (60, 3))
    np.testing.assert_allclose(said.sum(axis=1), 1)


def test_each_person_weighs_the_same() -> None:
    scores = np.array([[1, 0]] * 50 + [[1, 0]] * 2, np.float32)  # the second is never seen
    person = np.repeat([0, 1], [50, 2]).astype(np.int32)
    found = calibrate(scores, person)
    assert found.confidence == pytest.approx(0.5, abs=0.02)
