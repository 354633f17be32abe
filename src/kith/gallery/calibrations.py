"""The calibrations a gallery keeps; the newest of its contract counts."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from kith.errors import GalleryError, GalleryUnreadable
from kith.gallery import reading, schema, writing
from kith.gallery.calibration_json import LONGEST, Unbelievable, parsed, parsed_object, plain

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from kith.decision.calibration import Calibration
    from kith.gallery.store import GalleryStore
    from kith.types import EmbeddingContract

_COLUMNS = ("threshold", "fmr", "fingerprint", "created")


class StoredCalibrations:
    """The calibration of a gallery that counts, kept in step with its file.

    Args:
        store: of the gallery.
    """

    def __init__(self, store: GalleryStore) -> None:
        self._store = store
        self._known: tuple[int, Calibration | None, int] | None = None  # by the change counter

    def current(self) -> tuple[Calibration | None, int]:
        """Return the calibration, None where there is none, and how many people there are.

        Raises:
            GalleryUnreadable: it is damaged.
        """
        if not self._store.exists:
            return None, 0
        # The counter first: what is written while we read is read again the next time.
        counter = self._store.templates.change_counter()
        known = self._known
        if known is None or known[0] != counter:
            with self._store.database.read() as connection:
                found = newest(connection)
            self._known = known = (counter, found, self._store.count())
        return known[1], known[2]

    def keep(self, calibration: Calibration) -> None:
        """Keep a calibration, which counts from now on.

        Raises:
            ContractMismatch: the gallery's embeddings are of another kind.
            GalleryError: nobody was ever enrolled.
        """
        if not self._store.exists or self._store.contract() is None:
            raise GalleryError("the gallery is empty: enrol somebody first, then calibrate")
        with self._store.database.write() as connection:
            keep(connection, calibration)

    def remove(self) -> int:
        """Remove all calibrations; returns how many there were."""
        with self._store.database.write() as connection:
            return remove(connection)


def newest(connection: Connection) -> Calibration | None:
    """Return the calibration that counts: the last one made for the gallery's contract.

    Raises:
        GalleryUnreadable: it is damaged.
    """
    contract = reading.contract(connection)
    if contract is None:
        return None
    table = schema.calibrations
    found = connection.execute(
        select(
            *(table.c[name] for name in _COLUMNS),
            func.substr(table.c.detail, 1, LONGEST + 1).label("detail"),
        )
        .where(table.c.contract == contract_text(contract))
        .order_by(table.c.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    try:
        values = {name: getattr(found, name) for name in _COLUMNS}
        return _of_this_kith(parsed(parsed_object(found.detail) | values, contract))
    except Unbelievable as error:
        raise GalleryUnreadable(
            f"the gallery's calibration is damaged ({error}): calibrate again, or go back to the "
            "embedder's own threshold with kith calibrate --remove"
        ) from error


def _of_this_kith(calibration: Calibration) -> Calibration:
    """Leave out what was measured on masked faces in another space than they are compared in."""
    if not calibration.masked:
        return calibration
    from kith.decision.spaces import stamp
    from kith.gallery.contract import contract_embedder
    from kith.masks.space import masked_space

    used = stamp(masked_space(contract_embedder(calibration.contract)))
    return replace(
        calibration, masked=tuple(one for one in calibration.masked if one.space == used)
    )


def keep(connection: Connection, calibration: Calibration) -> None:
    """Keep a calibration, which counts from now on.

    Raises:
        ContractMismatch: the gallery's embeddings are of another kind.
    """
    calibration.require(reading.known_contract(connection))
    values = plain(calibration)
    row = {name: values.pop(name) for name in _COLUMNS}
    connection.execute(
        schema.calibrations.insert().values(
            contract=contract_text(calibration.contract),
            detail=json.dumps(values, allow_nan=False),
            **row,
        )
    )
    writing.record(connection, "calibrate", None, people=calibration.people)


def remove(connection: Connection) -> int:
    """Remove all calibrations; returns how many there were."""
    count = connection.execute(schema.calibrations.delete()).rowcount
    if count:
        writing.record(connection, "uncalibrate", None, calibrations=count)
    return count


def contract_text(contract: EmbeddingContract) -> str:
    """Return a contract as it is kept with a calibration and looked for."""
    return json.dumps(asdict(contract), sort_keys=True)
