"""How large a photo may be before kith refuses it, and from where on it is decoded smaller."""

from __future__ import annotations

from dataclasses import dataclass, fields

from kith.errors import OptionError

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What is checked before a photo is decoded.

    Attributes:
        max_bytes: of the encoded file.
        max_pixels: width × height; read from the header, so that a small file which claims a
            huge picture costs no memory.
        full_side: a photo whose longer side is above this is decoded at 1/2, 1/4, 1/8 … of its
            size, so that its longer side ends up between half of this and this, in pixels.

    Raises:
        OptionError: a limit below one.
    """

    max_bytes: int = 256 * MEBIBYTE
    max_pixels: int = 150_000_000
    full_side: int = 4096

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value < 1:
                raise OptionError(f"{field.name} is {value}; it must be at least 1")

    def reduction(self, width: int, height: int) -> int:
        """The power of two by which a photo of this size is made smaller; 1 leaves it as it is."""
        factor = 1
        while -(-max(width, height) // factor) > self.full_side:
            factor *= 2
        return factor


DEFAULT_LIMITS = Limits()
