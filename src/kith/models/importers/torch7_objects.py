"""The objects of a Torch7 file (``.t7``, binary): read as data, none of them run.

Layout, as Torch7's File.lua writes it on a 64-bit little-endian machine: every object begins with
its kind, an int32. Tables and torch objects come once, under an index; where the same one is
meant again, the index alone stands. A tensor is a window on a storage, and many share one.
"""

from __future__ import annotations

import math
import os
import struct
from dataclasses import dataclass, field
from typing import IO, Any, TypeAlias

import numpy as np

from kith.errors import WeightsUnreadable, printable

MOST_OBJECTS = 200_000
DEEPEST = 60
LONGEST_TEXT = 4096
MOST_AXES = 8

_NIL, _NUMBER, _TEXT, _TABLE, _TORCH, _BOOLEAN = range(6)
_DTYPES = {
    "Byte": "u1",
    "Char": "i1",
    "Short": "<i2",
    "Int": "<i4",
    "Long": "<i8",
    "Float": "<f4",
    "Double": "<f8",
}
_STORAGES = {f"torch.{kind}Storage": np.dtype(dtype) for kind, dtype in _DTYPES.items()}
_TENSORS = {f"torch.{kind}Tensor" for kind in _DTYPES}


@dataclass(slots=True)
class Storage:
    """Numbers in a row: where they begin in the file, and how many they are."""

    dtype: np.dtype[Any]
    start: int
    count: int


@dataclass(slots=True)
class Tensor:
    """A window on a storage, without gaps; no storage: it is empty."""

    shape: tuple[int, ...] = ()
    first: int = 0
    storage: Storage | None = None


Table: TypeAlias = dict[Any, Any]


@dataclass(slots=True)
class Object:
    """A torch object of another class, such as a module: its fields by name."""

    kind: str
    fields: Table = field(default_factory=dict)


class Reader:
    """Reads the tree of objects; the numbers of storages stay in the file."""

    def __init__(self, file: IO[bytes], source: str) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        self._source = source
        self._seen: dict[int, Any] = {}
        self._objects = 0

    def read(self) -> Any:
        """Return the file's one object."""
        root = self._object(0)
        if self._file.tell() != self._size:
            raise self._damaged("holds more than a network")
        return root

    def _object(self, depth: int) -> Any:
        self._objects += 1
        if depth > DEEPEST or self._objects > MOST_OBJECTS:
            raise self._damaged("nests deeper, or holds more, than a network does")
        kind = self._int32()
        if kind == _NIL:
            return None
        if kind == _NUMBER:
            return struct.unpack("<d", self._bytes(8))[0]
        if kind == _TEXT:
            return self._text()
        if kind == _BOOLEAN:
            return bool(self._int32())
        if kind not in (_TABLE, _TORCH):
            raise self._damaged(f"holds an object of kind {kind}: a function, or no Torch7 at all")
        index = self._int32()
        if index in self._seen:
            return self._seen[index]
        return self._table(index, depth) if kind == _TABLE else self._torch(index, depth)

    def _table(self, index: int, depth: int) -> Table:
        table: Table = {}
        self._seen[index] = table  # before its content, which may name it again
        for _ in range(self._count(8)):
            key, value = self._object(depth + 1), self._object(depth + 1)
            if not isinstance(key, float | str | bool):
                raise self._damaged("holds a table whose keys are neither numbers nor words")
            table[key] = value
        return table

    def _torch(self, index: int, depth: int) -> Any:
        kind = self._text()
        if kind.startswith("V "):  # a version stands before the class; not in the oldest files
            kind = self._text()
        if kind in _STORAGES:
            self._seen[index] = storage = self._storage(_STORAGES[kind])
            return storage
        if kind in _TENSORS:
            self._seen[index] = None  # it cannot be part of itself
            self._seen[index] = tensor = self._tensor(kind, depth)
            return tensor
        self._seen[index] = found = Object(kind)
        fields = self._object(depth + 1)
        if not isinstance(fields, dict):
            raise self._damaged(f"holds a {printable(kind, 60)} without fields")
        found.fields = fields
        return found

    def _storage(self, dtype: np.dtype[Any]) -> Storage:
        count = self._int64()
        start = self._file.tell()
        if not 0 <= count <= (self._size - start) // dtype.itemsize:
            raise self._damaged(f"ends within {count:,} numbers")
        self._file.seek(count * dtype.itemsize, os.SEEK_CUR)
        return Storage(dtype, start, count)

    def _tensor(self, kind: str, depth: int) -> Tensor:
        axes = self._int32()
        if not 0 <= axes <= MOST_AXES:
            raise self._damaged(f"holds a tensor of {axes:,} axes")
        shape = tuple(self._int64() for _ in range(axes))
        strides = tuple(self._int64() for _ in range(axes))
        first = self._int64() - 1
        storage = self._object(depth + 1)
        if storage is None and not math.prod(shape) * axes:
            return Tensor()
        if not isinstance(storage, Storage):
            raise self._damaged(f"holds a {kind} without numbers")
        if not axes:
            return Tensor()
        whole = all(
            stride == math.prod(shape[axis + 1 :]) or shape[axis] == 1
            for axis, stride in enumerate(strides)
        )
        if not whole or min(shape) < 1 or not 0 <= first <= storage.count - math.prod(shape):
            raise self._damaged(f"holds a {kind} that does not fit its numbers")
        return Tensor(shape, first, storage)

    def _bytes(self, count: int) -> bytes:
        found = self._file.read(count)
        if len(found) != count:
            raise self._damaged("ends too early")
        return found

    def _int32(self) -> int:
        return int(struct.unpack("<i", self._bytes(4))[0])

    def _int64(self) -> int:
        return int(struct.unpack("<q", self._bytes(8))[0])

    def _count(self, least: int) -> int:
        """Return how many things follow; each of them takes at least so many bytes."""
        count = self._int32()
        if not 0 <= count <= (self._size - self._file.tell()) // least:
            raise self._damaged(f"ends within {count:,} entries")
        return count

    def _text(self) -> str:
        length = self._count(1)
        if length > LONGEST_TEXT:
            raise self._damaged(f"holds a word of {length:,} letters")
        return self._bytes(length).decode("latin-1")

    def _damaged(self, reason: str) -> WeightsUnreadable:
        return WeightsUnreadable(
            f"{self._source} {reason} (byte {self._file.tell():,}); it is damaged or no .t7 file"
        )
