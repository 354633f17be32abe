"""One face for each photo that a gallery keeps: what can be measured without the photos."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sqlalchemy import select

from kith.errors import GalleryUnreadable
from kith.gallery import reading, rows, schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kith.gallery.database import Database
    from kith.types import MaskState, Vector

_KEYS_AT_ONCE = 500


class Portrait(NamedTuple):
    """The face that stands for a photo: whose, of which photo, its row, quality and mask.

    The quality is 0–1; None where it was not measured. The mask is None where nobody looked.
    """

    person: int
    digest: str
    face: int
    quality: float | None
    mask: MaskState | None


@dataclass(frozen=True, slots=True)
class Portraits:
    """Everybody's photos.

    Attributes:
        names: of people, by id.
        portraits: one for each photo, oldest first.
        outliers: photos left out because the person's template leaves their faces out.
    """

    names: dict[int, str]
    portraits: tuple[Portrait, ...]
    outliers: int


def listed(database: Database) -> Portraits:
    """Return the largest face of each photo that is part of a template.

    Of a film only one frame counts: its faces are too alike to be told from one another.
    """
    people, photos, faces = schema.people, schema.photos, schema.faces
    with database.read() as connection:
        found = connection.execute(
            select(
                photos.c.id.label("photo"),
                photos.c.person_id,
                photos.c.digest,
                faces.c.id.label("face"),
                faces.c.member,
                faces.c.quality,
                faces.c.mask,
            )
            .join(faces, faces.c.photo_id == photos.c.id)
            .order_by(photos.c.id, faces.c.member.desc(), (faces.c.width * faces.c.height).desc())
        ).all()
        names = {row[0]: row[1] for row in connection.execute(select(people.c.id, people.c.name))}
    portraits: dict[int, Portrait] = {}
    outliers = 0
    last = None
    for row in found:
        if row.photo != last and row.member:
            portraits[row.photo] = Portrait(
                row.person_id, row.digest, row.face, row.quality, rows.mask_state(row.mask)
            )
        elif row.photo != last:
            outliers += 1
        last = row.photo
    return Portraits(names, tuple(portraits.values()), outliers)


def embeddings(database: Database, face_ids: Sequence[int]) -> Vector:
    """Return the embeddings of some faces, float32 n × d, in their order.

    Raises:
        GalleryUnreadable: one is damaged, or has gone since.
    """
    faces = schema.faces
    with database.read() as connection:
        dimension = reading.known_contract(connection).dimension
        found: dict[int, bytes] = {}
        for start in range(0, len(face_ids), _KEYS_AT_ONCE):
            wanted = face_ids[start : start + _KEYS_AT_ONCE]
            query = select(faces.c.id, faces.c.embedding).where(faces.c.id.in_(wanted))
            found.update({row[0]: row[1] for row in connection.execute(query)})
    if not face_ids:
        return np.empty((0, dimension), dtype=np.float32)
    vectors = rows.vectors([found.get(face) for face in face_ids], dimension)
    if rows.not_unit(vectors):
        raise GalleryUnreadable("the gallery holds a damaged embedding: run kith gallery check")
    return vectors
