"""Large arrays kept as a few numbers that no other array has by chance."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

PICKED = 64
PROJECTED = 8
SMALL = 0.05
"""A difference is taken relative to the value, or to this part of the greatest one if that is
more: what is nearly 0 is only as exact as the sums it came out of."""


def digest(array: npt.NDArray[np.float32]) -> dict[str, Any]:
    """Return shape, greatest value, length, some values, and sums of all with random signs.

    The picked values show how close two arrays are; the sums, divided by the array's length,
    show that all others are right too, and in their places.
    """
    flat = array.astype(np.float64).ravel()
    length = float(np.sqrt(np.sum(flat * flat)))
    sums = [float(np.sum(signs * flat)) / length for signs in _signs(flat.size)]
    return {
        "shape": list(array.shape),
        "greatest": float(np.abs(flat).max()),
        "length": length,
        "picked": [float(value) for value in flat[_places(flat.size)]],
        "sums": [round(value, 9) for value in sums],
    }


def difference(array: npt.NDArray[np.float32], kept: dict[str, Any]) -> float:
    """Return the greatest relative difference of an array from a kept one; inf if shapes differ."""
    if list(array.shape) != kept["shape"]:
        return float("inf")
    flat = array.astype(np.float64).ravel()
    picked = np.array(kept["picked"])
    scale = np.maximum(np.abs(picked), SMALL * kept["greatest"])
    apart = [float((np.abs(flat[_places(flat.size)] - picked) / scale).max())]
    for signs, total in zip(_signs(flat.size), kept["sums"], strict=True):
        apart.append(abs(float(np.sum(signs * flat)) / kept["length"] - total))
    return max(apart)


def _places(size: int) -> npt.NDArray[np.intp]:
    return np.linspace(0, size - 1, min(size, PICKED)).astype(np.intp)


def _signs(size: int) -> list[npt.NDArray[np.float64]]:
    rows = []
    for number in range(PROJECTED):
        seed = int.from_bytes(hashlib.sha256(f"{number}/{size}".encode()).digest()[:16], "little")
        raw = np.random.PCG64(seed).random_raw(-(-size // 64)).astype("<u8", copy=False)
        bits = np.unpackbits(raw.view(np.uint8))[:size]
        rows.append(bits * 2.0 - 1.0)
    return rows
