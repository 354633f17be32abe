"""Every change to a gallery, each inside the caller's transaction.

The audit says what was done when, in counts and by people's ids; never by name, because it
outlives whoever is forgotten.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kith.errors import ContractMismatch, PersonExists, printable
from kith.gallery import reading, rows, schema, thumbnails
from kith.gallery.masked import masked, space_for
from kith.gallery.migrations import now
from kith.gallery.names import name_key
from kith.gallery.records import AddReport, Conflict, MergeReport
from kith.gallery.templates import template
from kith.types import Box, overlap

_SAME_FACE = 0.8
"""Overlap of a face that is found anew with the one that was kept."""

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from kith.gallery.records import NewPhoto
    from kith.types import EmbeddingContract


def pin(connection: Connection, contract: EmbeddingContract) -> None:
    """Fix what the gallery's embeddings are, or hold a newcomer to it.

    A gallery without people may still change its mind.

    Raises:
        ContractMismatch: the gallery's embeddings are of another kind.
    """
    pinned = reading.contract(connection)
    if pinned == contract:
        return
    if pinned is not None and connection.execute(select(schema.people.c.id).limit(1)).first():
        raise ContractMismatch(
            f"this gallery's embeddings cannot be compared with these "
            f"({'; '.join(pinned.differences(contract))}): use embedder {pinned.model} for it, "
            "or enrol into a new gallery file"
        )
    connection.execute(schema.contract.delete())
    connection.execute(schema.contract.insert().values(id=1, **asdict(contract)))


def add(
    connection: Connection,
    name: str,
    photos: Iterable[NewPhoto],
    contract: EmbeddingContract,
    *,
    settled: int | None = None,
) -> AddReport:
    """Keep photos of a person; see `GalleryStore.add`.

    Args:
        connection: inside a transaction.
        name: clean.
        photos: to keep.
        contract: of their embeddings.
        settled: ids of photos up to this one keep a photo from standing for a second person; None
            for all, 0 for none.
    """
    pin(connection, contract)
    person = reading.person_id(connection, name)
    created = person is None
    added: list[str] = []
    already: list[str] = []
    conflicts: list[Conflict] = []
    pictures: dict[int, bytes] = {}
    for photo in photos:
        rows.check_photo(photo)
        owners = reading.owners(connection, photo.digest)
        others = [
            owner.name
            for owner in owners
            if owner.person_id != person and (settled is None or owner.photo_id <= settled)
        ]
        if person is not None and any(owner.person_id == person for owner in owners):
            already.append(photo.digest)
            pictures |= _pictures_of_known(connection, person, photo)
        elif others:
            source = rows.source_text(photo.source)
            conflicts.append(Conflict(photo.digest, source, others[0]))
        else:
            if person is None:
                person = _insert_person(connection, name)
            pictures |= _insert_photo(connection, person, photo, contract.dimension)
            added.append(photo.digest)
    outliers: tuple[str, ...] = ()
    best = agreement = None
    if person is not None and added:
        agreement = renew_template(connection, person, contract.dimension)
        record(connection, "add", person, photos=len(added))
    if person is not None:
        if added or pictures:
            thumbnails.offer(connection, person, pictures)
        outliers = reading.outlier_sources(connection, person)
        best = reading.best_quality(connection, person)
    return AddReport(
        name=name,
        created=created and person is not None,
        added=tuple(added),
        already=tuple(already),
        conflicts=tuple(conflicts),
        outliers=outliers,
        best=best,
        agreement=agreement,
    )


def renew_template(connection: Connection, person: int, dimension: int) -> float | None:
    """Compute a person's template again and return its `agreement`."""
    faces, templates = schema.faces, schema.templates
    kept = reading.embeddings(connection, person)
    connection.execute(templates.delete().where(templates.c.person_id == person))
    if not kept:
        return None
    states = [rows.mask_state(face.mask) for face in kept]
    made = template(
        rows.vectors([face.embedding for face in kept], dimension),
        rows.qualities([face.quality for face in kept]),
        [face.photo_id for face in kept],
        states,
        space_for(states, reading.contract(connection)),
    )
    for face, member in zip(kept, made.members.tolist(), strict=True):
        if face.member != member:
            connection.execute(faces.update().where(faces.c.id == face.id).values(member=member))
    members = int(made.members.sum())
    connection.execute(
        templates.insert().values(
            person_id=person,
            members=members,
            outliers=len(kept) - members,
            masked=int(masked(states)[made.members].sum()),
            revision=reading.change_counter(connection) + 1,
            vector=rows.vector_blob(made.vector),
        )
    )
    return made.agreement


