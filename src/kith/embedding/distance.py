"""Distances between descriptors, as the networks' traditions count them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from kith.errors import OptionError

if TYPE_CHECKING:
    import numpy.typing as npt

Metric: TypeAlias = Literal["cosine", "euclidean", "euclidean_raw"]


def distance(a: npt.ArrayLike, b: npt.ArrayLike, metric: Metric = "cosine") -> float:
    """Return how far two descriptors are from each other.

    Args:
        a: a row of numbers, of unit length or not.
        b: another of the same length.
        metric: ``cosine``: 1 − cosine of the angle, 0–2; ``euclidean``: between the rows made
            unit length, 0–2; ``euclidean_raw``: between the rows as they are.

    Raises:
        OptionError: another metric, or rows of different lengths.
    """
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise OptionError(f"two rows of one length are compared, not {first.shape}, {second.shape}")
    if metric == "euclidean_raw":
        return float(np.linalg.norm(first - second))
    first, second = (row / max(float(np.linalg.norm(row)), 1e-12) for row in (first, second))
    if metric == "euclidean":
        return float(np.linalg.norm(first - second))
    if metric != "cosine":
        raise OptionError(f"the metric is cosine, euclidean or euclidean_raw, not {metric!r}")
    return 1.0 - float(first @ second)
