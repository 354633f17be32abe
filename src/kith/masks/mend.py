"""Better points for faces that wear a mask.

A detector guesses the points that a mask hides, and pulls the eyes it sees along: YuNet's eyes move
by a twelfth of their distance when a mask is painted on, and what is cropped by them costs
more similarity than the mask itself (docs/decisions/masked-faces.md). The face mesh keeps the eyes
where they are. The five points are therefore taken from the mesh, by a linear rule that gives what
the detector gives on the same faces without masks; ``benchmarks/masked_space.py`` fits it.

Where the points are so far away that the mesh sees no face by them, it is shown the box instead,
with points where faces usually have them.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kith.errors import ModelUnavailable
from kith.landmarks import DEFAULT, open_landmarks
from kith.models.catalogue import card

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from kith.landmarks import LandmarkNetwork
    from kith.models import ModelStore
    from kith.types import Pixels

    Points = npt.NDArray[np.float32]

SEEN = (33, 133, 362, 263, 4, 61, 291, 6, 168, 9, 70, 105, 107, 336, 334, 300, 127, 356, 152, 17)
"""Of the 478: corners of the eyes, tip of the nose, corners of the mouth, then the bridge, the
brows, the temples, the chin and the lower lip."""

USUAL = np.array([[0.255, 0.383], [0.729, 0.380], [0.488, 0.584], [0.287, 0.738], [0.697, 0.733]])
"""Where the five points lie in YuNet's box of an upright face (medians), in its widths, heights."""

GUESSES = ((0.0, 1.0), (0.0, 0.85), (0.1, 1.0))
"""By how much of the box's height the usual points are moved down, and how much they are spread."""


class Mender:
    """Finds the five points of masked faces again. Safe to call from several threads.

    The network's file is had at once, so that it is missed at the start, not in the middle of the
    work; it is loaded when the first mask is seen.

    Args:
        store: where networks are kept.
        device: one of `kith.models.session.DEVICES`.

    Raises:
        ModelError: the network cannot be had.
    """

    def __init__(self, store: ModelStore, device: str = "cpu") -> None:
        with _needed():
            store.path(card(DEFAULT))
        self._store = store
        self._device = "cpu" if device.startswith("openvino") else device
        self._lock = threading.Lock()
        self._network: LandmarkNetwork | None = None

    def mend(self, pixels: Pixels, points: Points, box: npt.NDArray[np.float32]) -> Points:
        """Return the points of a masked face: as they were where the mesh sees no face.

        Args:
            pixels: RGB, uint8, H × W × 3.
            points: float32, 5 × 2, in its pixels, as the detector gave them.
            box: float32, x, y, width, height: the detector's.
        """
        with self._lock:
            if self._network is None:
                self._network = open_landmarks(DEFAULT, self._store, self._device)
        found = mesh_of(self._network, pixels, points, box)
        return points if found is None else from_mesh(found)


def mesh_of(
    network: LandmarkNetwork, pixels: Pixels, points: Points, box: npt.NDArray[np.float32]
) -> Points | None:
    """Return the mesh of a face (478 × 2) by its five points or, failing that, by its box."""
    for guess in (points, *guesses(box)):
        found = network.find(pixels, guess)
        if found is not None and _inside(from_mesh(found.points), box):
            return found.points
    return None


def guesses(box: npt.NDArray[np.float32]) -> Iterator[Points]:
    """Yield five points where a face in a box (x, y, width, height) may have them."""
    for down, spread in GUESSES:
        shares = (USUAL - 0.5) * spread + [0.5, 0.5 + down]
        yield np.asarray(box[:2] + shares * box[2:], dtype=np.float32)


def _inside(points: Points, box: npt.NDArray[np.float32]) -> bool:
    """Whether points can be those of the face in a box, not of a neighbour."""
    x, y = (points.mean(axis=0) - box[:2]) / np.maximum(box[2:], 1e-6)
    return bool(0 < x < 1 and 0 < y < 1)


@contextmanager
def _needed() -> Iterator[None]:
    """Say who needs a network that cannot be had and that nobody named."""
    try:
        yield
    except ModelUnavailable as error:
        raise ModelUnavailable(
            f"{DEFAULT} is needed for faces that wear a mask: {error}"
        ) from error


class Frame(NamedTuple):
    """Where the eyes of a mesh lie: middle, and the way from the left one to the right one."""

    middle: npt.NDArray[np.float64]
    across: npt.NDArray[np.float64]


def from_mesh(mesh: npt.NDArray[np.float32]) -> Points:
    """Return the five points that the detector would give of the face without a mask.

    Args:
        mesh: 478 × 2, pixels.
    """
    seen, frame = features(mesh)
    rule = _rule()
    return placed((seen @ rule[:-1] + rule[-1]).reshape(5, 2), frame)


def features(mesh: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float64], Frame]:
    """Return what the rule looks at: the points `SEEN` as seen from the eyes, flat."""
    exact = mesh[:, :2].astype(np.float64)
    left, right = (exact[33] + exact[133]) / 2, (exact[362] + exact[263]) / 2
    frame = Frame((left + right) / 2, right - left)
    return as_seen(exact[list(SEEN)], frame).ravel(), frame


def as_seen(points: npt.NDArray[np.float64], frame: Frame) -> npt.NDArray[np.float64]:
    """Return points (N × 2) in distances of the eyes, from their middle, with the eyes level."""
    x, y = frame.across
    turn = np.array([[x, -y], [y, x]]) / max(float(x * x + y * y), 1e-12)
    return np.asarray((points - frame.middle) @ turn)


def placed(points: npt.NDArray[np.float64], frame: Frame) -> Points:
    """Undo `as_seen`."""
    x, y = frame.across
    return np.asarray(points @ np.array([[x, y], [-y, x]]) + frame.middle, dtype=np.float32)


@cache
def _rule() -> npt.NDArray[np.float64]:
    """Return the linear rule: what is seen, and 1, to five points (float64, 2·N + 1 × 10)."""
    found = files("kith.masks").joinpath("numbers", "points.npz")
    with found.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        return np.asarray(kept["rule"], dtype=np.float64)
