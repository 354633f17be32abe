"""Tracks of people who wear a mask, and of one who puts it on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

import kith
from kith.masks import MaskedSpace, MaskLook, Painter, masked_space
from kith.masks.alike import alike
from kith.media import load_photo
from kith.media.films import Frame
from kith.tracking import Follower, Settings
from kith.tracking.album import Album, mean
from kith.tracking.common import Common, mask_of, one_kind
from kith.tracking.votes import ballot
from kith.types import Mask, MaskState, Verdict

from .looks import THRESHOLD, direction, gallery, look

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from kith.tracking import Look, Moment
    from kith.types import Face, Identification, Pixels

NONE, WORN, WRONG = MaskState.NONE, MaskState.WORN, MaskState.WRONG


def pulled() -> MaskedSpace:
    """A space in which a mask pulls every face along the last axis, and nothing else happens."""
    means = {state: np.zeros(16, np.float32) for state in MaskState}
    means[WORN][15] = 1.0
    axes = np.eye(16, dtype=np.float32)[15:]
    scales = {"none/worn": (0.0, 1.0), "worn/worn": (0.0, 1.0)}
    return MaskedSpace(means, axes, np.zeros(1, np.float32), scales)


def behind(vector: np.ndarray) -> np.ndarray:
    """Return a face as a mask changes it."""
    changed = vector.copy()
    changed[15] += 1.5
    return np.asarray(changed / np.linalg.norm(changed), np.float32)


def seen(vector: np.ndarray, time: float, state: MaskState | None) -> Look:
    made = look(vector, time, {"Ada": direction(0)})
    mask = None if state is None else Mask(state, 0.9)
    return replace(made, face=replace(made.face, mask=mask))


def test_looks_of_one_kind_speak() -> None:
    bare = [seen(direction(0), time, NONE) for time in range(3)]
    worn = [seen(behind(direction(0)), 3 + time, WORN) for time in range(3)]
    assert one_kind([*bare, *worn]) == bare  # as many: those without
    assert one_kind([*bare[:2], *worn]) == worn
    assert one_kind([seen(direction(0), 0, None)]) != []
    assert mask_of([seen(direction(0), 0, None)]) is None
    [wrong] = [seen(behind(direction(0)), 9, WRONG)]
    found = mask_of([wrong, *worn[:2]])
    assert found is not None
    assert found.state is WORN


def test_the_mean_is_of_no_mixture() -> None:
    album = Album(12, 6, 0.2, THRESHOLD, pulled())
    for time in range(4):
        album.add(seen(direction(10 * time), time, NONE))
    before = album.mean()
    album.add(seen(behind(direction(0)), 5, WORN))
    after = album.mean()
    assert before is not None
    assert after is not None
    assert after.state is NONE
    assert np.allclose(before.vector, after.vector)


def test_who_puts_on_a_mask_is_like_themselves() -> None:
    album = Album(12, 6, 0.2, THRESHOLD, pulled())
    for time in range(4):
        album.add(seen(direction(0), time, NONE))
    covered = behind(direction(0))
    assert float(covered @ direction(0)) < 0.6
    assert album.similarity(Common(covered, WORN)) == pytest.approx(1.0, abs=1e-5)
    assert album.similarity(Common(covered, None)) == pytest.approx(float(covered[0]), abs=1e-5)


def test_means_are_as_similar_as_their_looks_on_average() -> None:
    space = masked_space("sface")
    assert space is not None
    random = np.random.default_rng(0)
    centre = random.normal(size=128)
    rows = centre + 0.5 * random.normal(size=(8, 128))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    worn = [WORN] * 4
    pairs = alike(rows[:4], worn, rows[4:], [None] * 4, space)
    one = Common(rows[:4].mean(axis=0), WORN)
    other = Common(rows[4:].mean(axis=0), NONE)
    assert one.likeness(other, space) == pytest.approx(pairs.mean(), abs=0.02)
    assert one.likeness(other, space) == pytest.approx(other.likeness(one, space), abs=1e-6)
    plain = Common(one.vector, NONE).likeness(other, space)
    assert plain == pytest.approx(float(one.vector @ other.vector), abs=1e-6)


def test_a_ballot_says_who_wears_a_mask() -> None:
    asked: list[Face] = []

    def ask(faces: Sequence[Face]) -> tuple[Identification, ...]:
        asked.extend(faces)
        return gallery({"Ada": direction(0)})(faces)

    album = Album(12, 6, 0.2, THRESHOLD)
    looks = [seen(direction(0), time, WORN) for time in range(3)]
    for one in looks:
        album.add(one)
    ballot(album, ask, 3)
    [face] = asked
    assert face.mask is not None
    assert face.mask.state is WORN
    assert np.allclose(face.embedding, mean(looks).vector)


@pytest.fixture(scope="module")
def shots(recognizer: kith.Recognizer, presidents: Path) -> tuple[Pixels, Pixels]:
    """Somebody without a mask, and the same picture with one."""
    pixels = load_photo(presidents / "obama.jpg").pixels
    small = np.asarray(cv2.resize(pixels, None, fx=0.35, fy=0.35, interpolation=cv2.INTER_AREA))
    painted = Painter().paint(small, recognizer.faces(small), MaskLook())
    assert painted.faces[0].reason is None
    return small, painted.pixels


def film(first: Pixels, then: Pixels, seconds: float) -> Iterator[Frame]:
    """Yield frames of two pictures, one after the other, of somebody who sways a little."""
    count = round(12 * seconds)
    for index in range(2 * count):
        picture = first if index < count else then
        frame = np.full((480, 640, 3), 110, np.uint8)
        x = 150 + round(20 * np.sin(index / 5))
        frame[40 : 40 + picture.shape[0], x : x + picture.shape[1]] = picture
        frame[::2, :8] = index % 200
        yield Frame.of_pixels(frame, index, index / 12)


def followed(people: kith.Gallery, frames: Iterator[Frame]) -> list[Moment]:
    follower = Follower(people.recognizer, people.identify_faces, Settings())
    return [follower.step(frame) for frame in frames]


def test_who_puts_on_a_mask_stays_the_same_person(
    recognizer: kith.Recognizer, presidents: Path, shots: tuple[Pixels, Pixels], tmp_path: Path
) -> None:
    bare, covered = shots
    with kith.Gallery(tmp_path / "people.kith", recognizer=recognizer) as people:
        people.enroll("Barack", [presidents / "obama2.jpg", presidents / "obama3.jpg"])
        people.enroll("Joe", [presidents / "biden.jpg"])
        moments = followed(people, film(bare, covered, 3.0))
        answers = [one.answer for moment in moments for one in moment.seen if one.answer]
        assert {answer.name for answer in answers} == {"Barack"}
        assert {one.person for moment in moments[-20:] for one in moment.seen} == {1}
        behind = followed(people, film(covered, covered, 1.5))
        [last] = behind[-1].seen
        assert last.answer is not None
        assert (last.answer.name, last.answer.masks) == ("Barack", "none/worn")
        people.set_no_mask(True)
        refused = followed(people, film(covered, covered, 1.5))
        [last] = refused[-1].seen
        assert last.answer is not None
        assert (last.answer.verdict, last.answer.name) == (Verdict.LOW_QUALITY, None)
        assert last.answer.reason == "mask"
