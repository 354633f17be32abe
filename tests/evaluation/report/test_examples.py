from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.evaluation.report.examples import false_matches, false_non_matches

from . import made

THRESHOLD = 0.4


def pairs(one, kind):
    """(similarity, first, second) of one kind, in the order of the protocol."""
    rows = np.flatnonzero(one.protocol.same == (kind == "same"))
    return [
        (
            float(one.comparisons.similarity[row]),
            int(one.protocol.first[row]),
            int(one.protocol.second[row]),
        )
        for row in rows
    ]


def shown(examples):
    return [(one.similarity, one.first, one.second) for one in examples.pairs]


@pytest.fixture(scope="session")
def base(photos):
    return made.evaluate(photos, people=4, each=3, rounds=0)


@given(data=st.data())
def test_the_worst_come_first_whatever_the_scores(base, data):
    # Few values, so that many are equal: of those the first in the protocol are shown.
    values = st.sampled_from([-np.inf, -0.1, 0.2, 0.39, 0.4, 0.41, 0.9])
    count = len(base.protocol.same)
    drawn = data.draw(st.lists(values, min_size=count, max_size=count))
    one = made.scored(base, np.array(drawn, np.float32))

    others = [pair for pair in pairs(one, "other") if np.isfinite(pair[0])]
    wrong = sum(pair[0] >= np.float32(THRESHOLD) for pair in others)
    worst = sorted(others, key=lambda pair: -pair[0])[: min(6, max(wrong, 4))]
    found = false_matches(one, THRESHOLD, 6)
    assert shown(found) == worst
    assert found.mistakes == wrong

    own = pairs(one, "same")
    compared = [pair for pair in own if np.isfinite(pair[0])]
    wrong = sum(pair[0] < np.float32(THRESHOLD) for pair in compared)
    worst = sorted(compared, key=lambda pair: pair[0])[: min(6, max(wrong, 4))]
    found = false_non_matches(one, THRESHOLD, 6)
    assert shown(found) == worst
    assert found.mistakes == wrong
    assert found.failed == len(own) - len(compared)
