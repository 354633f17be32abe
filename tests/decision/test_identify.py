from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.decision import AMBIGUITY_MARGIN, decide, no_face, unusable
from kith.quality import UNUSABLE
from kith.types import Quality, Verdict

from .faces import GOOD, face, people


@pytest.mark.parametrize(
    ("similarities", "threshold", "margin", "verdict"),
    [
        ((0.9, 0.1), 0.5, 0.05, "match"),
        ((0.9,), 0.5, 0.05, "match"),
        ((0.5,), 0.5, 0.05, "match"),  # reaching the threshold is enough
        ((0.4999,), 0.5, 0.05, "unknown"),
        ((0.1, 0.0, -0.4), 0.5, 0.05, "unknown"),
        ((-0.2,), -0.5, 0.05, "match"),
        ((), 0.5, 0.05, "unknown"),
        ((), -1.0, 0.05, "unknown"),  # nobody is nobody, whatever the threshold
        ((0.75, 0.74), 0.5, 0.05, "ambiguous"),
        ((0.75, 0.75), 0.5, 0.05, "ambiguous"),
        ((0.75, 0.5), 0.5, 0.25, "match"),  # a lead of just the margin is enough
        ((0.75, 0.53), 0.5, 0.25, "ambiguous"),
        ((0.75, 0.74), 0.5, 0.0, "match"),
        ((0.52, 0.49), 0.5, 0.05, "match"),  # the other one does not reach the threshold
        ((0.52, 0.5), 0.5, 0.05, "ambiguous"),
        ((0.9, 0.8, 0.79), 0.5, 0.05, "match"),  # those behind may be close to each other
        ((0.9, 0.89, 0.3), 0.5, 0.05, "ambiguous"),
        ((0.45, 0.44), 0.5, 0.05, "unknown"),  # not even one: not ambiguous
    ],
)
def test_verdicts(
    similarities: tuple[float, ...], threshold: float, margin: float, verdict: str
) -> None:
    candidates = people(*similarities)
    seen = face()
    answer = decide(seen, candidates, threshold, margin)
    assert answer.verdict == verdict
    assert answer.name == ("p0" if verdict == "match" else None)
    assert answer.similarity == (similarities[0] if similarities else None)
    assert answer.threshold == threshold
    assert answer.candidates == tuple(candidates)
    assert (answer.reason is None) is (verdict == "match")
    assert answer.face is seen


def test_the_margin_where_none_is_given() -> None:
    assert decide(face(), people(0.9, 0.9 - AMBIGUITY_MARGIN * 0.9), 0.5).verdict == "ambiguous"
    assert decide(face(), people(0.9, 0.9 - AMBIGUITY_MARGIN * 1.1), 0.5).verdict == "match"


def test_the_reasons() -> None:
    poor = face(Quality(60, 0.05, 0.0, 0.0))
    assert decide(face(), [], 0.5).reason == "the gallery is empty"
    assert decide(face(), people(0.2), 0.5).reason == "nobody similar enough"
    assert decide(face(), people(0.9, 0.9), 0.5).reason == "two people are about equally similar"
    assert decide(poor, people(0.9), 0.5).reason == "face too blurred"


@pytest.mark.parametrize(
    ("quality", "reason"),
    [
        (GOOD, None),
        (None, None),  # not measured is not poor
        (Quality(60, 0.2, 0.0, UNUSABLE), None),
        (Quality(60, 0.05, 0.0, UNUSABLE - 1e-6), "face too blurred"),
        (Quality(4, 0.33, 0.0, 0.05), "face too small"),
        (Quality(4, 0.05, 1.2, 0.0), "face too small"),
        (Quality(60, 0.33, 1.05, 0.08), "face turned away"),
        (Quality(60, 0.33, -1.05, 0.08), "face turned away"),
        (Quality(60, 0.11, 0.5, 0.07), "face too blurred"),
    ],
)
def test_why_a_face_is_unusable(quality: Quality | None, reason: str | None) -> None:
    assert unusable(face(quality)) == reason
    answer = decide(face(quality), people(0.95), 0.5)
    # However similar somebody is: a face that tells nothing gets no name.
    assert answer.verdict == ("match" if reason is None else "low_quality")
    assert answer.name == ("p0" if reason is None else None)
    assert answer.reason == reason
    assert answer.similarity == 0.95


@pytest.mark.parametrize(("top", "kept"), [(None, 5), (0, 0), (1, 1), (3, 3), (9, 5)])
def test_as_many_candidates_as_asked_for(top: int | None, kept: int) -> None:
    candidates = people(0.9, 0.89, 0.3, 0.2, 0.1)
    answer = decide(face(), candidates, 0.5, top=top)
    assert answer.candidates == tuple(candidates[:kept])
    # What is shown has no part in the verdict.
    assert answer.verdict == "ambiguous"
    assert answer.similarity == 0.9


@given(st.lists(st.floats(-1, 1), max_size=6), st.floats(-1, 1), st.floats(0, 0.5), st.booleans())
def test_the_verdict_word_for_word(
    similarities: list[float], threshold: float, margin: float, good: bool
) -> None:
    similarities = sorted(similarities, reverse=True)
    seen = face(GOOD if good else Quality(2, 0.3, 0, 0.0))
    answer = decide(seen, people(*similarities), threshold, margin)
    enough = [s for s in similarities if s >= threshold]
    close = [s for s in enough[1:] if enough[0] - s < margin]
    if not good:
        expected = Verdict.LOW_QUALITY
    elif not enough:
        expected = Verdict.UNKNOWN
    else:
        expected = Verdict.AMBIGUOUS if close else Verdict.MATCH
    assert answer.verdict is expected
    assert (answer.name is not None) is (expected is Verdict.MATCH)


def test_a_photo_without_a_face() -> None:
    answer = no_face(0.37)
    assert answer.verdict is Verdict.NO_FACE
    assert (answer.name, answer.similarity, answer.face) == (None, None, None)
    assert (answer.candidates, answer.threshold) == ((), 0.37)
    assert answer.reason == "no face found"
