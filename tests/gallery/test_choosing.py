from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kith.gallery.choosing import ALIKE, MOST, choose
from kith.types import MaskState, Quality

from .people import face, lookalikes, random_units, unit


def quality(score: float, cut: float = 0.0) -> Quality:
    return Quality(60.0, 0.33, 0.0, score, cut=cut)


def test_of_frames_that_are_all_but_equal_the_best_is_enough() -> None:
    frames = lookalikes(1, 50, 0.99)
    faces = [face(row, quality(0.6 + 0.3 * (n == 17))) for n, row in enumerate(frames)]
    assert choose(faces) == [17]


def test_what_differs_is_kept_the_best_first() -> None:
    poses = [lookalikes(pose, 10, 0.99) for pose in range(3)]
    person = unit(np.ones(32))
    rows = unit(np.concatenate(poses) + 3 * person)
    scores = [0.6] * 30
    scores[4], scores[25] = 0.9, 0.8
    chosen = choose([face(row, quality(s)) for row, s in zip(rows, scores, strict=True)])
    assert chosen[0] == 4
    assert sorted(index // 10 for index in chosen) == [0, 1, 2]
    assert 25 in chosen


def test_poor_faces_are_left_out_where_there_are_good_ones() -> None:
    rows = lookalikes(1, 8, 0.7)
    faces = [face(row, quality(0.9 if n < 4 else 0.4)) for n, row in enumerate(rows)]
    assert sorted(choose(faces)) == [0, 1, 2, 3]
    poor = [face(row, quality(0.2 + n / 50)) for n, row in enumerate(rows)]
    assert sorted(choose(poor)) == [5, 6, 7]


def test_what_cannot_be_used_is_never_kept() -> None:
    rows = lookalikes(1, 4, 0.7)
    hopeless = face(rows[0], quality(0.05))
    cut = face(rows[1], quality(0.9, cut=0.4))
    assert choose([hopeless, cut]) == []
    assert choose([]) == []
    assert choose([hopeless, cut, face(rows[2], quality(0.3))]) == [2]


def test_somebody_who_passes_by_is_left_out() -> None:
    rows = np.concatenate([lookalikes(1, 6, 0.7), random_units(5, 1)])
    assert 6 not in choose([face(row, quality(0.9)) for row in rows])


@given(st.integers(1, 60), st.floats(0.3, 0.99), st.integers(0, 1000))
def test_bounds(count: int, similarity: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = lookalikes(seed, count, similarity)
    faces = [face(row, quality(s)) for row, s in zip(rows, rng.uniform(0, 1, count), strict=True)]
    chosen = choose(faces)
    assert len(set(chosen)) == len(chosen) <= MOST
    kept = rows[chosen]
    assert np.triu(kept @ kept.T, 1).max(initial=-1.0) < ALIKE
    scores = [faces[index].quality.score for index in chosen if faces[index].quality]
    assert not scores or scores[0] == max(scores)


def test_faces_with_a_mask_are_left_out_where_there_are_good_ones_without() -> None:
    rows = lookalikes(1, 8, 0.7)
    masks = [MaskState.WORN] * 6 + [MaskState.NONE, None]
    faces = [
        face(row, quality(0.9 - n / 50), mask=mask)
        for n, (row, mask) in enumerate(zip(rows, masks, strict=True))
    ]
    assert sorted(choose(faces)) == [6, 7]
    assert 0 in choose(faces[:6])
    poor = face(rows[7], quality(0.2), mask=MaskState.NONE)
    assert 0 in choose([*faces[:6], poor])
