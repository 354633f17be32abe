"""Painting masks on the faces of a photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from kith.alignment import ARCFACE
from kith.alignment.similarity import similarity_transform
from kith.errors import InputError
from kith.masks.look import MaskLook
from kith.types import MaskState

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.models import ModelStore
    from kith.types import Face, Pixels

SMALLEST = 12.0
"""Pixels between the eyes below which a mask would be a few dots."""

PROFILE = 1.15
"""How far the nose may stand from the middle of the eyes, in halves of the face's size."""

_HALF = np.array(
    [(56, 62), (46, 66), (32, 69), (21, 73), (20, 84), (25, 99), (34, 110), (45, 117), (56, 119)],
    np.float64,
)
_OUTLINE = np.concatenate([_HALF, np.array([112, 0]) + np.array([-1, 1]) * _HALF[-2:0:-1]])
_DROP = {"nose": 0.0, "mouth": 17.0, "chin": 38.0}


@dataclass(frozen=True, slots=True, eq=False)
class PaintedFace:
    """What became of one face.

    Attributes:
        face: as it was given.
        look: of the mask that was asked for.
        reason: why it was not painted, in a few words; None where it was.
        area: float32 N × 2, the outline of the mask in pixels of the photo; straps and shadow lie
            outside it. None where nothing was painted.
    """

    face: Face
    look: MaskLook
    reason: str | None
    area: npt.NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """A photo with masks.

    Attributes:
        pixels: RGB, uint8, H × W × 3; a copy.
        faces: one for each face given, in their order.
    """

    pixels: Pixels
    faces: tuple[PaintedFace, ...]


class Painter:
    """Paints masks on faces.

    Args:
        store: where networks are kept; None: the user's own (``KITH_HOME``).
        landmarks: id of the network that places the mask; None: by the five points alone.
        device: ``cpu``, ``cuda``, ``openvino``.
        accept_license: accept the licence of non-commercial weights, for now and later.

    Raises:
        ModelError: the network cannot be had or run.
    """

    def __init__(
        self,
        store: ModelStore | None = None,
        *,
        landmarks: str | None = "face-landmarker",
        device: str = "cpu",
        accept_license: bool = False,
    ) -> None:
        self._wanted = (store, landmarks, device, accept_license)

    def paint(
        self,
        pixels: Pixels,
        faces: Sequence[Face],
        look: MaskLook | Sequence[MaskLook],
        *,
        over: bool = False,
    ) -> Painted:
        """Paint a mask on each face; the same input always gives the same pixels.

        Args:
            pixels: RGB, uint8, H × W × 3; it is not changed.
            faces: of these pixels.
            look: of all masks, or one for each face.
            over: paint also where `Face.mask` says that a mask is worn.

        Raises:
            InputError: as many looks as faces are needed.
        """
        looks = [look] * len(faces) if isinstance(look, MaskLook) else list(look)
        if len(looks) != len(faces):
            raise InputError(f"{len(faces)} faces need as many looks, not {len(looks)}")
        canvas = np.array(pixels, np.uint8, order="C")
        done: dict[int, PaintedFace] = {}
        order = sorted(range(len(faces)), key=lambda index: _size(faces[index]))
        for index in order:  # nearer faces last
            done[index] = _paint(canvas, faces[index], looks[index], over=over)
        return Painted(canvas, tuple(done[index] for index in range(len(faces))))


def _size(face: Face) -> float:
    left, right, _, *mouth = face.landmarks.astype(np.float64)
    across = float(np.linalg.norm(right - left))
    return max(across, float(np.linalg.norm((left + right) / 2 - np.mean(mouth, axis=0))))


def _reason(face: Face, *, over: bool) -> str | None:
    if _size(face) < SMALLEST:
        return "too small"
    if face.mask is not None and face.mask.state is not MaskState.NONE and not over:
        return "wears a mask already"
    return None


def _paint(canvas: Pixels, face: Face, look: MaskLook, *, over: bool) -> PaintedFace:
    reason = _reason(face, over=over)
    if reason is not None:
        return PaintedFace(face, look, reason, None)
    to_face = similarity_transform(face.landmarks, ARCFACE.template)
    back = cv2.invertAffineTransform(to_face)
    outline = _OUTLINE + np.array([0.0, _DROP[look.coverage]])
    area = (outline @ back[:, :2].T + back[:, 2]).astype(np.float32)
    layer = np.zeros(canvas.shape[:2], np.uint8)
    cv2.fillPoly(layer, [np.round(area * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    share = cv2.GaussianBlur(layer, (0, 0), max(0.5, _size(face) / 60)).astype(np.float32) / 255
    x, y = np.clip(np.round(face.landmarks[2]).astype(int), 0, np.array(layer.shape[::-1]) - 1)
    light = float(np.clip(canvas[y, x].mean() / 170, 0.25, 1.1))
    colour = np.clip(np.array(look.rgb, np.float32) * light, 0, 255)
    mixed = canvas + share[..., None] * (colour - canvas)
    np.copyto(canvas, np.round(mixed).astype(np.uint8), where=share[..., None] > 0)
    return PaintedFace(face, look, None, area)
