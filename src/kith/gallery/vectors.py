"""The stored templates, as a search in memory wants them: all in chunks, or a few by id."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import bindparam, func, select

from kith.gallery import reading, rows, schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    from kith.gallery.database import Database
    from kith.types import Vector

_ROWS_AT_ONCE = 8192
_KEYS_AT_ONCE = 500

# Written once: putting a statement together takes longer than running it, and `by_id` is asked
# for every face.
_people, _templates = schema.people, schema.templates
_COUNT = select(func.count()).select_from(_templates)
_ALL = (
    select(_templates.c.person_id, _templates.c.vector)
    .where(_templates.c.person_id > bindparam("last"))
    .order_by(_templates.c.person_id)
    .limit(_ROWS_AT_ONCE)
)
_CHANGED = (
    select(_templates.c.person_id)
    .where(_templates.c.revision > bindparam("since"))
    .order_by(_templates.c.revision)
    .limit(bindparam("most"))
)
_BY_ID = (
    select(_templates.c.person_id, _templates.c.vector)
    .where(_templates.c.person_id.in_(bindparam("ids", expanding=True)))
    .order_by(_templates.c.person_id)
)
_NAMES = select(_people.c.id, _people.c.name).where(
    _people.c.id.in_(bindparam("ids", expanding=True))
)


class StoredTemplates:
    """The templates in a gallery's file; see `search.TemplateSource`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change_counter(self) -> int:
        """Return a number that moves with every change, by whichever process."""
        with self._database.look() as connection:
            return reading.change_counter(connection)

    def count(self) -> int:
        """Return the number of templates: one for every person."""
        with self._database.look() as connection:
            return int(connection.execute(_COUNT).scalar_one())

    def all(self) -> Iterator[tuple[npt.NDArray[np.int64], Vector]]:
        """Yield people's ids (n) and templates (n × d), in chunks, in order of id."""
        last = 0
        while True:
            with self._database.read() as connection:
                pinned = reading.contract(connection)
                found = connection.execute(_ALL, {"last": last}).all()
            if pinned is None or not found:
                return
            yield _arrays(found, pinned.dimension)
            last = found[-1].person_id

    def changed(self, since: int, limit: int) -> list[int]:
        """Return ids of people whose template changed after the counter stood at `since`.

        At most `limit`, those that changed first.
        """
        with self._database.look() as connection:
            return list(connection.execute(_CHANGED, {"since": since, "most": limit}).scalars())

    def by_id(self, ids: Sequence[int], dimension: int) -> tuple[npt.NDArray[np.int64], Vector]:
        """Return people's ids and templates in order of id, without those that are gone.

        Gone are also those of another dimension: the gallery was emptied and began anew.
        """
        found: list[Any] = []
        size = dimension * rows.FLOAT32.itemsize
        remaining = iter(sorted(ids))
        while batch := list(islice(remaining, _KEYS_AT_ONCE)):
            with self._database.look() as connection:
                answer = connection.execute(_BY_ID, {"ids": batch}).all()
            found.extend(row for row in answer if len(row[1]) == size)
        return _arrays(found, dimension)

    def names(self, ids: Iterable[int]) -> dict[int, str]:
        """Return people's names by id, without those that are gone."""
        remaining = iter(ids)
        found: dict[int, str] = {}
        while batch := list(islice(remaining, _KEYS_AT_ONCE)):
            with self._database.look() as connection:
                found.update({row[0]: row[1] for row in connection.execute(_NAMES, {"ids": batch})})
        return found


def _arrays(found: Sequence[Any], dimension: int) -> tuple[npt.NDArray[np.int64], Vector]:
    ids = np.array([row[0] for row in found], dtype=np.int64)
    return ids, rows.vectors([row[1] for row in found], dimension)
