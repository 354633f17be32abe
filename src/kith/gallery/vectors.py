"""The stored templates, as a search in memory wants them: all in chunks, or a few by id."""

from __future__ import annotations

from enum import Enum
from itertools import groupby, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sqlalchemy import bindparam, func, select

from kith.gallery import reading, rows, schema
from kith.gallery.templates import projected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt
    from sqlalchemy import ColumnElement, Connection

    from kith.gallery.database import Database
    from kith.masks.space import MaskedSpace
    from kith.types import MaskState, Vector

_ROWS_AT_ONCE = 8192
_KEYS_AT_ONCE = 500


class Who(Enum):
    """Whose templates."""

    ALL = "everybody's"
    SEEN = "of who was seen without a mask"
    MASKED = "of who never was"


class _Statements(NamedTuple):
    all: Any
    changed: Any
    by_id: Any


# Written once: putting a statement together takes longer than running it, and `by_id` is asked
# for every face.
_people, _templates = schema.people, schema.templates
_faces, _photos = schema.faces, schema.photos
_COUNT = select(func.count()).select_from(_templates)
_COUNT_MASKED = _COUNT.where(_templates.c.masked == _templates.c.members)
_NAMES = select(_people.c.id, _people.c.name).where(
    _people.c.id.in_(bindparam("ids", expanding=True))
)
_MEMBERS = (
    select(_photos.c.person_id, _faces.c.photo_id, _faces.c.embedding, _faces.c.quality)
    .add_columns(_faces.c.mask)
    .join(_photos, _photos.c.id == _faces.c.photo_id)
    .where(_photos.c.person_id.in_(bindparam("ids", expanding=True)), _faces.c.member)
    .order_by(_photos.c.person_id, _faces.c.id)
)


def _statements(*condition: ColumnElement[bool]) -> _Statements:
    columns = (_templates.c.person_id, _templates.c.vector, _templates.c.masked)
    return _Statements(
        all=select(*columns)
        .where(_templates.c.person_id > bindparam("last"), *condition)
        .order_by(_templates.c.person_id)
        .limit(_ROWS_AT_ONCE),
        changed=select(_templates.c.person_id)
        .where(_templates.c.revision > bindparam("since"), *condition)
        .order_by(_templates.c.revision)
        .limit(bindparam("most")),
        by_id=select(*columns)
        .where(_templates.c.person_id.in_(bindparam("ids", expanding=True)), *condition)
        .order_by(_templates.c.person_id),
    )


_STATEMENTS = {
    Who.ALL: _statements(),
    Who.SEEN: _statements(_templates.c.masked < _templates.c.members),
    Who.MASKED: _statements(_templates.c.masked == _templates.c.members),
}


class StoredTemplates:
    """The templates in a gallery's file; see `search.TemplateSource`.

    Args:
        database: the file.
        who: whose.
        space: where they are to be compared, if not as they are; see `templates.projected`.
    """

    def __init__(
        self, database: Database, who: Who = Who.ALL, space: MaskedSpace | None = None
    ) -> None:
        self._database = database
        self._who = who
        self._space = space

    def change_counter(self) -> int:
        """Return a number that moves with every change, by whichever process."""
        with self._database.look() as connection:
            return reading.change_counter(connection)

    def count(self) -> int:
        """Return the number of templates: one for every person."""
        with self._database.look() as connection:
            if self._who is Who.MASKED:
                return int(connection.execute(_COUNT_MASKED).scalar_one())
            people = int(connection.execute(_COUNT).scalar_one())
            if self._who is Who.SEEN:
                people -= int(connection.execute(_COUNT_MASKED).scalar_one())
            return people

    def all(self) -> Iterator[tuple[npt.NDArray[np.int64], Vector]]:
        """Yield people's ids (n) and templates (n × d), in chunks, in order of id."""
        last = 0
        while True:
            with self._database.read() as connection:
                pinned = reading.contract(connection)
                found = connection.execute(_STATEMENTS[self._who].all, {"last": last}).all()
                if pinned is None or not found:
                    return
                chunk = self._arrays(connection, found, pinned.dimension)
            yield chunk
            last = found[-1].person_id

    def changed(self, since: int, limit: int) -> list[int]:
        """Return ids of people whose template changed after the counter stood at `since`.

        At most `limit`, those that changed first.
        """
        asked = {"since": since, "most": limit}
        with self._database.look() as connection:
            return list(connection.execute(_STATEMENTS[self._who].changed, asked).scalars())

    def by_id(self, ids: Sequence[int], dimension: int) -> tuple[npt.NDArray[np.int64], Vector]:
        """Return people's ids and templates in order of id, without those that are gone.

        Gone are also those of another dimension: the gallery was emptied and began anew.
        """
        parts = []
        size = dimension * rows.FLOAT32.itemsize
        remaining = iter(sorted(ids))
        while batch := list(islice(remaining, _KEYS_AT_ONCE)):
            with self._database.read() as connection:
                answer = connection.execute(_STATEMENTS[self._who].by_id, {"ids": batch}).all()
                found = [row for row in answer if len(row[1]) == size]
                parts.append(self._arrays(connection, found, dimension))
        if len(parts) == 1:
            return parts[0]
        return (
            np.concatenate([part[0] for part in parts] or [np.zeros(0, dtype=np.int64)]),
            np.concatenate([part[1] for part in parts] or [np.zeros((0, dimension), np.float32)]),
        )

    def names(self, ids: Iterable[int]) -> dict[int, str]:
        """Return people's names by id, without those that are gone."""
        remaining = iter(ids)
        found: dict[int, str] = {}
        while batch := list(islice(remaining, _KEYS_AT_ONCE)):
            with self._database.look() as connection:
                found.update({row[0]: row[1] for row in connection.execute(_NAMES, {"ids": batch})})
        return found

    def _arrays(
        self, connection: Connection, found: Sequence[Any], dimension: int
    ) -> tuple[npt.NDArray[np.int64], Vector]:
        ids = np.array([row[0] for row in found], dtype=np.int64)
        vectors = rows.vectors([row[1] for row in found], dimension)
        if self._space is None or not len(ids):
            return ids, vectors
        # Whoever was never seen with a mask by the template, which all others' faces need not be
        # read for.
        vectors = self._space.project(vectors, [None] * len(ids))
        masked = [row[0] for row in found if row[2]]
        for person, made in _of_members(connection, masked, dimension, self._space):
            vectors[np.searchsorted(ids, person)] = made
        return ids, vectors


def _of_members(
    connection: Connection, people: Sequence[int], dimension: int, space: MaskedSpace
) -> Iterator[tuple[int, Vector]]:
    """Yield people with their templates from each face."""
    remaining = iter(people)
    while batch := list(islice(remaining, _KEYS_AT_ONCE)):
        kept = connection.execute(_MEMBERS, {"ids": batch}).all()
        for person, group in groupby(kept, key=attrgetter("person_id")):
            faces = list(group)
            states: list[MaskState | None] = [rows.mask_state(face.mask) for face in faces]
            made = projected(
                rows.vectors([face.embedding for face in faces], dimension),
                states,
                space,
                rows.qualities([face.quality for face in faces]),
                [face.photo_id for face in faces],
            )
            yield person, made
