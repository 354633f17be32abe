from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.decision.spaces import stamp
from kith.evaluation.calibrate.masked import Sides
from kith.evaluation.calibrate.measure import measure
from kith.evaluation.calibrate.similarities import impostors_of
from kith.evaluation.calibrate.split import parts_of
from kith.evaluation.calibrate.task import Task
from kith.evaluation.calibrate.upper import upper_thresholds
from kith.evaluation.metrics import false_match_rate, false_non_match_rate
from kith.gallery.templates import template
from kith.types import MaskState

from .crowds import CONTRACT, crowd, material, mixed, vectors
from .veiled import SPACE, covered, veiled, worn

if TYPE_CHECKING:
    from kith.evaluation.calibrate.material import Material
    from kith.evaluation.calibrate.split import Part
    from kith.masks import MaskedSpace

TASK = Task(CONTRACT, "yunet", 1e-2, 3e-3, 0, SPACE)
Face = tuple[int, str, np.ndarray, bool, MaskState | None]


def faces(part: Part) -> list[Face]:
    return list(
        zip(part.person, part.digests, part.vectors, part.acquired, part.states, strict=True)
    )


def similar(a: Face, b: Face, pair: str, space: MaskedSpace | None) -> float:
    if space is None:
        return float(a[2] @ b[2])
    one, other = (space.project(face[2][None], [face[4]])[0] for face in (a, b))
    return float(space.similarity(float(one @ other), pair))


def slowly(part: Part, pair: str, space: MaskedSpace | None) -> tuple[list[float], list[float]]:
    """Compare every two photos of a pair of states: of one person, and of two."""
    assert part.worn is not None
    masked, bare = faces(part.worn), faces(part)
    couples = (
        [(a, b) for a in masked for b in bare]
        if pair == "none/worn"
        else [(a, b) for at, a in enumerate(masked) for b in masked[at + 1 :]]
    )
    genuine, impostor = [], []
    for a, b in couples:
        if a[1] == b[1]:
            continue  # a photo and its own copy
        if a[3] and b[3]:
            (genuine if a[0] == b[0] else impostor).append(similar(a, b, pair, space))
        elif a[0] == b[0]:
            genuine.append(-np.inf)
    return genuine, impostor


@pytest.mark.parametrize("pair", ["none/worn", "worn/worn"])
@pytest.mark.parametrize("space", [SPACE, None])
def test_every_pair_of_states_is_compared_as_it_will_be(
    pair: str, space: MaskedSpace | None
) -> None:
    part = parts_of(covered(mixed(24), failed=[3, 20], lost=[2, 5, 9]), 0)[0]
    sides = Sides.of(part, pair, space)
    found = sides.compared()
    genuine, impostor = slowly(part, pair, space)
    assert np.isneginf(genuine).any()
    assert np.sort(found.genuine) == pytest.approx(np.sort(genuine), abs=1e-5)
    assert np.sort(found.impostor) == pytest.approx(np.sort(impostor), abs=1e-5)
    seen = sides.seen(found)
    for each in (seen.impostors, seen.strangers):
        weight = each.left.sum() * each.right.sum() - (each.left * each.right).sum()
        assert len(each.scores) == weight / (2 if each.halves else 1)
        met = {tuple(sorted(couple)) for couple in zip(each.a, each.b, strict=True)}
        assert len(met) == each.pairs
    assert sides.met(found) == seen.impostors.pairs


def test_a_face_is_never_part_of_the_template_it_is_compared_with() -> None:
    part = parts_of(covered(crowd(12, 3), lost=[4]), 0)[0]
    assert part.worn is not None
    bare = faces(part)
    expected = []
    for probe in faces(part.worn):
        rest = [one for one in bare if one[0] == probe[0] and one[1] != probe[1]]
        if probe[3] and rest:
            rows = SPACE.project(np.stack([one[2] for one in rest]), [None] * len(rest))
            quality = [part.quality[part.digests.index(one[1])] for one in rest]
            [masked] = SPACE.project(probe[2][None], [probe[4]])
            own = float(masked @ template(rows, quality).vector)
            expected.append(SPACE.similarity(own, "none/worn"))
    sides = Sides.of(part, "none/worn", SPACE)
    found = np.sort(sides.seen(sides.compared()).own)
    assert found == pytest.approx(np.sort(expected), abs=1e-5)


