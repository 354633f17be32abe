from __future__ import annotations

import numpy as np
import pytest

from kith.embedding import distance
from kith.errors import OptionError


def test_three_ways_to_measure(random: np.random.Generator) -> None:
    a, b = random.normal(size=(2, 50))
    cosine = float(a @ b) / float(np.sqrt((a @ a) * (b @ b)))
    assert distance(a, b) == pytest.approx(1 - cosine)
    assert distance(a, b, "euclidean") == pytest.approx(np.sqrt(2 - 2 * cosine))
    assert distance(a, b, "euclidean_raw") == pytest.approx(np.sqrt(((a - b) ** 2).sum()))


def test_length_counts_only_where_it_is_meant_to(random: np.random.Generator) -> None:
    a = random.normal(size=20)
    assert distance(a, 3 * a) == pytest.approx(0, abs=1e-12)
    assert distance(a, 3 * a, "euclidean") == pytest.approx(0, abs=1e-7)
    assert distance(a, 3 * a, "euclidean_raw") == pytest.approx(2 * np.linalg.norm(a))
    assert distance(a, -a) == pytest.approx(2)


def test_what_cannot_be_compared() -> None:
    with pytest.raises(OptionError, match="two rows of one length"):
        distance([1, 2, 3], [1, 2])
    with pytest.raises(OptionError, match="cosine, euclidean or euclidean_raw, not 'manhattan'"):
        distance([1], [2], "manhattan")  # type: ignore[arg-type]
