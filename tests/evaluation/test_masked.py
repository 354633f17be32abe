"""What masks cost, on faces that are directions: every figure is counted again by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from decision.calibrations import MIXED as PART
from decision.calibrations import calibration
from kith.errors import OptionError, ProtocolError
from kith.evaluation.compare import compare
from kith.evaluation.masked import kinds_of
from kith.evaluation.masked.records import NOT_ASKED, RIGHT, UNKNOWN, WRONG
from kith.evaluation.masked.scoring import AsKith, WholeFace
from kith.evaluation.masked.shapes import masked_shape
from kith.evaluation.masked.shares import share
from kith.evaluation.metrics import at_rates, threshold_at_fmr
from kith.masks import compare as compare_two
from kith.masks.space import MIXED, WORN, MaskedSpace
from kith.types import Mask, MaskState

from .described import CONTRACT, DIMENSION, protocol
from .masked_made import everybody, portrayed, sha256, study, vectors

PEOPLE, EACH = 12, 3
ROUNDING = 1e-6


@pytest.fixture(scope="module")
def whole():
    return everybody(PEOPLE, EACH)


@pytest.fixture(scope="module")
def rows():
    return vectors(PEOPLE, EACH)


def cosine(a, b):
    return np.array(
        [
            -np.inf if x is None or y is None else float(x.embedding @ y.embedding)
            for x, y in zip(a, b, strict=True)
        ],
        np.float32,
    )


def missed(scores, threshold, share):
    """Tell whether this share lies below a threshold, as far as rounding can tell."""
    low, high = (np.mean(scores < threshold + off) for off in (-ROUNDING, ROUNDING))
    return low - 1e-9 <= share <= high + 1e-9


def by_hand(whole, seen, number):
    """Similarities of masked probes: each pair twice, those without a copy left out."""
    copies, bare = seen.copies[number], seen.described.faces
    probe = [*whole.first.tolist(), *whole.second.tolist()]
    other = [*whole.second.tolist(), *whole.first.tolist()]
    kept = [at for at, p in enumerate(probe) if copies.painted[p] or bare[p] is None]
    scores = cosine([copies.faces[probe[at]] for at in kept], [bare[other[at]] for at in kept])
    return scores, np.tile(whole.same, 2)[kept]


def test_rates_at_thresholds_fixed_without_masks_and_fixed_anew(whole, rows):
    seen = portrayed(rows, lost=[4], unpainted=[7], failed=[11])
    result = study(whole, seen).result
    expected = at_rates(compare(whole, seen.described), (0.1, 0.02, 1e-5), rounds=20)
    assert result.bare.held == expected
    assert result.bare.held[2].fnmr.unsupported == "not supported by 594 pairs"
    for number, kind in enumerate(result.kinds):
        scores, same = by_hand(whole, seen, number)
        probe = kind.probe
        assert (probe.pairs, probe.failed) == (len(scores), int(np.isneginf(scores).sum()))
        for point, held, anew in zip(expected, probe.held, probe.fixed, strict=True):
            assert held.asked == point.asked
            assert held.threshold == point.threshold
            if point.threshold is None:
                assert (held.fnmr.value, anew.fnmr.value) == (None, None)
                assert anew.fmr.unsupported == "not supported by 594 pairs"
                continue
            assert missed(scores[~same], point.threshold, 1 - held.fmr.value)
            assert missed(scores[same], point.threshold, held.fnmr.value)
            least = threshold_at_fmr(scores[~same], point.asked)
            assert anew.threshold == pytest.approx(least, abs=ROUNDING)
            assert anew.fmr.value <= point.asked
            assert missed(scores[same], anew.threshold, anew.fnmr.value)
            assert held.fnmr.interval.low <= held.fnmr.value <= held.fnmr.interval.high


def test_a_mask_costs_more_the_more_it_pushes(whole, rows):
    strong, weak = study(whole, portrayed(rows, push=(6.0, 0.5))).result.kinds
    assert strong.drop.drop > weak.drop.drop > 0
    assert strong.probe.fixed[0].fnmr.value > weak.probe.fixed[0].fnmr.value
    assert strong.both.held[0].fmr.value > 0.9  # all are pushed to one side
    assert strong.probe.held[0].fmr.value < strong.both.held[0].fmr.value


def test_given_thresholds(whole, rows):
    seen = portrayed(rows, push=(9.0, 0.5))
    one = calibration(contract=CONTRACT, threshold=0.45)
    result = study(whole, seen, distances=(0.3, 0.6), calibration=one).result
    names = ["distance 0.3", "distance 0.6", "own", "calibrated"]
    assert [at.name for at in result.bare.at] == names
    assert [at.point.threshold for at in result.bare.at] == [0.7, 0.4, 0.5, 0.45]
    assert (result.threshold.pair, result.threshold.origin) == (0.45, "of the calibration")
    assert result.threshold.search == one.threshold_for(PEOPLE)
    scores, same = by_hand(whole, seen, 0)
    for at in result.kinds[0].probe.at:
        matched = scores >= np.float32(at.point.threshold)
        assert at.accuracy == pytest.approx(np.mean(matched == same))
        halves = (np.mean(matched[same]) + np.mean(~matched[~same])) / 2
        assert at.balanced == pytest.approx(halves)
    bare, behind = result.kinds[0].drop.probability
    assert 0 < behind < bare < 1
    other = study(whole, seen, calibration=calibration()).result
    assert [at.name for at in other.bare.at][-1] == "own"
    assert other.kinds[0].drop.probability is None


def test_each_photo_is_searched_without_itself(whole, rows):
    seen = portrayed(rows, push=(0.0, 0.0))
    evaluated = study(whole, seen)
    looked = evaluated.result.looked
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    for at in range(len(rows)):
        own = [other for other in range(at // EACH * EACH, (at // EACH + 1) * EACH) if other != at]
        mean = unit[own].mean(axis=0)
        expected = float(unit[at] @ mean / np.linalg.norm(mean))
        assert looked.own[at] == pytest.approx(expected, abs=1e-5)
    for kind in evaluated.result.kinds:  # a mask that changes nothing
        np.testing.assert_array_equal(kind.looked.answer, looked.answer)
        np.testing.assert_array_equal(kind.looked.own, looked.own)
        assert kind.drop.drop == 0
        assert kind.bare == kind.masked


def test_names_are_right_wrong_or_none(rows):
    whole = everybody(PEOPLE, EACH)
    swapped = rows.copy()
    swapped[0] = rows[3]  # shows somebody else behind the mask
    swapped[1] = -rows[1]  # is like nobody
    seen = portrayed(rows, lost=[2], unpainted=[5], push=(0.0, 0.0))
    masked = portrayed(swapped, lost=[2], unpainted=[5], push=(0.0, 0.0))
    result = study(whole, type(seen)(seen.described, masked.copies)).result
    kind = result.kinds[0]
    assert kind.looked.answer[[0, 1, 2, 5]].tolist() == [WRONG, UNKNOWN, UNKNOWN, NOT_ASKED]
    assert kind.looked.name[[0, 2, 5]].tolist() == [1, -1, -1]
    assert np.isneginf(kind.looked.own[2])
    assert np.isnan(kind.looked.own[5])
    assert (kind.painted, len(kind.lost), len(kind.not_painted)) == (35, 1, 1)
    assert kind.lost_share.value == 1 / 35
    assert kind.masked.right.trials == kind.bare.right.trials == 35
    for names in (kind.bare, kind.masked):
        assert names.right.value + names.wrong.value + names.unknown.value == pytest.approx(1)
    first = kind.people[0]
    assert (first.name, first.photos) == ("person 0", 3)
    assert (first.right, first.wrong, first.unknown) == ((3, 0), (0, 1), (0, 2))
    assert kind.people[1].photos == 2


def test_a_copy_of_a_photo_does_not_help_to_find_it(rows):
    pairs = [(0, 1), (1, 2), (0, 2), (0, 3), (3, 4), (1, 4)]
    whole = protocol([0, 0, 0, 1, 1], pairs)
    digests = [sha256(text) for text in ("one", "one", "two", "three", "four")]
    looked = study(whole, portrayed(rows[:5], digests=digests), rates=(0.9,)).result.looked
    alone = rows[2] / np.linalg.norm(rows[2])
    expected = float(rows[0] @ alone / np.linalg.norm(rows[0]))
    assert looked.own[0] == pytest.approx(expected, abs=1e-5)


def test_who_has_one_photo_is_not_asked_for(rows):
    whole = protocol([0, 0, 1], [(0, 1), (0, 2), (1, 2)], exhaustive=True)
    result = study(whole, portrayed(rows[[0, 1, 5]]), rates=(0.9,)).result
    assert result.looked.answer.tolist() == [RIGHT, RIGHT, NOT_ASKED]
    assert [person.name for person in result.kinds[0].people] == ["person 0"]


def test_strips_show_what_the_mask_parts_first(whole, rows):
    evaluated = study(whole, portrayed(rows, push=(3.0, 0.2), lost=[4]))
    result = evaluated.result
    strips = result.kinds[0].strips
    least = result.threshold.pair
    parted = [one for one in strips if one.masked is None or one.masked < least]
    kept = strips[len(parted) :]
    assert parted
    assert kept
    assert all(one.masked >= least for one in kept)
    assert strips[: len(parted)] == tuple(parted)
    lost = [one for one in parted if one.masked is None]
    assert [one.photo for one in lost] == [4]
    assert lost == parted[-1:]
    assert len({whole.person[one.photo] for one in strips}) > len(strips) / 2
    for one in strips:
        assert whole.person[one.photo] == whole.person[one.reference]
        own = [at for at in np.flatnonzero(whole.person == whole.person[one.photo])
               if at != one.photo]  # fmt: skip
        faces = evaluated.portrayed.described.faces
        similar = {at: float(faces[one.photo].embedding @ faces[at].embedding) for at in own}
        assert one.reference == max(similar, key=similar.__getitem__)
        assert one.bare == pytest.approx(similar[one.reference], abs=1e-6)
        assert one.bare >= least


def test_strips_show_who_is_taken_for_somebody_else(rows):
    whole = everybody(PEOPLE, EACH)
    seen = portrayed(rows, push=(0.0, 0.0))
    swapped = rows.copy()
    swapped[0] = rows[3]
    masked = portrayed(swapped, push=(0.0, 0.0))
    kind = study(whole, type(seen)(seen.described, masked.copies)).result.kinds[0]
    assert {one.photo for one in kind.mistaken} == {0}
    assert {one.reference for one in kind.mistaken} <= {3, 4, 5}


def test_whether_masks_were_told(whole, rows):
    nose, chin = study(whole, portrayed(rows, lost=[0], told=MaskState.WORN)).result.kinds
    assert (nose.told.looked, nose.told.worn, nose.told.right.value) == (35, 35, 1.0)
    assert (chin.told.looked, chin.told.wrong, chin.told.right.value) == (36, 0, 0.0)
    assert nose.told.right.interval.low < 1
    unlooked = study(whole, portrayed(rows)).result
    assert unlooked.told is None
    assert unlooked.kinds[0].told is None


def test_where_nothing_can_be_painted(whole, rows):
    with pytest.raises(ProtocolError, match=r"no face could be painted \(too small\)"):
        study(whole, portrayed(rows, unpainted=range(len(rows))))
    result = study(whole, portrayed(rows, unpainted=range(1, len(rows)))).result
    for kind in result.kinds:
        assert kind.painted == 1
        assert (kind.probe is None, kind.both, kind.masked.right.trials) == (False, None, 1)
    one = study(whole, portrayed(rows, unpainted=range(2, len(rows)), failed=[0]))
    assert one.result.kinds[0].painted == 1
    json.dumps(masked_shape(one, photos=True), allow_nan=False)


def test_no_face_at_all(rows):
    whole = everybody(2, 2)
    with pytest.raises(ProtocolError, match="no face could be painted"):
        study(whole, portrayed(rows[:4], failed=range(4)))


def test_shares_have_intervals_over_people():
    person = np.repeat(np.arange(20), 5).astype(np.int32)
    hit = person < 5
    found = share(hit, person, rounds=500, seed=1)
    assert (found.value, found.trials) == (0.25, 100)
    # Whole people are drawn: as wide as for 20 trials, not for 100.
    assert found.interval.high - found.interval.low > 0.3
    assert share(hit, person, rounds=500, seed=1) == found
    assert share(hit, person, rounds=0, seed=1).interval is None
    assert share(hit[:0], person[:0], rounds=10, seed=0) is None
    never = share(hit & False, person, rounds=10, seed=0)
    assert never.interval.high == pytest.approx(3 / 20)


def test_kinds():
    kinds = kinds_of(("cloth", "kn95", "cloth"), ("nose", "chin"))
    assert [kind.name for kind in kinds] == [
        "cloth, over the nose",
        "cloth, under the chin",
        "kn95, over the nose",
        "kn95, under the chin",
    ]
    assert kinds_of(("random",))[0].name == "random, over the nose"
    with pytest.raises(OptionError, match="tin is no style"):
        kinds_of(("tin",))
    with pytest.raises(OptionError, match="ear is no coverage"):
        kinds_of(("cloth",), ("ear",))
    with pytest.raises(OptionError, match="at least one style"):
        kinds_of(())


@pytest.mark.parametrize("wrong", [-0.1, 2.1, float("nan")])
def test_distances(whole, rows, wrong):
    with pytest.raises(OptionError, match="cosine distance lies between 0 and 2"):
        study(whole, portrayed(rows), distances=(wrong,))


def test_the_shape_is_json_and_whole(whole, rows):
    seen = portrayed(rows, lost=[4], unpainted=[7], failed=[11], told=MaskState.WORN)
    evaluated = study(whole, seen)
    plain = masked_shape(evaluated)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert (plain["photos"], plain["people"], plain["pairs"]) == (36, 12, 630)
    assert plain["comparison"] == "whole face"
    assert plain["failures_to_acquire"] == 1
    assert plain["bare"]["not_supported"] == {"1e-5": "not supported by 594 pairs"}
    [nose, chin] = plain["masked"]
    assert (nose["style"], nose["coverage"]) == ("surgical", "nose")
    assert (nose["painted"], nose["not_painted"], nose["lost"]) == (34, 1, 1)
    assert chin["lost"] == 0
    held = nose["masked_probe"]["threshold_held"]["1e-1"]
    assert held["threshold"] == evaluated.result.bare.held[0].threshold
    assert [at["distance"] for at in nose["masked_probe"]["at"]] == [0.4, 0.5, 0.6, 0.5]
    assert "of_photos" not in plain
    photos = masked_shape(evaluated, photos=True)["of_photos"]
    assert len(photos) == 36
    assert photos[4]["masked"][0]["reason"] == "the masked face is not found"
    assert photos[4]["masked"][0]["answer"] == "unknown"
    assert photos[7]["masked"][0]["painted"] is False
    assert photos[11]["bare"]["answer"] == "unknown"
    assert photos[11]["bare"]["similarity"] is None
    assert photos[0]["name"] == photos[0]["bare"]["closest"] == "person 0"


def test_the_same_twice(whole, rows):
    first, second = (masked_shape(study(whole, portrayed(rows)), photos=True) for _ in range(2))
    for one in (first, second):
        one.pop("seconds")
    assert first == second


def a_space(random):
    """What masks do, drawn: means of three states, two axes."""
    axes, _ = np.linalg.qr(random.normal(size=(DIMENSION, 2)))
    means = {state: (0.1 * random.normal(size=DIMENSION)).astype(np.float32) for state in MaskState}
    return MaskedSpace(
        means=means,
        axes=axes.T.astype(np.float32),
        keep=np.array([0.1, 0.5], np.float32),
        scales={MIXED: (0.05, 0.9), WORN: (-0.02, 1.1)},
    )


def test_as_kith_compares_is_what_kith_says_of_two_faces(whole, rows, random):
    space = a_space(random)
    seen = portrayed(rows, lost=[4], failed=[11], told=MaskState.WORN)
    told = [MaskState.NONE, MaskState.WRONG, None]
    bare = [
        face and replace(face, mask=told[at % 3] and Mask(told[at % 3], 0.8))
        for at, face in enumerate(seen.described.faces)
    ]
    masked = seen.copies[0].faces
    for probes, references in ((masked, bare), (bare, bare), (masked, masked)):
        found = AsKith(space)(probes, references, whole.first, whole.second)
        for at in range(len(found)):
            one, other = probes[whole.first[at]], references[whole.second[at]]
            if one is None or other is None:
                assert np.isneginf(found[at])
            else:
                assert found[at] == pytest.approx(compare_two(one, other, space), abs=1e-5)


def test_searches_as_kith_compares(whole, rows, random):
    space = a_space(random)
    seen = portrayed(rows, told=MaskState.WORN)
    plain, kith = (study(whole, seen, comparison=way) for way in (WholeFace(), AsKith(space)))
    np.testing.assert_array_equal(plain.result.looked.own, kith.result.looked.own)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    for at in (0, 17):
        own = [other for other in range(at // EACH * EACH, (at // EACH + 1) * EACH) if other != at]
        mean = unit[own].mean(axis=0)
        template = (mean / np.linalg.norm(mean)).astype(np.float32)
        probe = seen.copies[0].faces[at].embedding
        one, other = space.project(np.stack([probe, template]), [MaskState.WORN, None])
        expected = space.similarity(float(one @ other), MIXED)
        assert kith.result.kinds[0].looked.own[at] == pytest.approx(expected, abs=1e-5)


def test_thresholds_calibrated_for_masks(whole, rows, random):
    part = replace(PART, threshold=0.3)
    known = calibration(contract=CONTRACT, threshold=0.45, masked=(part,))
    seen = portrayed(rows, told=MaskState.WORN)
    plain, kith = (
        study(whole, seen, comparison=way, calibration=known).result
        for way in (WholeFace(), AsKith(a_space(random)))
    )
    for result, least in ((plain, 0.45), (kith, 0.3)):
        at = {one.name: one.point.threshold for one in result.kinds[0].probe.at}
        assert at["calibrated"] == least
        assert result.bare.at[-1].point.threshold == 0.45
        both = {one.name: one.point.threshold for one in result.kinds[0].both.at}
        assert both["calibrated"] == 0.45  # not measured: goes by faces without masks
        assert result.threshold.masked == least
    assert kith.threshold.masked_search == known.threshold_for(PEOPLE, MIXED)
    assert plain.threshold.masked_search == known.threshold_for(PEOPLE)
