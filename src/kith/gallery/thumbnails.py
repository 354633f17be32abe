"""What the people of a gallery look like: one small picture of a face each, or none.

For people who look at a list; nothing is ever recognised by it. It shows the best face that is
part of the template, and makes way for a better one. A face that turns out to be an outlier is
not shown any longer: it may be somebody else's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from kith.errors import InputError
from kith.gallery import reading, schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from kith.types import Pixels

SIDE = 112
"""Of the picture, in pixels; the face is aligned."""

MOST_BYTES = 8192
_QUALITIES = (90, 80, 65, 45, 25, 10)
"""Of the JPEG, until it is small enough; the first nearly always is."""

_COVERED = 0.2
"""How much a face with a mask shows of a person, against one without."""

_END = b"\xff\xd9"

_faces, _photos, _thumbnails = schema.faces, schema.photos, schema.thumbnails


def encoded(pixels: Pixels) -> bytes:
    """Return a face as it is kept: JPEG, `SIDE` × `SIDE`, at most `MOST_BYTES` long.

    Args:
        pixels: the aligned face, RGB, uint8, square.

    Raises:
        InputError: it is not.
    """
    # Here, as in `is_sound`, because it loads what listing people needs not wait for.
    import cv2
    import numpy as np

    if pixels.ndim != 3 or pixels.shape[0] != pixels.shape[1] or pixels.shape[2] != 3:
        raise InputError(f"a portrait is a square of RGB pixels, not {pixels.shape}")
    if pixels.shape[0] != SIDE:
        pixels = np.asarray(cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA))
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    for quality in _QUALITIES:
        _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if len(data) <= MOST_BYTES:
            break
    return data.tobytes()


def is_sound(jpeg: Any) -> bool:
    """Tell whether this is a picture as `encoded` makes it, with nothing behind its end."""
    if type(jpeg) is not bytes or len(jpeg) > MOST_BYTES:
        return False
    from kith.media.jpeg import MAGIC, decode_jpeg, read_header

    if not jpeg.startswith(MAGIC):
        return False
    header = read_header(jpeg)
    if header is None or (header.width, header.height) != (SIDE, SIDE):
        return False
    at_end = jpeg.find(_END, header.scan) == len(jpeg) - len(_END)
    return at_end and decode_jpeg(jpeg, header, 1) is not None


def find(connection: Connection, name: str) -> bytes | None:
    """Return a person's picture; None where there is none.

    Raises:
        UnknownPerson: with the names that were probably meant.
    """
    person = reading.known_person(connection, name)
    query = select(_thumbnails.c.jpeg).where(_thumbnails.c.person_id == person)
    jpeg = connection.execute(query).scalar()
    return jpeg if is_sound(jpeg) else None


def shown(connection: Connection, person: int) -> dict[int, bytes]:
    """Return a person's picture by the id of the face that it shows; empty where there is none."""
    query = select(_thumbnails.c.face_id, _thumbnails.c.jpeg).where(
        _thumbnails.c.person_id == person
    )
    return {row.face_id: row.jpeg for row in connection.execute(query)}


def count(connection: Connection) -> int:
    """Return how many people have a picture."""
    return connection.execute(select(func.count()).select_from(_thumbnails)).scalar_one()


def are_wanted(connection: Connection) -> bool:
    """Tell whether pictures may be kept in this gallery."""
    return bool(connection.execute(select(schema.meta.c.portraits)).scalar_one())


def offer(connection: Connection, person: int, pictures: Mapping[int, bytes]) -> None:
    """Show a person by the best of these faces, unless a better one shows them already.

    Call it when the template is made: outliers are not shown.

    Args:
        connection: inside a transaction.
        person: whose faces they are.
        pictures: by the id of the face.
    """
    current = connection.execute(
        select(_thumbnails.c.face_id).where(_thumbnails.c.person_id == person)
    ).scalar()
    offered = pictures if pictures and are_wanted(connection) else {}
    if current is None and not offered:
        return
    members = connection.execute(
        select(_faces.c.id, _faces.c.quality, _faces.c.yaw, _faces.c.size, _faces.c.mask)
        .join(_photos, _photos.c.id == _faces.c.photo_id)
        .where(_photos.c.person_id == person, _faces.c.member)
        .order_by(_faces.c.id)
    ).all()
    known = [face for face in members if face.id == current or face.id in offered]
    best = max(known, key=lambda face: (_goodness(face), face.id == current), default=None)
    if best is not None and best.id == current:
        return
    connection.execute(_thumbnails.delete().where(_thumbnails.c.person_id == person))
    if best is not None:
        values = {"person_id": person, "face_id": best.id, "jpeg": offered[best.id]}
        connection.execute(_thumbnails.insert().values(values))


def want(connection: Connection, keep: bool) -> int:
    """Say whether pictures may be kept; removes those that are there if not, and counts them."""
    if are_wanted(connection) != keep:
        connection.execute(schema.meta.update().values(portraits=keep))
    if keep or not count(connection):
        return 0
    connection.execute(schema.meta.update().values(unscrubbed=True))
    return connection.execute(_thumbnails.delete()).rowcount


def _goodness(row: Any) -> float:
    numbers = [
        value if isinstance(value, (int, float)) else 0.0
        for value in (row.quality, row.yaw, row.size)
    ]
    covered = _COVERED if row.mask in ("worn", "wrong") else 1.0
    return covered * _shows(*numbers)


def _shows(score: float, yaw: float, size: float) -> float:
    """Frontal faces before turned ones, of equally good ones; large ones before small ones."""
    frontal = 1.0 - 0.5 * min(1.0, abs(yaw))
    return score * frontal * min(1.0, max(0.1, size / (0.35 * SIDE)))
