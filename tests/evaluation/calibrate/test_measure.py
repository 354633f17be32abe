from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from kith.errors import InputError
from kith.evaluation.calibrate.measure import measure
from kith.evaluation.calibrate.similarities import impostors_of, photo_pairs
from kith.evaluation.calibrate.split import parts_of
from kith.evaluation.calibrate.strangers import searched
from kith.evaluation.calibrate.task import Task
from kith.evaluation.calibrate.traditional import Habit
from kith.evaluation.calibrate.upper import upper_thresholds
from kith.evaluation.metrics import false_match_rate, false_non_match_rate, fnir, fpir

from .crowds import CONTRACT, crowd, digest, material, mixed, vectors

TASK = Task(CONTRACT, "yunet", 1e-2, 3e-3, 0)


def test_chosen_on_one_part_and_measured_on_the_other() -> None:
    photos = material(mixed(120), failed=[5])
    report = measure(photos, TASK)
    found = report.calibration
    choosing, measuring, _ = parts_of(photos, 0)
    assert [found.threshold] == upper_thresholds(
        impostors_of(choosing, photo_pairs(choosing)), [1e-2]
    )
    held = photo_pairs(measuring)
    assert found.measured_fmr.value == false_match_rate(held.impostor, found.threshold)
    assert found.measured_fnmr.value == false_non_match_rate(held.genuine, found.threshold)
    assert found.measured_fmr.trials == len(held.impostor)
    probes, gallery = searched(measuring)
    limit = found.threshold_for(gallery)
    assert found.searched == gallery
    assert found.measured_fpir.value == fpir(probes.strangers, limit)
    assert found.measured_fnir.value == fnir(probes.mates, probes.ranks, limit)
    for rate in (found.measured_fmr, found.measured_fnmr, found.measured_fpir, found.measured_fnir):
        assert rate.low <= rate.value <= rate.high
        assert rate.low < rate.high
    assert (report.point.fmr.value, report.search.fnmr.value) == (
        found.measured_fmr.value,
        found.measured_fnir.value,
    )


def test_what_is_written_down() -> None:
    photos = material(mixed(120), source="pairs")
    found = measure(photos, replace(TASK, seed=11)).calibration
    assert (found.contract, found.detector, found.source, found.seed) == (
        CONTRACT,
        "yunet",
        "pairs",
        11,
    )
    assert (found.fmr, found.fpir, found.people, found.photos) == (1e-2, 3e-3, 120, 240)
    assert found.pairs == 60 * 59 // 2
    assert found.rough  # 17 false matches are fewer than 30
    assert not measure(photos, replace(TASK, fmr=0.02)).calibration.rough
    expected = hashlib.sha256("\n".join(sorted(photos.digests)).encode()).hexdigest()
    assert found.fingerprint == expected


def test_the_same_photos_and_seed_give_the_same() -> None:
    one, two = (measure(material(mixed(100)), TASK).calibration for _ in range(2))
    assert replace(one, created=two.created) == two
    other = measure(material(mixed(100)), replace(TASK, seed=1)).calibration
    assert other.fingerprint == one.fingerprint
    assert other.threshold != one.threshold


def test_habits_are_tried_on_the_same_part() -> None:
    habit = Habit("cosine", 0.5, 0.5)
    report = measure(material(mixed(100)), TASK, [habit])
    held = photo_pairs(parts_of(material(mixed(100)), 0)[1])
    [(tried, point)] = report.tried
    assert tried == habit
    assert point.fmr.value == false_match_rate(held.impostor, 0.5)
    assert point.fnmr.value == false_non_match_rate(held.genuine, 0.5)


def test_one_person_under_two_names_is_noticed() -> None:
    person = crowd(80, 3)
    photos = material(person)
    whole = photos.vectors(np.arange(len(person)))
    choosing = parts_of(photos, 0)[0]
    a, b = (int(name.split()[1]) for name in choosing.names[:2])
    whole[3 * a] = whole[3 * b]  # not the same bytes, but the same face
    report = measure(replace(photos, vectors=lambda at: whole[at]), TASK)
    assert {report.alike[0].a, report.alike[0].b} == {f"person {a}", f"person {b}"}
    assert report.alike[0].similarity == pytest.approx(1.0, abs=1e-5)


def test_copies_are_told_and_too_few_refused() -> None:
    digests = [digest(number) for number in range(240)]
    digests[7] = digests[6]
    report = measure(material(crowd(80, 3), digests=digests), TASK)
    assert report.notes == ("1 photos are second copies of a file: left out",)
    with pytest.raises(InputError, match="146 more"):
        measure(material(crowd(10, 2)), replace(TASK, fmr=1e-3))


@pytest.mark.parametrize("people", [10, 11, 13, 20])
def test_the_fewest_people_that_are_taken(people: int) -> None:
    found = measure(material(crowd(people, 2)), replace(TASK, fmr=0.3)).calibration
    assert found.threshold <= found.threshold_for(1) <= found.threshold_for(people) <= 1
    assert found.rough


def test_faces_that_are_all_the_same() -> None:
    """Nothing can be told from such a network: nobody matches, and nothing breaks."""
    photos = material(crowd(60, 2))
    row = vectors([0])[0]
    level = replace(photos, vectors=lambda at: np.tile(row, (len(at), 1)))
    found = measure(level, TASK).calibration
    assert found.measured_fmr.value == found.measured_fpir.value == 0
    assert found.measured_fnmr.value == 1
    assert found.probability(1.0) == pytest.approx(0.5)


def test_the_promise_and_the_interval_hold_for_yet_others() -> None:
    everybody = vectors(range(3000), seed=77)
    truth = (everybody @ everybody.T)[np.triu_indices(3000, 1)]
    kept = covered = 0
    for seed in range(20):
        found = measure(material(crowd(100, 2), seed=seed), replace(TASK, seed=seed)).calibration
        rate = false_match_rate(truth, found.threshold)
        kept += rate <= 1e-2
        covered += found.measured_fmr.low <= rate <= found.measured_fmr.high
    assert kept >= 17
    assert covered >= 17
