from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.models import CARDS
from kith.quality import confidence

KNOWN = [card for card in CARDS.values() if card.confidence]


def test_the_default_networks_are_known() -> None:
    assert {"yunet", "mtcnn", "scrfd-500m", "sface"} <= {card.id for card in KNOWN}


@pytest.mark.parametrize("card", KNOWN, ids=lambda card: card.id)
def test_both_numbers_rise_to_one(card) -> None:
    numbers, says = zip(*card.confidence, strict=True)
    for values in (numbers, says):
        assert all(a < b for a, b in pairwise(values))
    assert (says[0], says[-1]) == (0.0, 1.0)
    for number, word in card.confidence:
        assert confidence(card, number) == pytest.approx(word)
    assert confidence(card, numbers[0] - 1) == 0.0
    assert confidence(card, numbers[-1] + 1) == 1.0


@given(st.floats(0, 20), st.floats(0, 20))
def test_a_longer_vector_never_says_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    card = CARDS["sface"]
    assert confidence(card, low) <= confidence(card, high)  # type: ignore[operator]


def test_half_way() -> None:
    assert confidence(CARDS["sface"], 8.6) == pytest.approx(0.45)
    assert confidence(CARDS["yunet"], 0.69) == pytest.approx(0.2)


def test_what_nobody_measured_is_not_guessed() -> None:
    assert confidence(CARDS["edgeface-s"], 2.5) is None
    assert confidence(CARDS["sface"], None) is None
