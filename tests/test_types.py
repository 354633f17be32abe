from __future__ import annotations

import dataclasses
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith import types
from kith.types import (
    Box,
    Candidate,
    EmbeddingContract,
    Face,
    Identification,
    Quality,
    Verdict,
    Verification,
)

CONTRACT = EmbeddingContract("sface", "ab" * 32, "arcface-112", 1, 128)


@given(*[st.floats(-1e4, 1e4)] * 2, *[st.floats(0, 1e4)] * 2)
def test_a_boxs_middle_and_area(x: float, y: float, width: float, height: float) -> None:
    box = Box(x, y, width, height)
    right, bottom = x + width, y + height
    assert box.centre == pytest.approx(((x + right) / 2, (y + bottom) / 2), abs=1e-9)
    assert box.area == pytest.approx((right - x) * (bottom - y), rel=1e-6, abs=1e-4)
    assert json.dumps(box) == json.dumps([x, y, width, height])  # as the command prints it


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({}, []),
        ({"model": "arcface-mbf"}, ["model: sface ≠ arcface-mbf"]),
        ({"crop": "box"}, ["crop: arcface-112 ≠ box"]),
        ({"crop_version": 2}, ["crop_version: 1 ≠ 2"]),
        ({"precision": "float16"}, ["precision: float32 ≠ float16"]),
        (
            {"dimension": 512, "metric": "euclidean"},
            ["dimension: 128 ≠ 512", "metric: cosine ≠ euclidean"],
        ),
    ],
)
def test_contracts_name_every_difference(change: dict[str, object], difference: list[str]) -> None:
    other = dataclasses.replace(CONTRACT, **change)  # type: ignore[arg-type]
    assert CONTRACT.differences(other) == difference
    assert len(other.differences(CONTRACT)) == len(difference)
    assert (other == CONTRACT) is (difference == [])


def test_every_part_of_a_contract_counts() -> None:
    for part in dataclasses.fields(EmbeddingContract):
        value = getattr(CONTRACT, part.name)
        changed = value + 1 if isinstance(value, int) else value + "x"
        other = dataclasses.replace(CONTRACT, **{part.name: changed})
        assert CONTRACT.differences(other) == [f"{part.name}: {value} ≠ {changed}"]


@pytest.mark.parametrize(
    ("verdict", "same"),
    [
        (Verdict.MATCH, True),
        (Verdict.UNKNOWN, False),
        (Verdict.NO_FACE, None),
        (Verdict.LOW_QUALITY, None),
        (Verdict.AMBIGUOUS, None),
    ],
)
def test_same_only_where_there_is_a_decision(verdict: Verdict, same: bool | None) -> None:
    answer = Verification(verdict, 0.25, 0.3, None, None, "yunet", "sface")
    assert answer.same is same
    assert answer.distance == 0.75
    assert dataclasses.replace(answer, similarity=None).distance is None


def test_verdicts_are_their_words() -> None:
    words = ["match", "unknown", "ambiguous", "no_face", "low_quality"]
    assert [str(verdict) for verdict in Verdict] == words
    assert json.dumps(list(Verdict)) == json.dumps(words)
    assert Verdict("match") is Verdict.MATCH


VALUES = [
    Quality(50.0, 0.3, 0.1, 1.0),
    Face(Box(1, 2, 3, 4), np.ones((5, 2), np.float32), 0.9, embedding=np.ones(3, np.float32)),
    CONTRACT,
    Candidate("Ada", 0.5),
    Identification(Verdict.UNKNOWN, None, 0.2, 0.4, (Candidate("Ada", 0.2),), "why"),
    Verification(Verdict.UNKNOWN, 0.2, 0.4, None, None, "yunet", "sface"),
    types.PhotoFaces("a.jpg", 4, 3, "ab", ()),
    types.PhotoIdentities(types.PhotoFaces("a.jpg", 4, 3, "ab", ()), (), 0.4),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_stay_as_they_are(value: object) -> None:
    name = dataclasses.fields(value)[0].name  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, None)
    assert not hasattr(value, "__dict__")
    again = pickle.loads(pickle.dumps(value))  # between processes
    assert repr(again) == repr(value)


def test_a_face_shows_no_embedding() -> None:
    """What is printed or logged must not hold somebody's vector."""
    marked = Face(
        Box(1, 2, 3, 4), np.zeros((5, 2), np.float32), 0.9, embedding=np.float32([0.12345])
    )
    assert "0.12345" not in repr(marked)
    assert "embedding" not in repr(marked)


def test_raw_distance_is_of_the_networks_own_numbers() -> None:
    random = np.random.default_rng(9)
    raw = random.normal(size=(2, 5)) * [[3.0], [7.0]]
    lengths = np.linalg.norm(raw, axis=1)
    units = (raw / lengths[:, None]).astype(np.float32)
    first, second = (
        Face(Box(0, 0, 1, 1), np.zeros((5, 2), np.float32), 1.0, None, unit, float(length))
        for unit, length in zip(units, lengths, strict=True)
    )
    found = Verification(Verdict.UNKNOWN, 0.1, 0.3, first, second, "yunet", "sface")
    assert found.euclidean_raw == pytest.approx(np.linalg.norm(raw[0] - raw[1]), rel=1e-5)
    without = dataclasses.replace(second, length=None)
    assert dataclasses.replace(found, b=without).euclidean_raw is None
