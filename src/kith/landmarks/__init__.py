"""Dense landmarks: some hundred points of a face, where detection gives five."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.errors import UnknownModel, printable
from kith.landmarks.base import LEAST_SCORE, DenseLandmarks, LandmarkNetwork, Layout
from kith.models.catalogue import CARDS, card

if TYPE_CHECKING:
    from kith.models.store import ModelStore

DEFAULT = "face-landmarker"
"""The network that runs where the user names none."""

__all__ = [
    "DEFAULT",
    "LEAST_SCORE",
    "DenseLandmarks",
    "LandmarkNetwork",
    "Layout",
    "open_landmarks",
]


def open_landmarks(
    model_id: str = DEFAULT, store: ModelStore | None = None, device: str = "cpu"
) -> LandmarkNetwork:
    """Load a network for dense landmarks.

    Args:
        model_id: of a card whose task is ``landmarks``.
        store: where the weights are; None: the user's own.
        device: one of `kith.models.session.DEVICES`.

    Raises:
        UnknownModel: no such network has this id.
        ModelError: it cannot be had or run, or its licence was not accepted.
        MissingExtra: the device needs a package that is not installed.
    """
    from kith.landmarks.face_106 import Face106
    from kith.landmarks.face_mesh import FaceMesh
    from kith.models.session import open_session
    from kith.models.store import ModelStore as Store

    known = {one.id: one for one in (FaceMesh, Face106)}
    if model_id not in known:
        name = printable(model_id, 60)
        what = f"{name!r} finds no landmarks" if model_id in CARDS else f"no model is {name!r}"
        raise UnknownModel(f"{what}; name one of: {', '.join(known)}")
    session = open_session(card(model_id), store or Store(), device)
    return known[model_id](session)
