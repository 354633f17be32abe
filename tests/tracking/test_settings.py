from __future__ import annotations

import math

import pytest

from kith.errors import OptionError
from kith.tracking import Settings


@pytest.mark.parametrize(
    ("name", "value", "least"),
    [
        ("side", 10, 32),
        ("detections_per_second", 0.0, 0.01),
        ("confirm", 0, 1),
        ("patience", -1.0, 0),
        ("votes", 0, 1),
        ("quality", math.nan, 0),
        ("patience", math.inf, 0),
        ("same", -1.5, -1),
    ],
)
def test_a_setting_outside_its_range_is_refused(name: str, value: float, least: float) -> None:
    with pytest.raises(OptionError, match=rf"^{name} must be {least} or more, not {value}$"):
        Settings(**{name: value})