def test_chosen_on_one_part_and_measured_both_ways_on_the_other() -> None:
    photos = covered(mixed(120), lost=[3, 50])
    found = measure(photos, TASK).calibration
    choosing, measuring, _ = parts_of(photos, 0)
    assert [one.pair for one in found.masked] == ["none/worn", "worn/worn"]
    for one in found.masked:
        here, there = (Sides.of(part, one.pair, SPACE) for part in (choosing, measuring))
        seen, held = here.compared(), there.compared()
        impostors = impostors_of(here.probes, seen, here.others)
        assert [one.threshold] == upper_thresholds(impostors, [1e-2])
        assert one.measured_fmr.value == false_match_rate(held.impostor, one.threshold)
        assert one.measured_fnmr.value == false_non_match_rate(held.genuine, one.threshold)
        assert one.held_fmr.value == false_match_rate(held.impostor, found.threshold)
        assert one.held_fnmr.value == false_non_match_rate(held.genuine, found.threshold)
        for rate in (one.measured_fmr, one.measured_fnmr, one.held_fmr, one.held_fnmr):
            assert rate.low <= rate.value <= rate.high
        assert one.measured_fnmr.trials == len(held.genuine)
        assert (one.people, one.photos, one.painted) == (120, 240, 240)
        assert (one.pairs, one.rough) == (60 * 59 // 2, True)
        assert one.space == stamp(SPACE)
        assert found.threshold_for(0, one.pair) == one.threshold
        assert found.threshold_for(1000, one.pair) > one.threshold
        assert found.probability(0.9, pair=one.pair) > 0.9


def test_masks_change_nothing_for_faces_without() -> None:
    person = mixed(60)
    plain = measure(material(person), TASK).calibration
    both = measure(covered(person), TASK).calibration
    assert both.masked
    assert replace(both, masked=(), created=plain.created) == plain


def test_the_same_photos_and_seed_give_the_same() -> None:
    one, two = (measure(covered(mixed(60)), TASK).calibration for _ in range(2))
    assert one.masked == two.masked
    other = measure(covered(mixed(60)), replace(TASK, seed=5)).calibration
    assert one.masked != other.masked


def test_the_order_of_photos_does_not_matter() -> None:
    photos = covered(mixed(60), lost=[7])
    copies = photos.copies
    assert copies is not None
    order = np.random.default_rng(5).permutation(len(copies.of))
    shuffled = replace(
        photos,
        copies=replace(
            copies,
            of=copies.of[order],
            acquired=copies.acquired[order],
            vectors=copies.vectors[order],
            states=tuple(copies.states[at] for at in order),
        ),
    )
    one, two = (measure(each, TASK).calibration for each in (photos, shuffled))
    assert [each.threshold for each in one.masked] == [each.threshold for each in two.masked]


def bare(photos: Material, masked: set[int]) -> Material:
    """Return the photos without masks alone."""
    at = np.array([n for n in range(len(photos.person)) if n not in masked], dtype=np.intp)
    rows = photos.vectors(at)
    return replace(
        photos,
        person=photos.person[at],
        digests=tuple(photos.digests[n] for n in at.tolist()),
        acquired=photos.acquired[at],
        quality=photos.quality[at],
        vectors=lambda wanted: rows[wanted],
        states=tuple(photos.states[n] for n in at.tolist()),
    )


def test_photos_behind_masks_count_for_masks_alone() -> None:
    person = crowd(80, 5)
    masked = [at for at in range(len(person)) if at % 5 < 2]
    photos = worn(person, masked)
    found = measure(photos, TASK).calibration
    assert (found.people, found.photos) == (80, 240)
    assert [(one.photos, one.painted) for one in found.masked] == [(160, 0), (160, 0)]
    # As many of each in both parts: who they are depends on all photos, so that the thresholds
    # are those of other halves.
    choosing, measuring, _ = parts_of(photos, 0)
    for part in (choosing, measuring):
        assert part.worn is not None
        assert len(part.worn.person) == 80
        assert set(part.states) == {MaskState.NONE}
        assert set(part.worn.states) <= {MaskState.WORN, MaskState.WRONG}
    without = measure(bare(photos, set(masked)), TASK).calibration
    assert not without.masked
    assert found.fingerprint != without.fingerprint
    assert abs(found.threshold - without.threshold) < 0.1


def test_people_who_are_only_seen_behind_masks() -> None:
    person = crowd(140, 2)
    masked = list(range(120, 280))  # all but the first sixty people
    report = measure(worn(person, masked), TASK)
    found = report.calibration
    assert (found.people, found.photos) == (60, 120)
    by_pair = {one.pair: one for one in found.masked}
    assert by_pair["worn/worn"].people == 80
    # Nobody was seen both with and without: there is nobody to be matched.
    assert "none/worn" not in by_pair
    assert report.notes == (
        "none/worn is not measured: an FNMR needs 10 people who can be compared with themselves, "
        "not 0",
    )


def test_too_few_masks_are_said_and_go_by_the_threshold_of_faces_without() -> None:
    person = crowd(60, 2)
    report = measure(covered(person, of=range(8)), TASK)
    assert not report.calibration.masked
    [mixed_pair, both] = report.notes
    assert mixed_pair.startswith("none/worn is not measured: an FMR of 0.01 needs 300 pairs of")
    assert both.startswith("worn/worn is not measured: an FMR of 0.01 needs 300 pairs of people")
    assert report.calibration.threshold_for(5, "none/worn") == report.calibration.threshold_for(5)
    assert measure(material(person), TASK).notes == ()


def test_all_copies_lost() -> None:
    person = crowd(60, 2)
    report = measure(covered(person, lost=range(120)), TASK)
    assert not report.calibration.masked
    assert len(report.notes) == 2


@pytest.mark.parametrize("space", [SPACE, None])
def test_the_promise_holds_for_yet_others(space: MaskedSpace | None) -> None:
    everybody = vectors(range(1500), seed=77)
    behind = veiled(everybody, 77)
    off = ~np.eye(1500, dtype=bool)
    if space is not None:
        everybody = space.project(everybody, [MaskState.NONE] * 1500)
        behind = space.project(behind, [MaskState.WORN] * 1500)
    truth = {"none/worn": (behind @ everybody.T)[off], "worn/worn": (behind @ behind.T)[off]}
    kept = dict.fromkeys(truth, 0)
    covered_by = dict.fromkeys(truth, 0)
    for seed in range(8):
        found = measure(
            covered(crowd(80, 2), seed=seed), replace(TASK, seed=seed, space=space)
        ).calibration
        for one in found.masked:
            scores = truth[one.pair]
            if space is not None:
                scores = space.similarity(scores, one.pair)
            rate = false_match_rate(scores, one.threshold)
            kept[one.pair] += rate <= 1e-2
            covered_by[one.pair] += one.measured_fmr.low <= rate <= one.measured_fmr.high
    assert min(kept.values()) >= 7
    assert min(covered_by.values()) >= 6
