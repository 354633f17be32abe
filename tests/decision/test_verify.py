from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
import pytest

import kith
from kith.decision import checked_threshold, default_recognizer, verify
from kith.decision.verify import _verification
from kith.errors import OptionError, PhotoError, PhotoNotFound, PhotoUnreadable
from kith.models import CARDS
from kith.types import Quality, Verdict

from .faces import face

if TYPE_CHECKING:
    from pathlib import Path

    from kith.types import Face, Pixels


class Names:
    """What `verify` asks of a recogniser besides faces."""

    detector, embedder, threshold, masked_space = "eyes", "brain", 0.4, None


NAMED = cast("kith.Recognizer", Names())
EAST, NORTH = [1.0, 0.0], [0.0, 1.0]
BETWEEN = [0.6, 0.8]
POOR = Quality(60, 0.02, 0.0, 0.0)


@pytest.mark.parametrize(
    ("a", "b", "threshold", "verdict", "similarity"),
    [
        (face(embedding=EAST), face(embedding=EAST), 0.4, "match", 1.0),
        (face(embedding=EAST), face(embedding=BETWEEN), 0.4, "match", 0.6),
        (face(embedding=EAST), face(embedding=EAST), 1.0, "match", 1.0),  # just reached
        (face(embedding=EAST), face(embedding=BETWEEN), 0.61, "unknown", 0.6),
        (face(embedding=EAST), face(embedding=NORTH), 0.4, "unknown", 0.0),
        (face(embedding=EAST), face(embedding=NORTH), -0.5, "match", 0.0),
        (face(POOR, EAST), face(embedding=EAST), 0.4, "low_quality", 1.0),
        (face(embedding=EAST), face(POOR, NORTH), 0.4, "low_quality", 0.0),
        (None, face(embedding=EAST), 0.4, "no_face", None),
        (face(embedding=EAST), None, 0.4, "no_face", None),
        (None, None, 0.4, "no_face", None),
        (None, face(POOR, EAST), 0.4, "no_face", None),
    ],
)
def test_verdicts(
    a: Face | None, b: Face | None, threshold: float, verdict: str, similarity: float | None
) -> None:
    answer = _verification(a, b, NAMED, threshold)
    assert answer.verdict == verdict
    assert answer.similarity == (None if similarity is None else pytest.approx(similarity))
    assert answer.distance == (None if similarity is None else pytest.approx(1 - similarity))
    assert answer.same is {"match": True, "unknown": False}.get(verdict)
    assert (answer.reason is None) is (answer.same is not None)
    assert (answer.a, answer.b, answer.threshold) == (a, b, threshold)
    assert (answer.detector, answer.embedder) == ("eyes", "brain")


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        (None, face(embedding=EAST), "no face found in photo A"),
        (face(embedding=EAST), None, "no face found in photo B"),
        (None, None, "no face found in either photo"),
        (face(POOR, EAST), face(embedding=EAST), "photo A: face too blurred"),
        (
            face(Quality(3, 0.3, 0, 0.0), EAST),
            face(Quality(40, 0.3, -1.3, 0.0), EAST),
            "photo A: face too small; photo B: face turned away",
        ),
    ],
)
def test_the_reasons_name_the_photo(a: Face | None, b: Face | None, reason: str) -> None:
    assert _verification(a, b, NAMED, 0.4).reason == reason


@pytest.mark.parametrize("threshold", [-1.0, 0.0, 0.363, 1.0])
def test_thresholds_that_are_cosines(threshold: float) -> None:
    assert checked_threshold(threshold, NAMED) == threshold


@pytest.mark.parametrize("threshold", [1.01, -1.5, 50, float("nan"), float("inf")])
def test_thresholds_that_are_none(threshold: float) -> None:
    with pytest.raises(OptionError, match="between -1 and 1"):
        checked_threshold(threshold, NAMED)
    with pytest.raises(OptionError):
        verify("never read", "never read", recognizer=NAMED, threshold=threshold)


def test_without_one_the_recognisers_own() -> None:
    assert checked_threshold(None, NAMED) == 0.4


