"""What comes out is what was learned, or nothing comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs kith[train]")

from kith.errors import ModelCorrupt  # noqa: E402
from kith.training.learner import Learner  # noqa: E402
from kith.training.network import Start  # noqa: E402
from kith.training.out import APART, Exported  # noqa: E402
from kith.training.records import Batch  # noqa: E402
from kith.training.settings import Settings  # noqa: E402

from . import tiny  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path


def learned(precision: str = "float32") -> tuple[Learner, np.ndarray]:
    """Return a network that learned from noise, and other noise."""
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (24, tiny.SIDE, tiny.SIDE, 3), np.uint8)
    model = tiny.network(0)
    start = Start("tiny", None, model, tiny.INPUT, "arcface-112", tiny.DIMENSION, tiny.FREE, "")
    settings = Settings("x", "tiny", precision=precision)  # type: ignore[arg-type]
    learner = Learner(start, settings, 4)
    batch = Batch(pixels[:12], np.repeat(np.arange(4), 3), np.arange(12))
    for _ in range(5):
        assert np.isfinite(learner.step(batch, 1e-2).loss)
    return learner, pixels[12:]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_numbers_are_those_that_were_learned(tmp_path: Path, precision: str) -> None:
    learner, pixels = learned(precision)
    exported = Exported(learner.network.model(), tiny.INPUT, tmp_path)
    assert exported.check(pixels, learner.embed(pixels)) <= APART
    assert np.allclose(np.linalg.norm(exported.embed(pixels), axis=1), 1, atol=1e-5)
    assert not list(tmp_path.iterdir())


def test_other_numbers_are_refused(tmp_path: Path) -> None:
    learner, pixels = learned()
    before = Exported(tiny.network(0), tiny.INPUT, tmp_path)
    with pytest.raises(ModelCorrupt, match="onnxruntime"):
        before.check(pixels, learner.embed(pixels))
    wrong = learner.embed(pixels)
    wrong[0, 0] = np.nan
    with pytest.raises(ModelCorrupt):
        Exported(learner.network.model(), tiny.INPUT, tmp_path).check(pixels, wrong)
