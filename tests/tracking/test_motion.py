from __future__ import annotations

import numpy as np
import pytest

from kith.tracking.motion import Motion, moved
from kith.types import Box


def follow(way, times) -> Motion:
    motion = Motion(way(times[0]), times[0])
    for time in times[1:]:
        motion.update(way(time), time)
    return motion


def way(time: float) -> Box:
    return Box(100 + 80 * time, 50 - 30 * time, 40, 50)


@pytest.mark.parametrize("rate", [5.0, 12.0, 30.0, 120.0])
def test_goes_on_as_it_went_at_any_rate_of_frames(rate: float) -> None:
    motion = follow(way, np.arange(0, 2.0, 1 / rate))
    assert motion.at(2.1).centre == pytest.approx(way(2.1).centre, abs=6)  # of a face 40 wide


def test_frames_may_come_at_any_time() -> None:
    random = np.random.default_rng(1)
    motion = follow(way, np.sort(random.uniform(0, 2, 40)))
    assert motion.at(2.05).centre == pytest.approx(way(2.05).centre, abs=3)


def test_what_is_out_of_sight_slows_down() -> None:
    motion = follow(way, np.arange(0, 2.0, 0.08))
    first = motion.at(2.2).x - motion.at(2.0).x
    later = motion.at(4.2).x - motion.at(4.0).x
    assert 0 <= later < 0.2 * first
    assert motion.at(60).x < way(2.0).x + 90


def test_is_the_less_sure_the_longer_it_was_not_seen() -> None:
    motion = follow(way, np.arange(0, 2.0, 0.08))
    spreads = [motion.spread(2.0 + gap) for gap in (0.0, 0.1, 0.5, 1.0)]
    assert spreads == sorted(spreads)
    assert spreads[-1] > 3 * spreads[0]


def test_evens_out_a_detector_that_trembles() -> None:
    random = np.random.default_rng(2)
    errors, raw = [], []
    motion = Motion(Box(100, 100, 40, 40), 0.0)
    for time in np.arange(0.08, 8, 0.08):
        noise = random.normal(0, 1.6, 2)
        motion.update(Box(100 + noise[0], 100 + noise[1], 40, 40), time)
        errors.append(np.hypot(*np.subtract(motion.at(time).centre, (120, 120))))
        raw.append(np.hypot(*noise))
    assert np.mean(errors[20:]) < 0.9 * np.mean(raw[20:])


def test_grows_with_the_face() -> None:
    motion = follow(lambda time: Box(0, 0, 40 * 1.5**time, 50 * 1.5**time), np.arange(0, 2, 0.08))
    assert motion.at(2.04).width == pytest.approx(40 * 1.5**2.04, rel=0.05)


def test_rests_where_nothing_moves() -> None:
    motion = follow(way, np.arange(0, 2.0, 0.08))
    motion.rest(2.0)
    assert motion.at(3.0) == pytest.approx(motion.at(2.0))


def test_points_go_with_the_box() -> None:
    points = np.array([[10, 20], [30, 60]], np.float32)
    new = moved(points, Box(10, 20, 20, 40), Box(100, 200, 40, 40))
    assert new.tolist() == [[100, 200], [140, 240]]