def test_the_same_person(recognizer: kith.Recognizer, presidents: Path) -> None:
    answer = verify(presidents / "obama.jpg", presidents / "obama3.jpg", recognizer=recognizer)
    assert answer.verdict is Verdict.MATCH
    assert answer.same is True
    assert answer.threshold == CARDS["sface"].threshold.similarity  # type: ignore[union-attr]
    first = recognizer.faces(presidents / "obama.jpg")[0]
    second = recognizer.faces(presidents / "obama3.jpg")[0]
    expected = sum(
        float(x) * float(y)
        for x, y in zip(first.embedding, second.embedding, strict=True)  # type: ignore[arg-type]
    )
    assert answer.similarity == pytest.approx(expected, abs=1e-6)
    assert answer.a is not None
    assert answer.a.box == first.box
    assert answer.b is not None
    assert answer.b.box == second.box
    assert (answer.detector, answer.embedder, answer.reason) == ("yunet", "sface", None)
    swapped = verify(presidents / "obama3.jpg", presidents / "obama.jpg", recognizer=recognizer)
    assert swapped.similarity == answer.similarity


def test_two_people(recognizer: kith.Recognizer, presidents: Path) -> None:
    answer = verify(presidents / "obama.jpg", presidents / "biden.jpg", recognizer=recognizer)
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.same is False
    assert answer.similarity is not None
    assert answer.similarity < 0.3


def test_a_threshold_of_ones_own(recognizer: kith.Recognizer, presidents: Path) -> None:
    pair = presidents / "obama.jpg", presidents / "obama3.jpg"
    similarity = verify(*pair, recognizer=recognizer).similarity
    assert similarity is not None
    for threshold, verdict in ((similarity, "match"), (min(similarity + 1e-4, 1), "unknown")):
        answer = verify(*pair, recognizer=recognizer, threshold=threshold)
        assert (answer.verdict, answer.threshold) == (verdict, threshold)


def test_no_face(recognizer: kith.Recognizer, obama: Pixels) -> None:
    blank = np.full((200, 300, 3), 128, np.uint8)
    answer = verify(obama, blank, recognizer=recognizer)
    assert answer.verdict is Verdict.NO_FACE
    assert answer.reason == "no face found in photo B"
    assert answer.a is not None
    assert (answer.b, answer.similarity, answer.same, answer.distance) == (None,) * 4


def test_too_poor(recognizer: kith.Recognizer, obama: Pixels) -> None:
    """So far blurred that the person cannot be told, but a face all the same."""
    blurred = np.asarray(cv2.GaussianBlur(obama, (0, 0), 30), np.uint8)
    answer = verify(blurred, obama, recognizer=recognizer)
    assert answer.verdict is Verdict.LOW_QUALITY
    assert answer.reason == "photo A: face too blurred"
    assert answer.same is None


def test_the_largest_central_face_is_meant(
    recognizer: kith.Recognizer, obama: Pixels, portraits: list[Pixels]
) -> None:
    crowd = np.zeros((640, 900, 3), np.uint8)
    crowd[:600, 150:630] = cv2.resize(obama[:1000, 50:850], (480, 600))
    crowd[10 : 10 + 150, 740:850] = cv2.resize(portraits[0], (110, 150))
    assert len(recognizer.faces(crowd)) == 2
    assert verify(crowd, obama, recognizer=recognizer).verdict is Verdict.MATCH
    alone = verify(crowd[:, 700:], obama, recognizer=recognizer)
    assert alone.verdict is Verdict.UNKNOWN


def test_a_photo_that_cannot_be_read(
    recognizer: kith.Recognizer, obama: Pixels, tmp_path: Path
) -> None:
    with pytest.raises(PhotoUnreadable, match="<bytes>"):
        verify(obama, b"not a photo", recognizer=recognizer)
    with pytest.raises(PhotoError, match=r"absent\.jpg: there is no such file"):
        verify(tmp_path / "absent.jpg", obama, recognizer=recognizer)


def test_a_missing_photo_is_told_from_a_broken_one(
    recognizer: kith.Recognizer, obama: Pixels, tmp_path: Path
) -> None:
    with pytest.raises(PhotoNotFound):
        verify(obama, tmp_path / "absent.jpg", recognizer=recognizer)


def test_the_default_recogniser_is_loaded_once(
    recognizer: kith.Recognizer, presidents: Path
) -> None:
    default_recognizer.cache_clear()
    try:
        pair = presidents / "obama.jpg", presidents / "obama2.jpg"
        assert kith.verify(*pair).similarity == verify(*pair, recognizer=recognizer).similarity
        assert kith.verify(*pair, threshold=0.1).same is True
        assert default_recognizer.cache_info().misses == 1
    finally:
        default_recognizer().close()
        default_recognizer.cache_clear()
