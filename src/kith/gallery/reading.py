"""Every look-up in a gallery, on the caller's connection."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import bindparam, exists, func, select, tuple_

from kith.errors import GalleryUnreadable, UnknownPerson, printable
from kith.gallery import rows, schema
from kith.gallery.names import name_key
from kith.gallery.records import FaceDetail, PersonDetail, PersonSummary, PhotoDetail
from kith.types import Box, EmbeddingContract

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Select

    from kith.types import Vector

_CHANGES = select(schema.meta.c.changes)
_NO_MASK = select(schema.meta.c.no_mask)
_OWNERS = (
    select(
        schema.people.c.id.label("person_id"),
        schema.photos.c.id.label("photo_id"),
        schema.people.c.name,
    )
    .join(schema.photos, schema.photos.c.person_id == schema.people.c.id)
    .where(schema.photos.c.digest == bindparam("digest"))
    .order_by(schema.photos.c.id)
)
_SUGGESTIONS_AMONG = 20_000
"""So many names are compared for a similar one; more would take longer than reading the list."""


def contract(connection: Connection) -> EmbeddingContract | None:
    """Return what the gallery's embeddings are; None before the first enrolment."""
    found = connection.execute(schema.contract.select()).mappings().first()
    if found is None:
        return None
    return EmbeddingContract(**{key: value for key, value in found.items() if key != "id"})


def known_contract(connection: Connection) -> EmbeddingContract:
    """Return what the embeddings of a gallery with people in it are."""
    found = contract(connection)
    if found is None:
        raise GalleryUnreadable("the gallery has lost its embedding contract: restore a copy")
    return found


def change_counter(connection: Connection) -> int:
    """Return the number of transactions that changed something."""
    return int(connection.execute(_CHANGES).scalar_one())


def no_mask(connection: Connection) -> bool:
    """Return whether whoever wears a mask is refused."""
    return bool(connection.execute(_NO_MASK).scalar_one())


def person_id(connection: Connection, name: str) -> int | None:
    """Return the id of the person with exactly this name."""
    people = schema.people
    return connection.execute(select(people.c.id).where(people.c.name == name)).scalar()


def known_person(connection: Connection, name: str) -> int:
    """Return the id of the person with exactly this name.

    Raises:
        UnknownPerson: with the names that were probably meant.
    """
    found = person_id(connection, name)
    if found is not None:
        return found
    near = _near(connection, name)
    hint = f": did you mean {' or '.join(near)}?" if near else ": see kith gallery list"
    raise UnknownPerson(f"nobody here is called {printable(name)}{hint}")


def owners(connection: Connection, digest: str) -> Sequence[Any]:
    """Return `person_id`, `photo_id` and `name` of the people a photo stands for."""
    return connection.execute(_OWNERS, {"digest": digest}).all()


def newest_photo(connection: Connection) -> int:
    """Return the highest id among the photos, 0 where there are none."""
    return connection.execute(select(func.max(schema.photos.c.id))).scalar() or 0


def known_digests(connection: Connection, digests: Sequence[str], name: str | None) -> set[str]:
    """Return which of these photos are in the gallery, of this person or of anybody."""
    photos, people = schema.photos, schema.people
    query = select(photos.c.digest).where(photos.c.digest.in_(digests))
    if name is not None:
        query = query.join(people, people.c.id == photos.c.person_id).where(people.c.name == name)
    return set(connection.execute(query).scalars())


def photo_digests(connection: Connection, name: str) -> set[str]:
    """Return the digests of a person's photos."""
    photos = schema.photos
    query = select(photos.c.digest).where(photos.c.person_id == known_person(connection, name))
    return set(connection.execute(query).scalars())


def embeddings(connection: Connection, person: int) -> Sequence[Any]:
    """Return a person's faces, oldest first.

    With `id`, `photo_id`, `embedding`, `quality`, `member` and `mask`.
    """
    faces, photos = schema.faces, schema.photos
    return connection.execute(
        select(
            faces.c.id,
            faces.c.photo_id,
            faces.c.embedding,
            faces.c.quality,
            faces.c.member,
            faces.c.mask,
        )
        .join(photos, photos.c.id == faces.c.photo_id)
        .where(photos.c.person_id == person)
        .order_by(faces.c.id)
    ).all()


