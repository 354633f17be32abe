from __future__ import annotations

import numpy as np
import pytest

from kith.evaluation.calibrate import upper
from kith.evaluation.calibrate.similarities import Impostors, impostors_of, photo_pairs, searches
from kith.evaluation.calibrate.split import Part, parts_of
from kith.evaluation.calibrate.upper import SURE, upper_thresholds
from kith.evaluation.metrics import false_match_rate, threshold_at_fmr
from kith.evaluation.metrics.draws import draws

from .crowds import CONTRACT, crowd, material, mixed, vectors

RATES = (0.2, 0.02, 0.003)


def slowly(impostors: Impostors, rate: float, seed: int, rounds: int) -> list[float]:
    """Return each round's least threshold, trying every score from the top."""
    found = []
    order = np.argsort(-impostors.scores, kind="stable")
    for block in draws(len(impostors.left), rounds, seed):
        for weight in block.astype(np.int64):
            each = weight[impostors.a] * weight[impostors.b]
            matched, threshold = 0, None
            for place in order:
                matched += each[place]
                if matched > rate * each.sum() * (1 + 1e-12):
                    threshold = float(np.nextafter(impostors.scores[place], np.float32(2)))
                    break
            assert threshold is not None
            found.append(threshold)
    return found


def part_of(person: list[int], seed: int = 0) -> Part:
    return parts_of(material(person, seed=seed), seed)[0]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", ["photos", "searches"])
def test_the_definition(rate: float, kind: str) -> None:
    part = part_of(mixed(30))
    impostors = searches(part) if kind == "searches" else impostors_of(part, photo_pairs(part))
    rounds = slowly(impostors, rate, seed=4, rounds=50)
    expected = np.quantile(rounds, SURE, method="higher")
    plain = threshold_at_fmr(impostors.scores, rate)
    assert upper_thresholds(impostors, [rate], seed=4, rounds=50) == [max(expected, plain)]


def test_it_is_never_below_the_plain_threshold() -> None:
    """Not even where all the rounds there are happened to draw people of little likeness."""
    part = part_of(crowd(40, 2))
    impostors = impostors_of(part, photo_pairs(part))
    plain = threshold_at_fmr(impostors.scores, 0.02)
    single = [slowly(impostors, 0.02, seed, rounds=1)[0] for seed in range(12)]
    assert min(single) < plain < max(single)
    for seed, drawn in enumerate(single):
        assert upper_thresholds(impostors, [0.02], seed=seed, rounds=1) == [max(drawn, plain)]


def test_several_rates_at_once_are_those_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    part = part_of(crowd(40, 2))
    impostors = impostors_of(part, photo_pairs(part))
    together = upper_thresholds(impostors, RATES, rounds=60)
    assert together == [upper_thresholds(impostors, [r], rounds=60)[0] for r in RATES]
    assert together == sorted(together)
    monkeypatch.setattr(upper, "_NUMBERS", 1000)  # in small blocks
    monkeypatch.setattr(upper, "_ROOM", 0.1)  # with too few scores at first
    assert upper_thresholds(impostors, RATES, rounds=60) == together


def test_equal_scores_fall_together() -> None:
    count = 12
    first, second = np.triu_indices(count, 1)
    ones = np.ones(count, dtype=np.int64)
    scores = np.where(first < 2, 0.5, 0.25).astype(np.float32)
    same = Impostors(
        scores, first.astype(np.int32), second.astype(np.int32), ones, ones, True, len(scores)
    )
    [threshold] = upper_thresholds(same, [0.05], rounds=30)
    assert threshold == np.nextafter(np.float32(0.5), np.float32(1))


def test_few_people_are_taken_for_less_than_many() -> None:
    """What a rate of 1 % needs, as far as so many people can tell: less and less."""
    found = []
    for people in (60, 200, 800):
        part = part_of(crowd(people, 2), seed=people)
        found += upper_thresholds(impostors_of(part, photo_pairs(part)), [0.01], rounds=300)
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("photos", [1, 3])
def test_the_promise_holds_for_people_who_were_not_there(photos: int) -> None:
    """In about 95 of 100 splits, though the plain threshold keeps it in about half."""
    everybody = vectors(range(4000), seed=9)
    scores = everybody @ everybody.T
    truth = scores[np.triu_indices(4000, 1)]
    kept, plainly = 0, 0
    for seed in range(100):
        part = part_of(crowd(80, photos), seed)
        impostors = impostors_of(part, photo_pairs(part))
        [threshold] = upper_thresholds(impostors, [0.01], seed=seed, rounds=200)
        kept += false_match_rate(truth, threshold) <= 0.01
        plain = threshold_at_fmr(impostors.scores, 0.01)
        plainly += false_match_rate(truth, plain) <= 0.01
    assert kept >= 90
    assert 20 <= plainly <= 80
    assert CONTRACT.dimension == everybody.shape[1]
