from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.decision import decide
from kith.decision.curves import probabilities
from kith.errors import ContractMismatch, OptionError
from kith.types import EmbeddingContract

from .calibrations import CALIBRATION, CONTRACT, MIXED, calibration
from .faces import face, people


def needed(fpir: float, people: int) -> float:
    """Return the FMR at which 1 − (1 − FMR)^N is the FPIR, by halving."""
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if 1 - (1 - middle) ** people < fpir else (low, middle)
    return low


@pytest.mark.parametrize("people", [1, 2, 3, 10, 29])
def test_a_search_needs_what_its_rate_says(people: int) -> None:
    rate = needed(3e-3, people)
    assert 1e-4 < rate <= 3e-3
    if rate > 1e-3:
        share = (math.log(rate) - math.log(1e-2)) / (math.log(1e-3) - math.log(1e-2))
        between = 0.3 + share * (0.42 - 0.3)
    else:
        share = (math.log(rate) - math.log(1e-3)) / (math.log(1e-4) - math.log(1e-3))
        between = 0.42 + share * (0.5 - 0.42)
    assert CALIBRATION.threshold_for(people) == pytest.approx(max(0.4, between), abs=1e-9)
    assert not CALIBRATION.promise(people).extrapolated


@pytest.mark.parametrize("people", [31, 100, 10_000])
def test_beyond_what_was_measured_the_tail_is_exponential(people: int) -> None:
    rate = needed(3e-3, people)
    expected = 0.5 + 0.03 * math.log(1e-4 / rate)
    assert CALIBRATION.threshold_for(people) == pytest.approx(expected, abs=1e-5)
    assert CALIBRATION.promise(people).extrapolated
    # The rate falls by e for every 0.03 of similarity: put in again, it gives the promised FPIR.
    fmr = 1e-4 * math.exp(-(expected - 0.5) / 0.03)
    assert 1 - (1 - fmr) ** people == pytest.approx(3e-3, rel=1e-3)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_people_need_no_less(a: int, b: int) -> None:
    few, many = sorted((a, b))
    assert 0.4 <= CALIBRATION.threshold_for(few) <= CALIBRATION.threshold_for(many) <= 1.0


def test_nobody_can_match_above_one_hundred_percent() -> None:
    assert calibration(scale=5.0).threshold_for(10**6) == 1.0


def test_the_threshold_of_two_photos_is_the_least() -> None:
    high = calibration(threshold=0.9)
    assert high.threshold_for(5) == high.threshold_for(1000) == 0.9
    assert not high.promise(1000).extrapolated  # it is the measured one that counts
    assert CALIBRATION.threshold_for(0) == 0.4


def test_a_single_knot_is_enough() -> None:
    one = calibration(tail=((1e-2, 0.3),))
    assert one.threshold_for(1) > 0.3
    assert one.promise(1000).extrapolated


def test_what_is_promised() -> None:
    one, many = CALIBRATION.promise(), CALIBRATION.promise(20)
    assert (one.fmr, one.fpir, one.gallery, one.extrapolated) == (1e-3, None, None, False)
    assert (many.fmr, many.fpir, many.gallery) == (1e-3, 3e-3, 20)
    assert {one.people, many.people} == {400}
    assert one.fingerprint == CALIBRATION.fingerprint


@pytest.mark.parametrize(
    ("similarity", "template", "probability"),
    [
        (-1.0, False, 0.01),
        (0.1, False, 0.01),
        (0.4, False, 0.5),
        (0.6, False, 0.99),
        (1.0, False, 0.99),
        (0.2, True, 0.02),
        (0.5, True, 0.9),
    ],
)
def test_probabilities_at_the_points(similarity: float, template: bool, probability: float) -> None:
    found = CALIBRATION.probability(similarity, template=template)
    assert found == pytest.approx(probability)


def test_between_the_points_the_odds_are_geometric() -> None:
    found = CALIBRATION.probability(0.5)
    assert found / (1 - found) == pytest.approx(math.sqrt(1.0 * 99.0))


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=20))
def test_probabilities_never_fall(similarities: list[float]) -> None:
    found = probabilities(CALIBRATION.pair_odds, np.array(sorted(similarities)))
    assert (np.diff(found) >= 0).all()
    assert ((found > 0) & (found < 1)).all()


def test_pairs_with_a_mask_go_by_their_own_numbers() -> None:
    both = calibration(masked=(MIXED,))
    assert both.threshold_for(0, "none/worn") == 0.45
    for size in (1, 10, 29):
        bare, masked = both.threshold_for(size), both.threshold_for(size, "none/worn")
        assert bare == CALIBRATION.threshold_for(size)
        assert masked == calibration(
            threshold=0.45, tail=MIXED.tail, scale=MIXED.scale
        ).threshold_for(size)
        assert masked > bare
    assert both.probability(0.5, pair="none/worn") == pytest.approx(0.5)
    assert both.probability(0.6, template=True, pair="none/worn") == pytest.approx(0.8)
    assert both.probability(0.4) == pytest.approx(0.5)
    beyond = both.promise(100, "none/worn")
    assert (beyond.fmr, beyond.gallery, beyond.extrapolated) == (1e-3, 100, True)


@pytest.mark.parametrize("pair", ["worn/worn", "none/none", None])
def test_what_was_not_measured_goes_by_faces_without_masks(pair: str | None) -> None:
    both = calibration(masked=(MIXED,))
    for size in (0, 1, 20, 1000):
        assert both.threshold_for(size, pair) == CALIBRATION.threshold_for(size)
    assert both.promise(1000, pair) == CALIBRATION.promise(1000)
    assert both.probability(0.45, pair=pair) == CALIBRATION.probability(0.45)


def test_there_are_no_other_pairs() -> None:
    with pytest.raises(OptionError, match="worn/none is no pair; there are none/none, none/worn"):
        CALIBRATION.threshold_for(1, "worn/none")


def test_similarities_of_masked_faces_may_pass_one() -> None:
    steep = calibration(masked=(dataclasses.replace(MIXED, scale=0.5),))
    assert steep.threshold_for(100, "none/worn") > 1.0


def test_another_embedding_needs_another_calibration() -> None:
    CALIBRATION.require(CONTRACT)
    other = EmbeddingContract("tiny", "ef" * 32, "five-points", 1, 32)
    with pytest.raises(ContractMismatch, match=r"weights_sha256: ab.*calibrate again") as caught:
        CALIBRATION.require(other)
    assert "\n" not in str(caught.value)


def test_a_decision_says_how_probable_its_best_candidate_is() -> None:
    promise = CALIBRATION.promise(3)
    answer = decide(face(), people(0.5, 0.2), 0.4, calibration=CALIBRATION, promise=promise)
    assert (answer.probability, answer.calibration) == (pytest.approx(0.9), promise)
    nobody = decide(face(), [], 0.4, calibration=CALIBRATION, promise=promise)
    assert (nobody.probability, nobody.calibration) == (None, promise)
    plain = decide(face(), people(0.5), 0.4)
    assert (plain.probability, plain.calibration) == (None, None)
