"""The numbers, texts and tensors that dlib's ``.dat`` files are made of, read without dlib.

Layout (dlib 19 and 20: serialize.h, float_details.h, cuda/tensor.h):

- An integer is a control byte, whose low four bits are the number of bytes that follow and whose
  top bit is the sign, then the magnitude, lowest byte first.
- A real number is two integers, m and e: m·2^e.
- A text is its length and its bytes; a truth value is ``0`` or ``1``; a tensor is the version 2,
  four sizes and raw little-endian float32.
"""

from __future__ import annotations

import math

from kith.errors import WeightsUnreadable

LARGEST_EXPONENT = 1100
"""Beyond any finite number; dlib marks infinities and what is no number with 32000 and more."""


class DatReader:
    """Reads a file's bytes from the front. Nothing is copied, and no size is believed unchecked.

    Every method raises WeightsUnreadable where the bytes are not what it reads.

    Attributes:
        content: the whole file.
        source: the file's name, for messages.
        place: where the next part begins.
    """

    def __init__(self, content: bytes, source: str) -> None:
        self.content = content
        self.source = source
        self.place = 0

    def wrong(self, what: str) -> WeightsUnreadable:
        """Return the error to raise: what is wrong at the present place."""
        return WeightsUnreadable(f"{self.source}: {what} at byte {self.place:,}")

    def skip(self, count: int) -> int:
        """Go on by a number of bytes; return where they begin."""
        left = len(self.content) - self.place
        if count > left:
            raise self.wrong(f"cut short: {count:,} more bytes expected and {left:,} there,")
        self.place += count
        return self.place - count

    def integer(self) -> int:
        """Read an integer."""
        control = self.content[self.skip(1)]
        length = control & 0x0F
        if control & 0x70 or not 0 < length <= 8:
            raise self.wrong("no integer")
        start = self.skip(length)
        magnitude = int.from_bytes(self.content[start : self.place], "little")
        return -magnitude if control & 0x80 else magnitude

    def real(self) -> float:
        """Read a finite real number."""
        mantissa, exponent = self.integer(), self.integer()
        try:
            if abs(exponent) <= LARGEST_EXPONENT:
                return math.ldexp(mantissa, exponent)
        except OverflowError:
            pass
        raise self.wrong("no finite number")

    def text(self) -> str:
        """Read a short text, such as a class's name."""
        length = self.integer()
        if not 0 <= length <= 64:
            raise self.wrong(f"a name of {length:,} bytes")
        start = self.skip(length)
        return self.content[start : self.place].decode("ascii", "replace")

    def truths(self, count: int) -> None:
        """Pass over truth values."""
        start = self.skip(count)
        if set(self.content[start : self.place]) - set(b"01"):
            raise self.wrong("no truth value")

    def version(self, *known: int) -> int:
        """Read a part's version, which has to be a known one."""
        found = self.integer()
        if found not in known:
            raise self.wrong(f"a part of version {found}, expected {_either(*map(str, known))},")
        return found

    def sizes(self) -> tuple[int, ...]:
        """Read the four sizes of a tensor."""
        sizes = tuple(self.integer() for _ in range(4))
        if min(sizes) < 0:
            raise self.wrong("a tensor of negative size")
        return sizes

    def tensor(self) -> tuple[int, int]:
        """Pass over a tensor; return where its numbers begin and how many they are."""
        self.version(2)
        count = math.prod(self.sizes())
        return self.skip(4 * count), count

    def expect(self, *classes: str) -> str:
        """Read a class's name with its version, such as ``con_4``, which has to be one of these."""
        found = self.text()
        if found not in classes:
            raise self.wrong(f"a {found!r}, expected {_either(*classes)},")
        return found


def _either(*words: str) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
