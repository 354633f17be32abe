"""What enrolment makes of one photo: which face is meant, or why it is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kith.decision import unusable
from kith.gallery import thumbnails
from kith.gallery.masked import REFUSED, is_masked
from kith.gallery.records import NewPhoto
from kith.recognizer import largest_central

if TYPE_CHECKING:
    from kith.gallery.enroll_report import FilmFaces
    from kith.recognizer import Recognizer
    from kith.types import Face, ImageInput, PhotoFaces


@dataclass(frozen=True, slots=True)
class Looked:
    """A photo or a film that was looked at.

    Attributes:
        source: as given.
        photo: what to keep; None where there is nothing.
        refusal: why not.
        several: whether a photo shows several faces, of which one was taken.
        film: what was seen, where it is one.
    """

    source: str
    photo: NewPhoto | None
    refusal: str | None = None
    several: bool = False
    film: FilmFaces | None = None


def look_at_photo(
    recognizer: Recognizer,
    image: ImageInput,
    *,
    all_faces: bool,
    portraits: bool,
    no_mask: bool = False,
) -> Looked:
    """Describe a photo and say which of its faces are to be kept.

    Args:
        recognizer: finds and describes them.
        image: the photo.
        all_faces: all that can be used, not only the largest central one.
        portraits: keep a picture of that one.
        no_mask: refuse faces with a mask.
    """

    def refused(face: Face) -> str | None:
        return REFUSED if no_mask and is_masked(face) else unusable(face)

    found = recognizer.describe(image, keep_pixels=portraits)
    if found.error is not None:
        return Looked(found.source, None, found.error)
    best = largest_central(found.faces, found.width, found.height)
    if best is None:
        return Looked(found.source, None, "no face found")
    faces: tuple[Face, ...] = (best,)
    if all_faces:
        faces = tuple(face for face in found.faces if refused(face) is None)
    refusal = None if faces and all_faces else refused(best)
    if refusal is not None:
        return Looked(found.source, None, refusal)
    picture = picture_of(recognizer, found, best)
    shown = () if picture is None else tuple(picture if f is best else None for f in faces)
    photo = NewPhoto(found.digest, found.source, faces, portraits=shown)
    return Looked(found.source, photo, several=len(found.faces) > 1 and not all_faces)


def picture_of(recognizer: Recognizer, found: PhotoFaces, face: Face) -> bytes | None:
    """Return what a face of a photo looks like, see `thumbnails`; None without the photo's pixels.

    Args:
        recognizer: that found it.
        found: the photo.
        face: on it.
    """
    if found.pixels is None:
        return None
    # A large photo is read smaller than it is.
    factor = np.float32(found.pixels.shape[1] / found.width)
    seen = replace(face, landmarks=face.landmarks * factor)
    return thumbnails.encoded(recognizer.crop(found.pixels, seen, thumbnails.SIDE))
