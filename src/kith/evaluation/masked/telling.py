"""Whether masks were told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.evaluation.masked.results import Told
from kith.evaluation.masked.shares import share
from kith.types import MaskState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.evaluation.records import Indices
    from kith.types import Face


def told(
    faces: Sequence[Face | None],
    coverage: str | None,
    person: Indices | None = None,
    *,
    rounds: int = 0,
    seed: int = 0,
) -> Told | None:
    """Count what was said of faces; None where nobody looked.

    Args:
        faces: those that were found.
        coverage: of the masks they wear; None: they wear none.
        person: int32: whom each shows, for the interval.
        rounds: of the bootstrap; 0: no interval.
        seed: of its draws.
    """
    places = [at for at, face in enumerate(faces) if face is not None and face.mask is not None]
    states = [face.mask.state for face in faces if face is not None and face.mask is not None]
    if not states:
        return None
    truth = _truth(coverage)
    hit = np.array([state is truth for state in states])
    whose = np.zeros(len(faces), np.int32) if person is None else person
    return Told(
        looked=len(states),
        none=states.count(MaskState.NONE),
        worn=states.count(MaskState.WORN),
        wrong=states.count(MaskState.WRONG),
        right=share(hit, whose[places], rounds=0 if person is None else rounds, seed=seed),
    )


def _truth(coverage: str | None) -> MaskState:
    if coverage is None:
        return MaskState.NONE
    return MaskState.WORN if coverage == "nose" else MaskState.WRONG
