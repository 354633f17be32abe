"""Photos that came over the wire become a person's."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kith import shapes
from kith.decision import unusable
from kith.errors import EnrolmentError, printable
from kith.gallery import thumbnails
from kith.gallery.enroll_report import Rejected, Tally, usable
from kith.gallery.masked import REFUSED, is_masked
from kith.gallery.names import clean_name
from kith.gallery.records import NewPhoto
from kith.quality import POOR, reason
from kith.recognizer import largest_central
from kith.server.refusal import Refused, photo_reason
from kith.types import Box, overlap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.gallery.gallery import Gallery
    from kith.server.uploads import Upload
    from kith.types import Face, PhotoFaces

SAME_FACE = 0.3
"""A box means the face that it overlaps with so much (intersection over union)."""


class Wanted(NamedTuple):
    """Which faces are taken.

    Attributes:
        box: of the face, in pixels of the photo; None: the largest central one.
        strict: none that is poor.
    """

    box: Box | None = None
    strict: bool = False


def parsed_box(text: str | None, photos: int) -> Box | None:
    """Return which face of a photo is meant, from ``x,y,w,h``.

    Raises:
        Refused: these are no four numbers, or it is not clear which photo they are of.
    """
    if not text:
        return None
    try:
        x, y, width, height = map(float, text.split(","))
    except ValueError:
        x = y = width = height = math.nan
    if not all(map(math.isfinite, (x, y, width, height))) or min(width, height) <= 0:
        raise Refused(422, "invalid_box", "a box is four numbers: x,y,width,height in pixels")
    if photos > 1:
        raise Refused(422, "invalid_box", "a box says which face of one photo: send one photo")
    return Box(x, y, width, height)


def enrol(people: Gallery, name: str, uploads: Sequence[Upload], wanted: Wanted) -> dict[str, Any]:
    """Keep a person's photos and return the report, see `kith.EnrollReport`.

    Raises:
        Refused: not one of the photos can be used; the report is with it.
        GalleryError: the gallery cannot take it.
    """
    tally = Tally(clean_name(name))
    for upload in uploads:
        _take(people, tally, upload, wanted)
    if tally.waiting:
        contract = people.recognizer.contract
        # Whoever points at a face knows that the photo shows others, who may be known by it too.
        shared = wanted.box is not None
        added = people.store.add(tally.name, tally.waiting, contract, shared=shared)
        tally.written(added, people.recognizer.known_threshold)
    report = tally.report()
    shape = shapes.enrolment(report)
    try:
        usable(tally.name, [report])
    except EnrolmentError as error:
        refused = Refused.of(error)
        if report.conflicts and not report.rejected:
            refused.status, refused.code = 409, "photo_of_another"
        refused.more = {"report": shape}
        raise refused from error
    return shape


def _take(people: Gallery, tally: Tally, upload: Upload, wanted: Wanted) -> None:
    source = printable(upload.name)
    digest = hashlib.sha256(upload.data).hexdigest()
    if people.store.exists and people.store.has_photo(digest, tally.name):
        tally.already += 1
        return
    found = people.recognizer.describe(upload.data, keep_pixels=True)
    face, refusal = _meant(found, wanted)
    if face is not None and is_masked(face) and people.no_mask:
        refusal = REFUSED
    if face is None or refusal is not None:
        tally.rejected.append(Rejected(source, refusal or "no face found"))
        return
    if len(found.faces) > 1 and wanted.box is None:
        tally.several.append(source)
    tally.waiting.append(
        NewPhoto(digest, source, (face,), portraits=(_picture(people, found, face),))
    )


def _meant(found: PhotoFaces, wanted: Wanted) -> tuple[Face | None, str | None]:
    """Return the face to keep, and why it is not kept."""
    if found.failure is not None:
        return None, photo_reason(found.failure)
    if wanted.box is None:
        face = largest_central(found.faces, found.width, found.height)
    else:
        box = wanted.box
        face = max(found.faces, key=lambda one: overlap(one.box, box), default=None)
        if face is not None and overlap(face.box, box) < SAME_FACE:
            return None, "no face where the box is"
    if face is None:
        return None, "no face found"
    poor = wanted.strict and face.quality is not None and face.quality.score < POOR
    return face, f"face {reason(face.quality)}" if poor and face.quality else unusable(face)


def _picture(people: Gallery, found: PhotoFaces, face: Face) -> bytes | None:
    if found.pixels is None:
        return None
    # A large photo is read smaller than it is.
    factor = np.float32(found.pixels.shape[1] / found.width)
    seen = replace(face, landmarks=face.landmarks * factor)
    return thumbnails.encoded(people.recognizer.crop(found.pixels, seen, thumbnails.SIDE))
