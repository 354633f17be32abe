"""After against before."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from kith.errors import InputError
from kith.evaluation import metrics
from kith.training.heldout import HeldOutPairs
from kith.training.verdict import Verdict, headline, judge, verdict_lines, verdict_shape

from .made import held, sides, worlds


def verdict(
    *signals: float,
    people: int = 30,
    each: int = 4,
    random: bool = False,
    seed: int = 0,
    alike: float = 0.6,
    **options: bool,
) -> Verdict:
    vectors = worlds(np.random.default_rng(seed), people, each, signals, alike)
    return judge(
        sides(*vectors, random=random), held(people, each), rounds=300, seed=seed, **options
    )


def test_a_real_gain_is_found() -> None:
    found = verdict(0.5, 1.5)
    assert found.better
    assert not found.worse
    assert found.use == "mine"
    gain = found.gain.accuracy
    assert gain.value == pytest.approx(found.after.accuracy - found.before.accuracy)
    assert gain.interval is not None
    assert 0 < gain.interval.low < gain.value < gain.interval.high
    lines = verdict_lines(found)
    assert lines[0].startswith("Better: ")
    assert "on 30 people it did not learn from" in lines[0]
    assert lines[-1] == "Use mine"
    assert headline(found) == "mine: better than start"


def test_a_loss_is_found() -> None:
    found = verdict(1.5, 0.5)
    assert found.worse
    assert not found.better
    assert found.use == "start"
    assert verdict_lines(found)[0].startswith("Worse: ")
    assert verdict_lines(found)[-1] == "Keep using start"


def test_what_has_not_changed_is_no_gain() -> None:
    vectors = worlds(np.random.default_rng(0), 20, 4, [1.0])[0]
    found = judge(sides(vectors, vectors.copy()), held(20, 4), rounds=100)
    gain = found.gain.accuracy
    assert gain.value == 0
    assert gain.interval is not None
    assert gain.interval.low < 0 < gain.interval.high
    assert not found.better
    assert not found.worse
    assert verdict_lines(found)[0].startswith("No measurable gain: ")
    assert "20 people it did not learn from, as before: 0.00 points" in verdict_lines(found)[0]
    assert verdict_lines(found)[-1] == "Keep using start"


def test_a_gain_inside_its_interval_is_no_gain() -> None:
    found = verdict(1.0, 1.05)
    gain = found.gain.accuracy
    assert gain.interval is not None
    assert gain.value != 0
    assert gain.interval.low < 0 < gain.interval.high
    line = verdict_lines(found)[0]
    assert line.startswith("No measurable gain: ")
    assert line.endswith("may be chance")
    assert verdict_lines(found)[-1] == "Keep using start"


def test_perfect_before_and_after_is_no_certainty() -> None:
    found = verdict(30.0, 30.0)
    assert found.before.accuracy == found.after.accuracy == 1.0
    gain = found.gain.accuracy
    assert gain.interval is not None
    assert gain.interval.low < 0 < gain.interval.high


@pytest.mark.parametrize(
    ("signals", "use", "says"),
    [
        ((0.3, 1.0, 3.0), "sface", "mine is worse than that"),
        ((0.3, 1.5, 0.3), "mine", "mine is better than that"),
        ((0.3, 1.5, 1.5), "sface", "may be chance"),
        ((0.3, 0.3, 1.5), "sface", "mine is worse than that"),
    ],
)
def test_a_yardstick(signals: tuple[float, ...], use: str, says: str) -> None:
    found = verdict(*signals, random=True)
    assert found.use == use
    lines = verdict_lines(found)
    assert any(line.startswith("sface reaches") and says in line for line in lines)
    assert lines[-1] == f"Use {use}"


def test_a_random_start_that_learned_nothing_is_no_model_to_keep() -> None:
    found = verdict(0.5, 0.5, random=True)
    assert found.use is None
    assert verdict_lines(found)[-1].startswith("Nothing it learned shows on other people")


@pytest.mark.parametrize("people", [2, 4])
def test_too_few_people_to_say_anything(people: int) -> None:
    found = verdict(0.1, 30.0, people=people)
    assert found.few
    assert not found.better
    assert found.use == "start"
    assert found.threshold is None
    assert verdict_lines(found)[0].startswith("Too few people held out")
    assert "too few people held out" in headline(found)


def test_failures_count_on_every_side() -> None:
    vectors = worlds(np.random.default_rng(0), 20, 4, [0.5, 3.0])
    whole = judge(sides(*vectors), held(20, 4), rounds=100)
    found = judge(sides(*vectors), held(20, 4, failed=range(0, 20, 2)), rounds=100)
    assert found.failures == 10
    assert found.photos == 90
    assert [len(one.evaluated.result.failures) for one in found.sides] == [10, 10]
    for side, other in zip(found.sides, whole.sides, strict=True):
        assert side.accuracy < other.accuracy
        assert side.interval is not None
        assert side.interval.low <= side.accuracy <= side.interval.high
    assert found.better
    assert any("10 photos without a usable face" in line for line in verdict_lines(found))


def test_a_network_that_has_collapsed_or_broken_is_worse() -> None:
    before = worlds(np.random.default_rng(0), 20, 4, [1.5])[0]
    for value in (0.125, 0.0, np.nan):
        after = np.full_like(before, value)
        found = judge(sides(before, after), held(20, 4), rounds=100)
        assert found.after.accuracy == 0.5
        assert found.worse
        assert found.threshold is None
        json.dumps(verdict_shape(found), allow_nan=False)


def test_the_accuracy_is_that_of_the_epochs() -> None:
    vectors = worlds(np.random.default_rng(0), 25, 4, [0.5, 1.0])
    photos = held(25, 4)
    found = judge(sides(*vectors), photos, rounds=0, seed=5)
    epoch = HeldOutPairs(photos.person, seed=5).measure(vectors[1])
    assert found.after.accuracy == pytest.approx(epoch.accuracy)
    assert found.after.auc.value == pytest.approx(epoch.auc)
    assert found.fmr == epoch.fmr
    missed = found.after.missed(found.fmr)
    assert missed is not None
    assert missed.value == pytest.approx(1 - epoch.tar)
    assert found.gain.accuracy.interval is None
    assert not found.better


def test_the_card_gets_a_threshold_that_keeps_to_its_rate() -> None:
    found = verdict(0.5, 2.0)
    threshold = found.threshold
    assert threshold is not None
    assert threshold.fmr == 1e-3
    impostor = found.after.evaluated.comparisons.impostor
    assert metrics.false_match_rate(impostor, threshold.similarity) <= 1e-3
    assert threshold.interval is not None
    assert threshold.interval[0] <= 1e-3 <= threshold.interval[1]
    assert "30 people held out" in threshold.provenance
    fewer = verdict(0.5, 2.0, people=7).threshold
    assert fewer is not None
    assert fewer.fmr == 1e-2
    assert verdict(0.5, 2.0, people=5, each=2).threshold is None  # 40 pairs of two people


def test_who_chose_the_epoch_is_no_judge_of_it() -> None:
    assert any(
        "a little too good" in line for line in verdict_lines(verdict(0.5, 1.5, apart=False))
    )
    assert not any("a little too good" in line for line in verdict_lines(verdict(0.5, 1.5)))


def test_another_figure_that_says_the_contrary_is_named() -> None:
    found = verdict(1.0, 1.0)
    fmr = found.fmr
    assert fmr is not None
    differences = found.gain.differences
    tar = differences.tar[fmr]
    down = replace(tar, value=-0.2, interval=replace(tar.interval, low=-0.3, high=-0.1))
    gain = replace(found.gain, differences=replace(differences, tar={fmr: down}))
    lines = verdict_lines(replace(found, gain=gain))
    assert any(line.startswith("But at a false match rate of 0.1") for line in lines)


def test_json_has_everything_and_no_numbers_that_are_none() -> None:
    shape = json.loads(json.dumps(verdict_shape(verdict(0.5, 1.5, 3.0)), allow_nan=False))
    assert [one["role"] for one in shape["sides"]] == ["before", "after", "yardstick"]
    assert {"better", "worse", "too_few", "use", "says", "gain", "against", "threshold"} < set(
        shape
    )
    assert set(shape["gain"]) == {"accuracy", "tar", "auc", "eer", "intervals"}
    low, high = shape["gain"]["intervals"]["accuracy"]
    assert low <= shape["gain"]["accuracy"] <= high
    for side in shape["sides"]:
        for name in ("accuracy", "tar", "auc", "eer"):
            low, high = side["intervals"][name]
            assert low <= side[name] <= high


def test_names_of_any_text_stay_on_one_line() -> None:
    vectors = worlds(np.random.default_rng(0), 8, 3, [0.5, 0.6])
    one, two = sides(*vectors)
    found = judge([replace(one, name="a\nb\x1b[31m"), two], held(8, 3), rounds=50)
    assert not any("\n" in line or "\x1b" in line for line in verdict_lines(found))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("alone", "two networks or more"),
        ("twice", "each with a name of its own"),
        ("short", "80 vectors are needed"),
        ("digests", "equally long"),
        ("one person", "two or more"),
    ],
)
def test_what_cannot_be_judged(change: str, message: str) -> None:
    vectors = worlds(np.random.default_rng(0), 20, 4, [0.5, 1.0])
    chosen, photos = sides(*vectors), held(20, 4)
    if change == "alone":
        chosen = chosen[:1]
    elif change == "twice":
        chosen = [chosen[0], chosen[0]]
    elif change == "short":
        chosen[1] = replace(chosen[1], vectors=chosen[1].vectors[1:])
    elif change == "digests":
        photos = replace(photos, digests=photos.digests[1:])
    else:
        photos = replace(photos, person=np.zeros_like(photos.person))
    with pytest.raises(InputError, match=message):
        judge(chosen, photos, rounds=10)


def test_one_point_for_everybody_is_worse_however_few_they_are() -> None:
    """It is at chance in every round, which is no lack of people."""
    good, *_ = worlds(np.random.default_rng(0), 6, 5, [30.0])
    point = np.zeros_like(good)
    point[:, 0] = 1
    found = judge(sides(good, point), held(6, 5), rounds=100)
    assert found.after.accuracy == 0.5
    assert found.worse
