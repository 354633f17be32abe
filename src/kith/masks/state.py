"""The network that sees whether a face wears a mask: its crop, and what its numbers mean.

Ours (docs/decisions/masks.md): a few convolutions over a levelled crop of the whole face, which
answer none, worn, wrong, or that this is no face at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kith.alignment import ARCFACE
from kith.alignment.recipes import SimilarityCrop
from kith.embedding.inputs import network_input
from kith.types import MaskState

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.models.card import Input
    from kith.models.session import Session
    from kith.types import Pixels

FivePoints: TypeAlias = "Sequence[npt.NDArray[np.float32]] | npt.NDArray[np.float32]"
"""Of each face, 5 × 2: left eye, right eye, nose, left and right mouth corner, as seen."""

STATES = (MaskState.NONE, MaskState.WORN, MaskState.WRONG)
"""In the order of the network's outputs; the one behind them says: no face."""

SIDE = 64
_SPAN = 150.0
_LEFT, _ABOVE = 19.0, 10.0

FRAME = SimilarityCrop(
    "mask-state-64",
    1,
    SIDE,
    ((ARCFACE.template + np.array([_LEFT, _ABOVE], np.float32)) * (SIDE / _SPAN)).astype(
        np.float32
    ),
)
"""A third wider than what embedders see: a mask under the chin lies outside their crops."""

BATCH = 32
"""Crops per call."""


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """What the network says of some crops.

    Attributes:
        states: float32, N × 3, how probable each of `STATES` is if it is a face; rows add up to 1.
        face: float32, N, how probable it is that it is a face.
    """

    states: npt.NDArray[np.float32]
    face: npt.NDArray[np.float32]


def decode(logits: npt.NDArray[np.float32]) -> States:
    """Turn the network's outputs (N × 4: the states, no face) into probabilities."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = raised / raised.sum(axis=1, keepdims=True)
    states = np.exp(logits[:, :3] - logits[:, :3].max(axis=1, keepdims=True))
    states = states / states.sum(axis=1, keepdims=True)
    return States(states.astype(np.float32), (1.0 - shares[:, 3]).astype(np.float32))


def look(session: Session, want: Input, pixels: Pixels, points: FivePoints) -> States:
    """Show the network some faces of a picture.

    Args:
        session: of the network.
        want: its preprocessing, as its card says.
        pixels: RGB, uint8, H × W × 3.
        points: of each face, 5 × 2, in pixels of the picture.
    """
    if not len(points):
        return States(np.empty((0, 3), np.float32), np.empty(0, np.float32))
    batch = network_input([FRAME.crop(pixels, five) for five in points], want)
    starts = range(0, len(batch), BATCH)
    return decode(np.concatenate([session.run(batch[at : at + BATCH])[0] for at in starts]))
