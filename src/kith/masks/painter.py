"""Painting masks on the faces of a photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.errors import InputError, printable
from kith.landmarks.checks import check_pixels
from kith.masks.look import MaskLook
from kith.masks.paint import keep
from kith.masks.paint.mean_face import FIVE
from kith.masks.paint.placement import Placement, from_dense, from_five
from kith.masks.paint.render import render
from kith.masks.space import is_masked

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kith.landmarks import LandmarkNetwork
    from kith.models import ModelStore
    from kith.types import Face, Pixels

SMALLEST = 12.0
"""Pixels between the eyes, or from there to the mouth, below which a mask would be a few dots."""

PROFILE = 62.0
"""Degrees to the side beyond which half of a mask would have to be guessed."""

APART_MESH, APART_FIVE, APART_UNSEEN = 1.4, 0.6, 0.5
"""How far the placed face's eyes, nose and mouth may lie from the detector's, on the mean, in
centimetres of the mean face, before it is taken for another's face, or for none: smiles and open
mouths lie apart from a mesh, five points hardly do from what was fitted to them. The last: where a
network saw no face at all."""

SURE = 0.8
"""The detector's score from which a face is believed in that a network does not see."""

ALIKE, LOWER = 1.4, 0.6
"""Up to which ratio sizes do not say who of two is nearer, where one is lower by this many."""


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
        self._network: LandmarkNetwork | None = None
        if landmarks is None:
            return
        from kith.landmarks import open_landmarks
        from kith.models import ModelStore as Store
        from kith.models.catalogue import card

        store = store or Store()
        if accept_license:
            store.accept(card(landmarks))
        self._network = open_landmarks(landmarks, store, device)

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
            InputError: pixels or looks of another kind, or not as many looks as faces.
        """
        check_pixels(pixels, "masks are painted on")
        looks = _looks(look, len(faces))
        canvas = np.array(pixels, np.uint8, order="C")
        placed = [self._place(pixels, face, over=over) for face in faces]
        sizes = [_size(face) for face in faces]
        done: dict[int, PaintedFace] = {}
        for index in sorted(range(len(faces)), key=sizes.__getitem__):
            face, wanted, place = faces[index], looks[index], placed[index]
            if isinstance(place, str):
                done[index] = PaintedFace(face, wanted, place, None)
                continue
            heads = [
                head
                for other, head in zip(faces, placed, strict=True)
                if isinstance(head, Placement) and _nearer(other, face)
            ]
            outlines = [keep.hides(head, face.landmarks) for head in heads]
            nearer = [outline for outline in outlines if outline is not None]
            area = render(pixels, canvas, place, wanted, nearer)
            reason = None if area is not None else "outside the photo"
            done[index] = PaintedFace(face, wanted, reason, area)
        return Painted(canvas, tuple(done[index] for index in range(len(faces))))

    def _place(self, pixels: Pixels, face: Face, *, over: bool) -> Placement | str:
        """Return where a face lies, or why it cannot be painted."""
        if not np.isfinite(face.landmarks).all():
            return "not seen clearly"
        if _size(face) < SMALLEST:
            return "too small"
        if is_masked(face.mask) and not over:
            return "wears a mask already"
        found = self._network.find(pixels, face.landmarks) if self._network else None
        if found is not None:
            place, most = from_dense(found), APART_MESH
        else:
            place, most = from_five(face.landmarks), APART_FIVE
            if self._network is not None:
                most = APART_UNSEEN if face.score >= SURE else 0.0
        apart = place.place(FIVE)[:, :2] - face.landmarks
        if float(np.linalg.norm(apart, axis=1).mean()) > most * place.scale:
            return "not seen clearly"
        return "turned too far" if abs(place.yaw) > PROFILE else place


def _looks(look: object, faces: int) -> list[MaskLook]:
    """Return a look for each face.

    Raises:
        InputError: something else than looks, or not as many.
    """
    looks = [look] * faces if isinstance(look, MaskLook) else look
    if not isinstance(looks, (list, tuple)) or not all(isinstance(one, MaskLook) for one in looks):
        given = printable(repr(look), 60)
        raise InputError(f"masks need a MaskLook, or a list of one for each face, not {given}")
    if len(looks) != faces:
        raise InputError(f"{faces} faces need as many looks, not {len(looks)}")
    return list(looks)


def _nearer(one: Face, other: Face) -> bool:
    """Tell whether a face is nearer than another: it is larger or, where that says little, lower.

    Who sits or stands before others is lower on the photo.
    """
    ratio = _size(one) / max(_size(other), 1e-6)
    if 1 / ALIKE < ratio < ALIKE:
        lower = float(one.landmarks[:, 1].mean() - other.landmarks[:, 1].mean())
        if abs(lower) > LOWER * _size(other):
            return lower > 0
    return ratio > 1


def _size(face: Face) -> float:
    """Return the distance between the eyes, or to the mouth where that is larger, in pixels."""
    left, right, _, *mouth = np.nan_to_num(
        face.landmarks.astype(np.float64), posinf=0.0, neginf=0.0
    )
    down = (left + right) / 2 - np.mean(mouth, axis=0)
    return max(float(np.linalg.norm(right - left)), float(np.linalg.norm(down)))
