"""The tables and vectors that a flatbuffer is made of; no place or length is believed unchecked.

Layout (Google, "FlatBuffers internals"): all numbers are little-endian. A table begins with the
distance back to its vtable: bytes of the vtable, bytes of the table, then the place of each field
in the table, or 0 for one that is left out and has its default. A field that holds a table, a
vector or a text is the distance forward to it; a vector begins with its length.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.errors import WeightsUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIZES = {"B": 1, "b": 1, "H": 2, "i": 4, "I": 4, "Q": 8}


@dataclass(frozen=True, slots=True)
class Buffer:
    """A file's bytes.

    Attributes:
        content: the whole file.
        source: the file's name, for messages.
    """

    content: bytes
    source: str

    def wrong(self, what: str) -> WeightsUnreadable:
        """Return the error to raise: what is wrong with the file."""
        return WeightsUnreadable(f"{self.source} {what}; it is damaged or no .tflite file")

    def unknown(self, what: str) -> WeightsUnreadable:
        """Return the error to raise for what such a file may hold and kith cannot read."""
        return WeightsUnreadable(f"{self.source} has {what}, which is not known here")

    def number(self, kind: str, place: int) -> int:
        """Return the number at a place; kind: as `struct` has it, of `_SIZES`."""
        self.check(place, _SIZES[kind])
        return int(struct.unpack_from(f"<{kind}", self.content, place)[0])

    def check(self, place: int, size: int) -> None:
        """Raise WeightsUnreadable unless so many bytes are at a place."""
        if not 0 <= place <= len(self.content) - size:
            raise self.wrong(f"has {len(self.content):,} bytes and points to byte {place + size:,}")

    def root(self) -> Table:
        """Return the outermost table."""
        return self.table(self.number("I", 0))

    def table(self, place: int) -> Table:
        """Return the table at a place, its vtable checked."""
        vtable = place - self.number("i", place)
        length, size = self.number("H", vtable), self.number("H", vtable + 2)
        if length < 4 or length % 2 or size < 4:
            raise self.wrong(f"has no table at byte {place:,}")
        self.check(vtable, length)
        self.check(place, size)
        return Table(self, place, vtable, (length - 4) // 2, size)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its fields are known by their number in the schema."""

    buffer: Buffer
    place: int
    vtable: int
    fields: int
    size: int

    def _field(self, field: int, size: int) -> int:
        """Return where a field's bytes are; 0 where it is left out."""
        if field >= self.fields:
            return 0
        at = self.buffer.number("H", self.vtable + 4 + 2 * field)
        if at > self.size - size:
            raise self.buffer.wrong(f"has a field outside its table at byte {self.place:,}")
        return self.place + at if at else 0

    def number(self, field: int, kind: str, default: int = 0) -> int:
        """Return a field that is a number."""
        at = self._field(field, _SIZES[kind])
        return self.buffer.number(kind, at) if at else default

    def _there(self, field: int) -> int:
        """Return where a field leads to; 0 where it is left out."""
        at = self._field(field, 4)
        return at + self.buffer.number("I", at) if at else 0

    def table(self, field: int) -> Table | None:
        """Return a field that is a table."""
        there = self._there(field)
        return self.buffer.table(there) if there else None

    def _vector(self, field: int, size: int, most: int) -> tuple[int, int]:
        """Return where a vector's first element is and how many there are."""
        there = self._there(field)
        if not there:
            return 0, 0
        count = self.buffer.number("I", there)
        if count > most:
            raise self.buffer.wrong(f"has {count:,} entries at byte {there:,}, more than {most:,}")
        self.buffer.check(there + 4, count * size)
        return there + 4, count

    def numbers(self, field: int, kind: str, most: int) -> tuple[int, ...]:
        """Return a field that is a vector of at most so many numbers."""
        at, count = self._vector(field, _SIZES[kind], most)
        return struct.unpack_from(f"<{count}{kind}", self.buffer.content, at)

    def tables(self, field: int, most: int) -> Iterator[Table]:
        """Yield the tables of a field that is a vector of at most so many."""
        at, count = self._vector(field, 4, most)
        for place in range(at, at + 4 * count, 4):
            yield self.buffer.table(place + self.buffer.number("I", place))

    def bytes_at(self, field: int, most: int) -> tuple[int, int]:
        """Return where a field's raw bytes begin and how many they are: 0, 0 without any."""
        return self._vector(field, 1, most)
