from __future__ import annotations

import math
from typing import Any

import pytest

from kith.detection.mtcnn import MtcnnSettings
from kith.errors import OptionError


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"min_face": 2.9}, "3 pixels or more, not 2.9"),
        ({"min_face": math.nan}, "3 pixels or more"),
        ({"scale_factor": 0.0}, "scale_factor"),
        ({"scale_factor": 1.0}, "scale_factor"),
        ({"thresholds": (0.6, 1.0, 0.7)}, "thresholds"),
        ({"thresholds": (0.6, 0.7, math.nan)}, "thresholds"),
        ({"most_proposals": 0}, "1 or more"),
        ({"most_refined": -1}, "1 or more"),
    ],
)
def test_what_cannot_be_is_refused(setting: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        MtcnnSettings(**setting)
