"""Values to columns and back.

A file may have been damaged or made by somebody else: what comes back is checked before it is
used.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.errors import EnrolmentError, GalleryUnreadable, InputError, printable
from kith.types import MaskState

if TYPE_CHECKING:
    import numpy.typing as npt

    from kith.gallery.records import NewPhoto
    from kith.types import Face, Vector

FLOAT32 = np.dtype("<f4")
"""Little-endian, whatever the machine."""

UNIT_TOLERANCE = 1e-3
_STATES = frozenset(state.value for state in MaskState)
_HEXADECIMAL = frozenset("0123456789abcdef")
LONGEST_SOURCE = 4096
MOST_FACES = 500
"""In one photo of one person."""


def vector_blob(vector: Vector) -> bytes:
    """Return the vector's numbers as they are kept."""
    return np.ascontiguousarray(vector, dtype=FLOAT32).tobytes()


def vectors(blobs: list[Any], dimension: int) -> Vector:
    """Return n × dimension float32 from what was kept.

    Raises:
        GalleryUnreadable: a value that cannot be such a vector.
    """
    wanted = dimension * FLOAT32.itemsize
    if any(type(blob) is not bytes or len(blob) != wanted for blob in blobs):
        raise GalleryUnreadable("the gallery holds a damaged embedding: run kith gallery check")
    flat = np.frombuffer(b"".join(blobs), dtype=FLOAT32)
    return flat.reshape(len(blobs), dimension).astype(np.float32, copy=False)


def qualities(values: list[Any]) -> npt.NDArray[np.float64]:
    """Return qualities as they were kept; NaN where there is none or it cannot be one."""
    numbers = [value if isinstance(value, (int, float)) else math.nan for value in values]
    return np.array(numbers, dtype=np.float64)


def mask_state(value: Any) -> MaskState | None:
    """Return how a face wears a mask, as it was kept; None where nobody looked or it is none."""
    return MaskState(value) if value in _STATES else None


def not_unit(matrix: Vector) -> bool:
    """Return whether any row is not a unit vector; NaN and infinity are not."""
    norms = np.linalg.norm(matrix.astype(np.float64), axis=1)
    return not bool(np.all(np.abs(norms - 1) <= UNIT_TOLERANCE))


def face_values(face: Face, dimension: int, source: str) -> dict[str, Any]:
    """Return a face's columns.

    Raises:
        EnrolmentError: no embedding, or one that cannot be compared.
    """
    embedding = face.embedding
    if embedding is None or embedding.shape != (dimension,) or not_unit(embedding[None]):
        raise EnrolmentError(
            f"{printable(source)}: its embedding is not a unit vector of {dimension} numbers"
        )
    quality = face.quality
    numbers = [float(number) for number in (*face.box, face.score)]
    if not all(map(math.isfinite, numbers)) or not _are_landmarks(face.landmarks):
        raise EnrolmentError(f"{printable(source)}: the coordinates of its face are not numbers")
    return {
        "x": numbers[0],
        "y": numbers[1],
        "width": numbers[2],
        "height": numbers[3],
        "landmarks": vector_blob(face.landmarks),
        "score": numbers[4],
        "size": None if quality is None else float(quality.size),
        "sharpness": None if quality is None else float(quality.sharpness),
        "yaw": None if quality is None else float(quality.yaw),
        "quality": None if quality is None else float(quality.score),
        "member": True,
        "embedding": vector_blob(embedding),
        "mask": None if face.mask is None else face.mask.state.value,
    }


def _are_landmarks(landmarks: npt.NDArray[np.float32]) -> bool:
    return landmarks.shape == (5, 2) and bool(np.isfinite(landmarks).all())


def check_photo(photo: NewPhoto) -> None:
    """Say what keeps a photo from being kept.

    Raises:
        EnrolmentError: no face.
        InputError: not a digest, or a source that is no text.
    """
    if len(photo.digest) != 64 or not _HEXADECIMAL.issuperset(photo.digest):
        raise InputError(f"{printable(photo.source)}: its digest is not sha256 in hexadecimal")
    if len(source_text(photo.source)) > LONGEST_SOURCE:
        raise InputError(f"{printable(photo.source)}: a source has at most 4096 characters")
    if not 1 <= len(photo.faces) <= MOST_FACES:
        raise EnrolmentError(
            f"{printable(photo.source)}: {len(photo.faces)} faces to keep, not 1 to {MOST_FACES}"
        )
    if len(photo.portraits) not in (0, len(photo.faces)):
        raise InputError(f"{printable(photo.source)}: its portraits are not one for each face")


def source_text(source: str) -> str:
    """Return a source as text that can be kept: file names may hold bytes that are none."""
    return source.encode("utf-8", "backslashreplace").decode("utf-8")
