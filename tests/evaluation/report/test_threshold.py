from __future__ import annotations

import math

import pytest

from kith.evaluation.records import Interval, OperatingPoint, Rate
from kith.evaluation.report import comparing
from kith.evaluation.report.threshold import in_use


def point(asked, threshold, fnmr=0.1, interval=(0.05, 0.2)):
    if threshold is None:
        nothing = Rate(None, 9, unsupported="not supported by 9 pairs")
        return OperatingPoint(asked, None, nothing, nothing)
    missed = Rate(fnmr, 900, interval and Interval(*interval))
    return OperatingPoint(asked, threshold, Rate(asked or 0.02, 900), missed)


ASKED = [point(0.1, 0.2), point(0.01, 0.3), point(0.001, None)]
OWN, CALIBRATED = point(None, 0.4), point(None, 0.5)


@pytest.mark.parametrize(
    ("given", "threshold", "origin"),
    [
        ({"default": OWN, "calibrated": CALIBRATED, "equal": 0.1}, 0.5, "of the calibration"),
        ({"default": OWN, "equal": 0.1}, 0.4, "of its model card"),
        ({"default": None, "equal": 0.1}, 0.3, "for FMR 1\u202f%"),
        ({"default": point(None, None)}, 0.3, "for FMR 1\u202f%"),
    ],
)
def test_the_threshold_that_users_will_meet(given, threshold, origin):
    found = in_use(ASKED, rate="FMR", **given)
    assert (found.threshold, found.origin) == (threshold, origin)
    assert found.point is not None


@pytest.mark.parametrize("equal", [math.inf, -math.inf, math.nan])
def test_no_threshold_at_all(equal):
    assert in_use([ASKED[2]], None, "FMR", equal=equal) is None
    found = in_use([ASKED[2]], None, "FMR", equal=0.25)
    assert (found.threshold, found.point) == (0.25, None)


def said(*systems):
    named = [(f"system {letter}", points) for letter, points in zip("ABC", systems, strict=False)]
    return comparing.best_of(named, "FMR", "pairs").replace("\u202f", " ")


def test_the_best_at_a_rate_that_all_support():
    text = said([point(0.1, 0.2, 0.5), point(0.01, 0.3, 0.02, (0.01, 0.03))], ASKED[:2])
    assert text == "At FMR 1 %, system A missed the fewest pairs: 2.0 % (95 %: 1.0–3.0 %)."
    text = said([point(0.1, 0.2, 0.15), point(0.01, None)], ASKED)
    assert text.startswith("At FMR 10 %, system B missed the fewest pairs: 10 % (95 %: 5.0–20 %);")
    assert text.endswith(
        "the interval of system A overlaps with it, so these data alone do not settle the order."
    )


def test_no_winner_where_there_is_none():
    text = said(ASKED, ASKED, [point(0.01, 0.3, 0.12)])
    assert "system A and system B missed equally few pairs: 10 %" in text
    assert "the interval of system C overlaps" in text
    nothing = "There is no FMR at which the data support a figure for every system."
    assert said([point(0.01, None)], ASKED) == nothing
    bare = [point(0.01, 0.3, 0.2, None)], [point(0.01, 0.3, 0.3, None)]
    assert said(*bare).endswith("20 %. Without intervals nobody can say whether that is chance.")
