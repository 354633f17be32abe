"""From faces that were described elsewhere, as a camera's are, to what is kept of a person."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kith.decision import unusable
from kith.errors import EnrolmentError, InputError
from kith.gallery import thumbnails
from kith.gallery.choosing import choose
from kith.gallery.crowd import Passage, Sighting, protagonist
from kith.gallery.masked import REFUSED, is_masked
from kith.gallery.records import NewPhoto
from kith.quality import reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.masks.space import MaskedSpace
    from kith.types import Face, Pixels

MOST = 300
"""Faces that are looked at; of more an even sample."""


def photo_of_faces(
    faces: Sequence[Face],
    portraits: Sequence[Pixels | None],
    *,
    source: str,
    digest: str | None,
    same: float,
    space: MaskedSpace | None = None,
    no_mask: bool = False,
) -> NewPhoto:
    """Return what is to be kept of faces that are said to be one person's.

    Args:
        faces: with quality and embedding.
        portraits: what they look like, in their order: aligned squares, RGB, uint8; or empty.
        source: where they come from.
        digest: sha256 of that; None: of the faces that are kept.
        same: cosine from which two faces are one person's.
        space: where faces with a mask are compared with others; None: as all others.
        no_mask: keep no face with a mask.

    Raises:
        EnrolmentError: none can be used, or they are of several people.
        InputError: portraits that are not one for each face.
    """
    if portraits and len(portraits) != len(faces):
        raise InputError(f"{len(portraits)} portraits are not one for each of {len(faces)} faces")
    step = -(-len(faces) // MOST) or 1
    shown = dict(zip(map(id, faces), portraits, strict=True)) if portraits else {}
    allowed = [face for face in faces[::step] if not (no_mask and is_masked(face))]
    own = _of_one_person(allowed, same, space)
    kept = tuple(own[index] for index in choose(own, space=space))
    if not kept:
        raise EnrolmentError(REFUSED if faces and not allowed else _poor(allowed))
    pixels = [shown.get(id(face)) for face in kept]
    pictures = tuple(None if one is None else thumbnails.encoded(one) for one in pixels)
    return NewPhoto(
        digest or _digest(kept), source, kept, portraits=pictures if any(pictures) else ()
    )


def _of_one_person(faces: Sequence[Face], same: float, space: MaskedSpace | None) -> list[Face]:
    usable = [face for face in faces if face.embedding is not None and unusable(face) is None]
    if not usable:
        return []
    passages = [Passage(0, 1.0, 1.0, (Sighting(face, None),)) for face in usable]
    main = protagonist(passages, same, space)
    if not main.dominates:
        raise EnrolmentError(f"shows {main.people} people by turns; let only one be seen")
    return [sighting.face for sighting in main.sightings]


def _poor(faces: Sequence[Face]) -> str:
    measured = [face.quality for face in faces if face.quality is not None]
    best = max(measured, key=lambda quality: quality.score, default=None)
    return "no face found" if best is None else f"face {reason(best)}"


def _digest(faces: Sequence[Face]) -> str:
    """Return what stands for the digest of a photo where there is none."""
    return hashlib.sha256(
        b"".join(face.embedding.tobytes() for face in faces if face.embedding is not None)
    ).hexdigest()
