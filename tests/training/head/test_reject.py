"""From which similarity on there is a name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kith.evaluation.metrics import threshold_at_fpir
from kith.models.card import Threshold
from kith.training.head.reject import again, choose, raised, upper

from .made import strangers

pytest.importorskip("sklearn", reason="needs the extra kith[train]")

CARD = Threshold(0.368, 1e-3, "measured")
FEW = strangers(np.linspace(0, 0.3, 20))


def test_enough_strangers_are_measured_on() -> None:
    random = np.random.default_rng(0)
    given = strangers(random.normal(0.1, 0.1, 400))
    found = choose(5, 0.01, CARD, FEW, given)
    assert (found.how, found.trials, found.least) == ("strangers", 400, None)
    assert found.similarity >= threshold_at_fpir(given.similarity, 0.01)
    assert "400 strangers" in found.says
    assert "at most 1 % of" in found.says


def test_photos_of_one_stranger_are_one_trial() -> None:
    random = np.random.default_rng(0)
    given = strangers(random.normal(0.1, 0.1, 4000), np.arange(4000) % 40)
    assert choose(5, 0.01, CARD, FEW, given).how == "threshold"


def test_known_people_stand_in_for_strangers_where_they_are_enough() -> None:
    random = np.random.default_rng(1)
    known = replace(strangers(random.normal(0.1, 0.1, 300)), source="leave-one-person-out")
    found = choose(300, 0.01, CARD, known)
    assert (found.how, found.trials) == ("leave-one-person-out", 300)


def test_a_promise_holds_for_strangers_who_were_not_there() -> None:
    random = np.random.default_rng(2)
    everybody = random.normal(size=(20_000, 1)) * 0.08 + random.normal(size=(20_000, 3)) * 0.05
    broken = 0
    for _ in range(60):
        some = random.choice(len(everybody), 400, replace=False)
        limit = upper(
            everybody[some].ravel().astype(np.float32),
            np.repeat(np.arange(400), 3).astype(np.int32),
            0.02,
            seed=0,
        )
        broken += float((everybody >= limit).mean()) > 0.02
    assert broken <= 8  # 5 % of 60, and luck


def test_too_few_leave_it_to_the_embedders_threshold() -> None:
    found = choose(5, 0.01, CARD, FEW)
    assert (found.how, found.trials, found.similarity) == ("threshold", 0, 0.368)
    more = choose(200, 0.01, CARD, FEW)
    assert more.similarity > 0.45
    assert "200 people" in more.says
    # 1 − 0.99^(1/200) = 5.02e-5; the normal tail at 3.09 deviations falls by e every 0.0385.
    expected = 0.368 + 0.368 / 3.0902**2 * np.log(1e-3 / 5.025e-5)
    assert more.similarity == pytest.approx(expected, abs=1e-4)


def test_templates_of_several_photos_are_allowed_for() -> None:
    one, many = raised(5, 0.01, CARD, 1), raised(5, 0.01, CARD, 1e9)
    assert one == 0.368
    assert many == pytest.approx(0.368 * 1.08)
    assert raised(5, 0.01, Threshold(0.3, None, "traditional"), 1) is None


def test_few_strangers_still_raise_it() -> None:
    given = strangers(np.array([0.1, 0.2, 0.55]))
    found = choose(5, 0.01, CARD, FEW, given)
    assert found.similarity == pytest.approx(0.55, abs=1e-6)
    assert found.similarity > np.float32(0.55)
    assert "above the strangers given" in found.says
    assert again(found, strangers(np.array([0.1])), 0.01, 0) == 0.368
    assert again(found, strangers(np.array([0.6])), 0.01, 0) > 0.6 - 1e-6


def test_without_a_threshold_it_comes_from_the_people_themselves() -> None:
    random = np.random.default_rng(3)
    own = strangers(random.normal(0.2, 0.1, 50))
    found = choose(10, 0.01, None, own)
    assert found.how == "spread"
    assert 0.45 < found.similarity < 0.6  # 0.2 and 3.1 deviations
