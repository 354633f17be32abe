"""Choices that cannot be meant are refused, each in one line."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kith.errors import OptionError
from kith.training.settings import Settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"loss": "softmax"},
        {"mining": "hard"},
        {"optimizer": "lion"},
        {"precision": "float64"},
        {"device": "tpu"},
        {"augment": ("flip", "turn")},
        {"margin": 0.0},
        {"margin": math.nan},
        {"scale": 0.5},
        {"rate": 0.0},
        {"rate": math.inf},
        {"weight_decay": -0.1},
        {"warmup": 1.1},
        {"freeze": -0.1},
        {"held_out": 0.95},
        {"epochs": 0},
        {"people": 1},
        {"people": -3},
        {"photos": 1},
        {"patience": 0},
        {"seed": -1},
        {"people": 100, "photos": 100},
    ],
    ids=str,
)
def test_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError) as raised:
        Settings(out="x", backbone="y", **wrong)
    assert "\n" not in str(raised.value)


def test_ends_of_ranges_are_allowed() -> None:
    Settings("x", "y", held_out=0.0, warmup=0.0, freeze=0.0, weight_decay=0.0)
    Settings("x", "y", held_out=0.9, warmup=1.0, augment=())
