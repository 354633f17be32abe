"""What may be wrong with a gallery.

Finds what a disk, a crash of the machine or a hand in the file may have done; what the look-ups
need not ask because every writing transaction holds to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import func, select

from kith.errors import GalleryUnreadable, InvalidName, printable
from kith.gallery import reading, rows, schema, thumbnails
from kith.gallery.masked import masked, space_for
from kith.gallery.names import clean_name, name_key
from kith.gallery.templates import template

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Row

    from kith.gallery.templates import Template

_AT_ONCE = 500
_TOLERANCE = 1e-5
"""Cosine and components: templates computed on another machine round a little differently."""


def problems(connection: Connection) -> Iterator[str]:
    """Yield one line for each thing that is wrong."""
    yield from _file(connection)
    yield from _counts(connection)
    yield from _calibration(connection)
    pinned = reading.contract(connection)
    people = schema.people
    last = 0
    while True:
        found = connection.execute(
            select(people).where(people.c.id > last).order_by(people.c.id).limit(_AT_ONCE)
        ).all()
        if not found:
            return
        if pinned is None:
            yield "there are people but no embedding contract"
            return
        for person in found:
            yield from _person(connection, person, pinned.dimension)
        last = found[-1].id


def _file(connection: Connection) -> Iterator[str]:
    for line in connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars():
        if line != "ok":
            yield f"the file is damaged: {printable(str(line))}"
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} belongs to nothing in {parent}"


def _counts(connection: Connection) -> Iterator[str]:
    photos, faces, templates = schema.photos, schema.faces, schema.templates
    empty = (
        select(func.count())
        .select_from(photos)
        .outerjoin(faces, faces.c.photo_id == photos.c.id)
        .where(faces.c.id.is_(None))
    )
    if number := connection.execute(empty).scalar_one():
        yield f"{number} photos have no face"
    people = connection.execute(select(func.count()).select_from(schema.people)).scalar_one()
    made = connection.execute(select(func.count()).select_from(templates)).scalar_one()
    if people != made:
        yield f"{people} people but {made} templates"
    if connection.execute(select(schema.meta.c.unscrubbed)).scalar_one():
        yield "somebody was forgotten, but the file's free pages still have to be wiped"


def _calibration(connection: Connection) -> Iterator[str]:
    if connection.execute(select(schema.calibrations.c.id).limit(1)).first() is None:
        return
    # Here, because it loads the runtime, which a gallery that has none needs not wait for.
    from kith.gallery.calibrations import newest

    try:
        newest(connection)
    except GalleryUnreadable as error:
        yield str(error)


def _person(connection: Connection, person: Row[Any], dimension: int) -> Iterator[str]:
    shown = printable(str(person.name))
    try:
        if clean_name(person.name) != person.name or name_key(person.name) != person.name_key:
            yield f"{shown}: the name is not kept in its normal form"
    except InvalidName as error:
        yield f"{shown}: {error}"
    kept = reading.embeddings(connection, person.id)
    if not kept:
        yield f"{shown}: no photo"
        return
    blobs = [face.embedding for face in kept]
    if any(type(blob) is not bytes or len(blob) != 4 * dimension for blob in blobs):
        yield f"{shown}: an embedding is not {dimension} numbers long"
        return
    embeddings = rows.vectors(blobs, dimension)
    if rows.not_unit(embeddings):
        yield f"{shown}: an embedding is not a unit vector"
        return
    quality = rows.qualities([face.quality for face in kept])
    photos = [face.photo_id for face in kept]
    states = [rows.mask_state(face.mask) for face in kept]
    space = space_for(states, reading.contract(connection))
    expected = (
        template(embeddings, quality, photos, states, space),
        template(embeddings, quality, photos),
        template(embeddings, photos=photos),
    )
    yield from _template(connection, person.id, shown, expected, [face.member for face in kept])
    yield from _masks(connection, person.id, shown, kept)
    yield from _picture(connection, person.id, shown, [face.id for face in kept if face.member])


def _masks(connection: Connection, person: int, shown: str, kept: Sequence[Any]) -> Iterator[str]:
    templates = schema.templates
    query = select(templates.c.masked).where(templates.c.person_id == person)
    stored = connection.execute(query).scalar()
    worn = masked([rows.mask_state(face.mask) for face in kept if face.member]).sum()
    if stored is not None and stored != worn:
        yield f"{shown}: it is not known which faces wear a mask"


def _picture(connection: Connection, person: int, shown: str, members: list[int]) -> Iterator[str]:
    for face, jpeg in thumbnails.shown(connection, person).items():
        if not thumbnails.is_sound(jpeg):
            yield f"{shown}: the picture is damaged"
        if face not in members:
            yield f"{shown}: the picture is of another face"


def _template(
    connection: Connection,
    person: int,
    shown: str,
    expected: tuple[Template, ...],
    members: list[bool],
) -> Iterator[str]:
    """Compare a person's template with what it should be.

    Args:
        connection: to read it.
        person: whose.
        shown: their name.
        expected: as today's kith makes it, as one does that knows nothing of masks, and without
            weights, as the first kith did.
        members: which of their faces are marked as part of it.
    """
    templates = schema.templates
    stored = connection.execute(
        select(templates).where(templates.c.person_id == person)
    ).one_or_none()
    if stored is None:
        yield f"{shown}: no template"
        return
    counts = (members.count(True), members.count(False))
    possible = [made.members.tolist() for made in expected]
    if members not in possible or (stored.members, stored.outliers) != counts:
        yield f"{shown}: outliers are not marked as they should be"
        return
    if type(stored.vector) is not bytes or len(stored.vector) != expected[0].vector.nbytes:
        yield f"{shown}: the template is damaged"
        return
    vector = rows.vectors([stored.vector], len(expected[0].vector))[0]
    if not any(np.allclose(vector, made.vector, atol=_TOLERANCE) for made in expected):
        yield f"{shown}: the template is not the mean of the embeddings"