def outlier_sources(connection: Connection, person: int) -> tuple[str, ...]:
    """Return the sources of a person's photos with a face that the template leaves out."""
    faces, photos = schema.faces, schema.photos
    found = connection.execute(
        select(photos.c.source)
        .join(faces, faces.c.photo_id == photos.c.id)
        .where(photos.c.person_id == person, ~faces.c.member)
        .group_by(photos.c.id)
        .order_by(photos.c.id)
    )
    return tuple(found.scalars())


def best_quality(connection: Connection, person: int) -> float | None:
    """Return the quality of a person's best face, 0–1; None where one's is not known."""
    faces, photos = schema.faces, schema.photos
    found = connection.execute(
        select(func.max(faces.c.quality), func.count(), func.count(faces.c.quality))
        .join(photos, photos.c.id == faces.c.photo_id)
        .where(photos.c.person_id == person)
    ).one()
    best, all_faces, measured = found
    return best if all_faces == measured and isinstance(best, float) else None


def summaries(connection: Connection, after: tuple[str, str], limit: int) -> list[PersonSummary]:
    """Return the next people of the list by (key, name), which upper case does not disturb."""
    people = schema.people
    query = (
        _summary()
        .where(tuple_(people.c.name_key, people.c.name) > tuple_(*after))
        .order_by(people.c.name_key, people.c.name)
        .limit(limit)
    )
    return [PersonSummary(**row) for row in connection.execute(query).mappings()]


def summary(connection: Connection, name: str) -> PersonSummary:
    """Return one person's line of the list."""
    person = known_person(connection, name)
    query = _summary().where(schema.people.c.id == person)
    return PersonSummary(**connection.execute(query).mappings().one())


def detail(connection: Connection, name: str) -> PersonDetail:
    """Return all that is kept of a person, but for the vectors."""
    person = known_person(connection, name)
    photos, faces = schema.photos, schema.faces
    dimension = known_contract(connection).dimension
    centre = _template(connection, person, dimension)
    found: dict[int, tuple[Any, list[FaceDetail]]] = {}
    for row in connection.execute(
        select(photos.c.digest, photos.c.source, photos.c.added, faces)
        .join(faces, faces.c.photo_id == photos.c.id)
        .where(photos.c.person_id == person)
        .order_by(photos.c.id, faces.c.id)
    ):
        embedding = rows.vectors([row.embedding], dimension)[0]
        face = FaceDetail(
            box=Box(row.x, row.y, row.width, row.height),
            score=row.score,
            quality=row.quality,
            similarity=float(np.dot(embedding, centre)),
            member=row.member,
            mask=rows.mask_state(row.mask),
        )
        found.setdefault(row.photo_id, (row, []))[1].append(face)
    return PersonDetail(
        summary=summary(connection, name),
        photos=tuple(
            PhotoDetail(row.digest, row.source, row.added, tuple(seen))
            for row, seen in found.values()
        ),
    )


def _template(connection: Connection, person: int, dimension: int) -> Vector:
    templates = schema.templates
    blob = connection.execute(
        select(templates.c.vector).where(templates.c.person_id == person)
    ).scalar()
    vector: Vector = rows.vectors([blob], dimension)[0]
    return vector


def _summary() -> Select[Any]:
    people, photos, templates = schema.people, schema.photos, schema.templates
    thumbnails = schema.thumbnails
    photo_count = (
        select(func.count())
        .select_from(photos)
        .where(photos.c.person_id == people.c.id)
        .scalar_subquery()
    )
    return select(
        people.c.id,
        people.c.name,
        photo_count.label("photos"),
        func.coalesce(templates.c.members + templates.c.outliers, 0).label("faces"),
        func.coalesce(templates.c.outliers, 0).label("outliers"),
        people.c.created,
        exists().where(thumbnails.c.person_id == people.c.id).label("thumbnail"),
    ).outerjoin(templates, templates.c.person_id == people.c.id)


def _near(connection: Connection, name: str) -> list[str]:
    people = schema.people
    alike = select(people.c.name).where(people.c.name_key == name_key(name)).limit(3)
    if same := list(connection.execute(alike).scalars()):
        return [printable(found) for found in same]
    names = list(
        connection.execute(
            select(people.c.name).order_by(people.c.id).limit(_SUGGESTIONS_AMONG)
        ).scalars()
    )
    return [printable(found) for found in difflib.get_close_matches(name, names, n=3)]
