"""Changes to a face that leave it who it is: few photos go further with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kith.errors import OptionError
from kith.training.data import damage, moves, tints
from kith.training.settings import AUGMENTATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from kith.types import Pixels

FLIPPED = 0.5
"""Share of the faces that are mirrored."""
MOVED = 0.8
"""Share that is shifted, zoomed and turned; the others stay as the pipeline cuts them."""
TINTED = 0.8
BLURRED = 0.25
COMPRESSED = 0.4
MASKED = 0.4
"""Share that is shown with the mask, where one is painted."""

_CHANCES = 6
_MOVES = _CHANCES + moves.DRAWS
_TINTS = _MOVES + tints.DRAWS
_DAMAGE = _TINTS + damage.DRAWS
_ALL = _DAMAGE + 1


class Augment:
    """Changes faces, each time in another way. Safe to call from several threads.

    What comes before the lens comes first: the mask, then how the face is cut out, the light, the
    blur, the file. How far each goes stands in `moves`, `tints` and `damage`. A change does not
    depend on which others are made: each square draws the same numbers for all of them.

    Args:
        names: of the changes: some of `kith.training.settings.AUGMENTATIONS`.
        side: of the square that comes out, in pixels.
        rim: pixels around it on each side of those that go in; `moves.rim_for` says how many let
            ``crop`` go as far as it may.

    Raises:
        OptionError: another name, or ``crop`` without a rim.
    """

    def __init__(self, names: Iterable[str], side: int, rim: int) -> None:
        self.names = tuple(names)
        for name in self.names:
            if name not in AUGMENTATIONS:
                raise OptionError(f"augment is one of {', '.join(AUGMENTATIONS)}, not {name!r}")
        if "crop" in self.names and rim < 1:
            raise OptionError("faces that were gathered without a rim cannot be moved: leave crop")
        self.side, self.rim = side, rim

    def apply(self, pixels: Pixels, painted: Pixels | None, rng: np.random.Generator) -> Pixels:
        """Return a changed square: RGB, uint8, side × side × 3; without names, the middle.

        Args:
            pixels: of a face with its rim; not changed.
            painted: the same with a mask; None: there is none.
            rng: decides; in the same state it gives the same square.
        """
        draws = rng.random(_ALL)
        flip, move, tint, blur, compress, mask = draws[:_CHANCES].tolist()
        if painted is not None and self._is(mask, "masks", MASKED):
            pixels = painted
        found = moves.moved(
            pixels,
            self.side,
            self.rim,
            flip=self._is(flip, "flip", FLIPPED),
            draws=draws[_CHANCES:_MOVES] if self._is(move, "crop", MOVED) else None,
        )
        if self._is(tint, "colour", TINTED):
            found = tints.tinted(found, draws[_MOVES:_TINTS])
        if self._is(blur, "blur", BLURRED):
            found = damage.blurred(found, draws[_TINTS:_DAMAGE])
        if self._is(compress, "jpeg", COMPRESSED):
            found = damage.compressed(found, float(draws[_DAMAGE]))
        return found

    def _is(self, draw: float, name: str, share: float) -> bool:
        return name in self.names and draw < share
