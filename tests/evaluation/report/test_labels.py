from __future__ import annotations

import numpy as np
import pytest

from kith.evaluation.report.labels import suspects

from . import made


def slowly(one, threshold):
    """Every photo with every other person, by loops."""
    protocol, scores = one.protocol, one.comparisons.similarity
    rows = list(
        zip(protocol.first.tolist(), protocol.second.tolist(), scores.tolist(), strict=True)
    )
    genuine = [s for a, b, s in rows if protocol.person[a] == protocol.person[b]]
    close = np.quantile(np.array([s for s in genuine if np.isfinite(s)], np.float32), 0.1)
    found = []
    for photo in range(len(protocol.photos)):
        other: dict[int, list[float]] = {}
        for a, b, score in rows:
            if photo in (a, b):
                mate = b if photo == a else a
                other.setdefault(int(protocol.person[mate]), []).append(score)
        own = [s for s in other.pop(int(protocol.person[photo]), []) if np.isfinite(s)]
        for person, scored in other.items():
            like = [s for s in scored if np.isfinite(s) and s >= threshold]
            enough = len(like) >= 2 and 2 * len(like) >= len(scored)
            if enough and not any(s >= threshold for s in own) and np.median(like) >= close:
                found.append((photo, person, len(like), len(scored), len(own), max(like)))
    return sorted(found)


@pytest.mark.parametrize("spread", [0.5, 0.9, 1.2])
def test_the_same_as_by_loops(photos, spread):
    one = made.evaluate(photos, spread=spread, fail=(4,), swapped=(7, 16, 30), rounds=0)
    for threshold in (0.1, 0.3, 0.45):
        found = [
            (
                doubt.photo,
                int(one.protocol.person[doubt.other]),
                doubt.matched,
                doubt.compared,
                doubt.own,
                doubt.similarity,
            )
            for doubt in suspects(one, threshold, 99)
        ]
        assert sorted(found) == slowly(one, threshold)


def test_a_wrong_label_is_found_and_lookalikes_are_not(photos):
    one = made.evaluate(photos, spread=0.4, swapped=(7,), rounds=0)
    (doubt,) = suspects(one, 0.5, 8)
    assert doubt.photo == 7
    assert one.protocol.person[doubt.other] == one.protocol.person[7] + 1
    assert (doubt.matched, doubt.compared, doubt.own) == (3, 3, 2)
    right = made.evaluate(photos, spread=0.4, rounds=0)
    assert suspects(right, 0.5, 8) == ()


def test_nothing_to_compare(photos):
    one = made.evaluate(photos, people=2, each=2, fail=range(4), rounds=0)
    assert suspects(one, 0.5, 8) == ()
