from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kith.errors import OptionError
from kith.evaluation.describe import describe
from kith.evaluation.metrics import area_under_roc, equal_error_rate, fold_accuracy, tar_at_far
from kith.evaluation.pairs import checked_rates, evaluate_pairs, measure
from kith.evaluation.protocols import folder_pairs
from kith.evaluation.shapes import pairs_shape, rate_key
from kith.recognizer.cache import FaceCache

from .described import DIMENSION, described, protocol

if TYPE_CHECKING:
    from pathlib import Path

    from kith.evaluation.records import Described, Evaluated, PairProtocol
    from kith.recognizer import Recognizer

KEYS = {
    "pairs", "folds", "accuracy_mean", "accuracy_std", "auc", "eer", "tar_at_far",
    "failures_to_acquire", "detector", "embedder", "contract", "genuine", "impostor", "people",
    "photos", "not_supported", "rough", "thresholds", "intervals", "default", "calibrated",
    "failed_pairs", "failures", "protocol", "fingerprint", "notes", "kith", "seconds", "cached",
}  # fmt: skip


def crowd(random: np.random.Generator, people: int = 40, noise: float = 0.9) -> Described:
    """Three photos of each, around a direction of their own; two photos fail."""
    vectors: list[np.ndarray | None] = []
    for _ in range(people):
        own = random.standard_normal(DIMENSION)
        vectors += [own + noise * random.standard_normal(DIMENSION) for _ in range(3)]
    vectors[4] = vectors[77] = None
    return described(vectors)