def rename(connection: Connection, old: str, new: str) -> None:
    """Give a person another name."""
    person = reading.known_person(connection, old)
    holder = reading.person_id(connection, new)
    if holder == person:
        return
    if holder is not None:
        raise PersonExists(f"{printable(new)} is somebody in this gallery already: merge the two")
    people = schema.people
    connection.execute(
        people.update().where(people.c.id == person).values(name=new, name_key=name_key(new))
    )
    record(connection, "rename", person)


def merge(connection: Connection, into: str, other: str) -> MergeReport:
    """Move a person's photos to another and remove them."""
    kept = reading.known_person(connection, into)
    gone = reading.known_person(connection, other)
    if kept == gone:
        return MergeReport(into=into, photos=0, duplicates=0)
    photos = schema.photos
    picture = thumbnails.shown(connection, gone)
    has = select(photos.c.digest).where(photos.c.person_id == kept)
    moved = connection.execute(
        photos.update()
        .where(photos.c.person_id == gone, photos.c.digest.not_in(has))
        .values(person_id=kept)
    ).rowcount
    duplicates = _delete_person(connection, gone)[0]
    renew_template(connection, kept, reading.known_contract(connection).dimension)
    thumbnails.offer(connection, kept, picture)
    record(connection, "merge", kept, photos=moved, duplicates=duplicates)
    return MergeReport(into=into, photos=moved, duplicates=duplicates)


def forget(connection: Connection, name: str) -> tuple[int, int]:
    """Remove a person and all that was kept of them; returns the numbers of photos and faces."""
    person = reading.known_person(connection, name)
    photos, faces = _delete_person(connection, person)
    connection.execute(schema.meta.update().values(unscrubbed=True))
    record(connection, "forget", person, photos=photos, faces=faces)
    return photos, faces


def refuse_masks(connection: Connection, refuse: bool) -> None:
    """Say whether whoever wears a mask is refused from now on."""
    if reading.no_mask(connection) != refuse:
        connection.execute(schema.meta.update().values(no_mask=refuse))
        record(connection, "masks", None, refused=int(refuse))


def record(connection: Connection, action: str, person: int | None, **counts: int) -> None:
    """Write a line of the audit."""
    connection.execute(
        schema.audit.insert().values(
            at=now(), action=action, person_id=person, detail=json.dumps(counts)
        )
    )


def _insert_person(connection: Connection, name: str) -> int:
    values = {"name": name, "name_key": name_key(name), "created": now()}
    key = connection.execute(schema.people.insert().values(values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _insert_photo(
    connection: Connection, person: int, photo: NewPhoto, dimension: int
) -> dict[int, bytes]:
    """Keep a photo with its faces; returns what they look like, by the id of the face."""
    values = {
        "person_id": person,
        "digest": photo.digest,
        "source": rows.source_text(photo.source),
        "added": photo.added or now(),
    }
    key = connection.execute(schema.photos.insert().values(values)).inserted_primary_key
    assert key is not None
    connection.execute(
        schema.faces.insert(),
        [
            {"photo_id": key[0], **rows.face_values(face, dimension, photo.source)}
            for face in photo.faces
        ],
    )
    if not any(photo.portraits):
        return {}
    faces = schema.faces
    ids = connection.execute(
        select(faces.c.id).where(faces.c.photo_id == key[0]).order_by(faces.c.id)
    ).scalars()
    return {id_: jpeg for id_, jpeg in zip(ids, photo.portraits, strict=True) if jpeg is not None}


def _pictures_of_known(connection: Connection, person: int, photo: NewPhoto) -> dict[int, bytes]:
    """Return what faces look like that were kept without a picture, by their ids."""
    if not any(photo.portraits):
        return {}
    photos, faces = schema.photos, schema.faces
    kept = connection.execute(
        select(faces.c.id, faces.c.x, faces.c.y, faces.c.width, faces.c.height)
        .join(photos, photos.c.id == faces.c.photo_id)
        .where(photos.c.person_id == person, photos.c.digest == photo.digest)
    ).all()
    return {
        row.id: jpeg
        for row in kept
        for face, jpeg in zip(photo.faces, photo.portraits, strict=True)
        if jpeg is not None and overlap(Box(*row[1:]), face.box) > _SAME_FACE
    }


def _delete_person(connection: Connection, person: int) -> tuple[int, int]:
    people, photos, faces = schema.people, schema.photos, schema.faces
    theirs = select(photos.c.id).where(photos.c.person_id == person)
    face_count = connection.execute(
        select(func.count()).select_from(faces).where(faces.c.photo_id.in_(theirs))
    ).scalar_one()
    photo_count = connection.execute(
        select(func.count()).select_from(photos).where(photos.c.person_id == person)
    ).scalar_one()
    connection.execute(people.delete().where(people.c.id == person))  # the rest follows
    return photo_count, face_count
