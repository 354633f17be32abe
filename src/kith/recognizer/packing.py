"""The faces of a photo as bytes and back, bit for bit: plain numbers, little-endian."""

from __future__ import annotations

import math
import zlib
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

import numpy as np

from kith.types import Box, Face, Mask, MaskState, Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

_STATES = tuple(MaskState)
"""A state is kept as its place here; one behind them: nobody looked."""


def pack(faces: Sequence[Face], dimension: int) -> bytes:
    """Return faces with their embeddings as bytes, with a checksum in front.

    Args:
        faces: of one photo, each with an embedding.
        dimension: of the embeddings.
    """
    rows = np.zeros(len(faces), _layout(dimension))
    for row, face in zip(rows, faces, strict=True):
        quality, length = face.quality, face.length
        row["box"] = face.box
        row["landmarks"] = face.landmarks
        row["score"] = face.score
        row["quality"] = (
            math.nan
            if quality is None
            else [math.nan if number is None else number for number in astuple(quality)]
        )
        row["length"] = math.nan if length is None else length
        mask = face.mask
        row["mask"] = len(_STATES) if mask is None else _STATES.index(mask.state)
        row["mask_score"] = math.nan if mask is None else mask.score
        assert face.embedding is not None
        row["embedding"] = face.embedding
    data = rows.tobytes()
    return zlib.crc32(data).to_bytes(4, "little") + data


def unpack(packed: bytes, dimension: int) -> tuple[Face, ...] | None:
    """Return what was packed; None where the bytes are damaged or of another dimension."""
    data, layout = packed[4:], _layout(dimension)
    if zlib.crc32(data).to_bytes(4, "little") != packed[:4] or len(data) % layout.itemsize:
        return None
    return tuple(_face(row) for row in np.frombuffer(data, layout))


def _face(row: np.void) -> Face:
    numbers, length = row["quality"].tolist(), float(row["length"])
    quality = Quality(*numbers[:4], *(_known(number) for number in numbers[4:]))
    landmarks, embedding = (
        np.array(row[part], dtype=np.float32) for part in ("landmarks", "embedding")
    )
    for array in (landmarks, embedding):
        array.setflags(write=False)
    return Face(
        Box(*row["box"].tolist()),
        landmarks,
        float(row["score"]),
        None if math.isnan(numbers[0]) else quality,
        embedding,
        _known(length),
        _mask(int(row["mask"]), float(row["mask_score"])),
    )


def _mask(state: int, score: float) -> Mask | None:
    return Mask(_STATES[state], score) if state < len(_STATES) else None


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number


def _layout(dimension: int) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("box", "<f8", 4),
            ("landmarks", "<f4", (5, 2)),
            ("score", "<f8"),
            ("quality", "<f8", len(fields(Quality))),
            ("length", "<f8"),
            ("mask", "u1"),
            ("mask_score", "<f8"),
            ("embedding", "<f4", dimension),
        ]
    )