def listed(random: np.random.Generator, people: int = 40) -> PairProtocol:
    """As many pairs of one person as of two, in ten folds."""
    person = [n // 3 for n in range(3 * people)]
    pairs = [pair for pair in combinations(range(3 * people), 2) if pair[0] // 3 == pair[1] // 3]
    others = [pair for pair in combinations(range(3 * people), 2) if pair[0] // 3 != pair[1] // 3]
    pairs += [others[n] for n in random.choice(len(others), len(pairs), replace=False)]
    return protocol(person, pairs, folds=10)


def test_the_figures_are_those_of_the_metrics(random: np.random.Generator) -> None:
    given, seen = listed(random), crowd(random)
    found = measure(given, seen, rates=(0.1, 0.05), rounds=50)
    scores, result = found.comparisons, found.result
    accuracy = fold_accuracy(scores.similarity, given.same, given.fold, 10)
    assert (result.accuracy_mean, result.accuracy_std) == (accuracy.mean, accuracy.std)
    assert result.fold_thresholds == accuracy.thresholds
    assert result.auc.value == area_under_roc(scores.genuine, scores.impostor)
    assert (result.eer.value, result.eer_threshold) == equal_error_rate(
        scores.genuine, scores.impostor
    )
    for point, rate in zip(result.points, (0.1, 0.05), strict=True):
        assert point.fnmr.value is not None
        assert 1 - point.fnmr.value == tar_at_far(scores.genuine, scores.impostor, rate)
    assert (result.pairs, result.genuine, result.impostor) == (240, 120, 120)
    assert (result.photos, result.people, result.folds) == (120, 40, 10)
    assert [failure.source for failure in result.failures] == ["4.jpg", "77.jpg"]
    assert {failure.reason for failure in result.failures} == {"no face found"}
    failed = [{4, 77} & {int(a), int(b)} for a, b in zip(given.first, given.second, strict=True)]
    assert result.failed_pairs == sum(map(bool, failed))


def test_the_shape(random: np.random.Generator) -> None:
    found = measure(listed(random), crowd(random), rates=(0.1, 1e-3), rounds=50)
    shape = pairs_shape(found.result, cached=7)
    assert set(shape) == KEYS
    assert (shape["detector"], shape["embedder"], shape["cached"]) == ("finder", "net", 7)
    assert shape["tar_at_far"]["1e-3"] is None
    assert shape["not_supported"] == {"1e-3": "not supported by 120 pairs"}
    low, high = shape["intervals"]["tar_at_far"]["1e-1"]
    assert 0 <= low <= shape["tar_at_far"]["1e-1"] <= high <= 1
    assert shape["intervals"]["tar_at_far"]["1e-3"] is None
    assert shape["thresholds"]["far"]["1e-3"] is None
    assert len(shape["thresholds"]["folds"]) == 10
    assert shape["default"]["threshold"] == 0.5
    scores = found.comparisons
    # What is printed decides as what was measured.
    threshold = shape["thresholds"]["far"]["1e-1"]
    assert np.mean(scores.impostor >= np.float32(threshold)) <= 0.1
    assert np.mean(scores.genuine >= np.float32(threshold)) == pytest.approx(
        shape["tar_at_far"]["1e-1"], abs=1e-9
    )


@pytest.mark.parametrize(
    ("rate", "key"),
    [
        (0.01, "1e-2"),
        (1e-3, "1e-3"),
        (0.003, "3e-3"),
        (0.0025, "2.5e-3"),
        (1.0, "1e0"),
        (0.5, "5e-1"),
    ],
)
def test_rates_as_keys(rate: float, key: str) -> None:
    assert rate_key(rate) == key
    assert float(key) == rate


def test_rates_are_checked_before_the_work() -> None:
    assert checked_rates([1e-3, 0.1, 1e-3]) == (0.1, 1e-3)
    for wrong in (0.0, -1.0, 1.5, float("nan")):
        with pytest.raises(OptionError, match="above 0 and at most 1"):
            checked_rates([wrong])


def test_folds_that_lost_their_pairs_do_not_count(random: np.random.Generator) -> None:
    given, seen = listed(random), crowd(random)
    fold = np.where(given.fold == 3, 4, given.fold).astype(np.int16)
    found = measure(replace(given, fold=fold), seen, rounds=0)
    assert found.result.folds == 9
    assert len(found.result.fold_thresholds) == 9


def test_labels_the_wrong_way_round_are_suspected(random: np.random.Generator) -> None:
    given, seen = listed(random), crowd(random)
    # Without people that contradict them: the two of every pair are somebody else.
    person = np.zeros(120, dtype=np.int32)
    swapped = replace(given, same=~given.same, person=person)
    found = measure(swapped, seen, rounds=0)
    assert found.result.notes[-1].endswith("are the labels the wrong way round?")


def fingerprints(found: Evaluated) -> str:
    return found.result.fingerprint


def test_a_fingerprint_is_of_the_data(random: np.random.Generator) -> None:
    given, seen = listed(random), crowd(random)
    mark = fingerprints(measure(given, seen, rounds=0))
    assert fingerprints(measure(given, seen, rates=(0.5,), rounds=5, seed=9)) == mark
    other = described([None] * 119 + [np.ones(DIMENSION)], [*seen.digests[:-1], "f" * 64])
    assert fingerprints(measure(given, other, rounds=0)) != mark
    assert fingerprints(measure(listed(random), seen, rounds=0)) != mark


def test_real_photos_and_a_cache(recognizer: Recognizer, celebrities: Path, tmp_path: Path) -> None:
    given = folder_pairs(celebrities / "val")
    told: list[int] = []
    with FaceCache(tmp_path / "faces.sqlite") as cache:
        first = evaluate_pairs(
            given, recognizer, rounds=20, cache=cache, on_photo=lambda: told.append(1)
        )
    with FaceCache(tmp_path / "faces.sqlite") as cache:
        again = evaluate_pairs(given, recognizer, rounds=20, cache=cache)
    assert len(told) == len(given.photos) == 25
    assert (first.described.cached, again.described.cached) == (0, 25)
    assert np.array_equal(first.comparisons.similarity, again.comparisons.similarity)
    shapes = [pairs_shape(one.result) for one in (first, again)]
    for shape in shapes:
        shape.pop("seconds")
    assert shapes[0] == shapes[1]
    assert shapes[0]["genuine"] == 50
    assert shapes[0]["impostor"] == 250
    assert shapes[0]["auc"] > 0.98
    assert (shapes[0]["folds"], shapes[0]["accuracy_mean"]) == (0, None)


def test_what_cannot_be_acquired_is_told(
    recognizer: Recognizer, presidents: Path, tmp_path: Path
) -> None:
    import cv2

    whole = (presidents / "obama.jpg").read_bytes()
    pixels = cv2.imdecode(np.frombuffer(whole, np.uint8), cv2.IMREAD_COLOR)
    small = cv2.resize(pixels, None, fx=0.02, fy=0.02, interpolation=cv2.INTER_AREA)
    files = {
        "whole.jpg": whole,
        "torn.jpg": whole[: len(whole) // 3],
        "empty.jpg": b"",
        "wall.png": cv2.imencode(".png", np.full((200, 200, 3), 90, np.uint8))[1].tobytes(),
        "poor.png": cv2.imencode(".png", cv2.resize(small, (910, 1137)))[1].tobytes(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    paths = [str(tmp_path / name) for name in (*files, "gone.jpg")]
    found = describe(recognizer, paths)
    assert [face is not None for face in found.faces] == [True, False, False, False, False, False]
    reasons = [reason or "" for reason in found.reasons]
    assert reasons[0] == ""
    assert "truncated" in reasons[1]
    assert "empty" in reasons[2]
    assert reasons[3] == "no face found"
    assert reasons[4] in ("no face found", "face too blurred", "face too small")
    assert "no such file" in reasons[5]
    assert [bool(digest) for digest in found.digests] == [True, False, False, True, True, False]


def test_a_system_to_which_every_photo_failed_is_told(random: np.random.Generator) -> None:
    failed = described([None] * 120)
    result = measure(listed(random), failed, rates=(0.1,), rounds=5).result
    assert (result.auc.value, result.failed_pairs) == (0.5, result.pairs)
    assert "every pair has a photo that failed" in result.notes[-1]
    assert measure(listed(random), crowd(random), rounds=0).result.notes == ()


def test_json_says_of_every_figure_whether_it_is_rough(random: np.random.Generator) -> None:
    few = protocol([0, 0, 1, 1], [(0, 1), (2, 3), (0, 2), (1, 3), (0, 3)])
    seen = described(list(random.standard_normal((4, DIMENSION))))
    found = pairs_shape(measure(few, seen, rates=(1.0, 0.1), rounds=0).result)
    assert found["rough"] == ["auc", "eer", "1e0"]
    many = measure(listed(random), crowd(random, noise=3.0), rates=(0.5,), rounds=0).result
    assert pairs_shape(many)["rough"] == []


def test_thresholds_in_json_decide_as_the_figures_say(random: np.random.Generator) -> None:
    found = measure(listed(random), crowd(random), rates=(0.1, 0.05, 0.5), rounds=0)
    shape, scores = pairs_shape(found.result), found.comparisons
    for key, share in shape["tar_at_far"].items():
        least = shape["thresholds"]["far"][key]
        assert share == pytest.approx(np.mean(scores.genuine.astype(float) >= least), abs=1e-9)
        assert np.mean(scores.impostor.astype(float) >= least) <= float(key)
    assert shape["thresholds"]["eer"] in scores.similarity.astype(float)
