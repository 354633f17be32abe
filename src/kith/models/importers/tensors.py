"""The arrays of a weight file, handed out by name and only in the shape that is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kith.errors import WeightsUnreadable, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt


class Tensors:
    """What a weight file holds: shapes known, numbers read when they are asked for.

    A name is ``layer/role``, such as ``conv1/7x7_s2/bn/gamma``; the reader of each format says
    how it makes it. An array is handed out once and its numbers are then this caller's alone, so
    that a large file is never in memory twice.

    Args:
        source: the file's name, for messages.
        shapes: of every array.
        load: reads one of them.
    """

    def __init__(
        self,
        source: str,
        shapes: Mapping[str, tuple[int, ...]],
        load: Callable[[str], npt.NDArray[Any]],
    ) -> None:
        self.source = source
        self._shapes = dict(shapes)
        self._load = load

    def __contains__(self, name: str) -> bool:
        return name in self._shapes

    def names(self) -> list[str]:
        """Return the names that were not taken yet, in the file's order."""
        return list(self._shapes)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of an array, before anything of it is read.

        Raises:
            WeightsUnreadable: there is no such array.
        """
        if name not in self._shapes:
            raise WeightsUnreadable(f"{self.source} has no {_spoken(name)}")
        return self._shapes[name]

    def take(self, name: str, *shape: int) -> npt.NDArray[np.float32]:
        """Return an array as float32.

        Args:
            name: ``layer/role``.
            shape: what it has to be.

        Raises:
            WeightsUnreadable: it is not there, has another shape, or holds what is no number.
        """
        found = self.shape(name)
        if found != shape:
            raise WeightsUnreadable(
                f"{self.source}: {_spoken(name)} has the shape {_shown(found)}; "
                f"expected {_shown(shape)}"
            )
        del self._shapes[name]
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
            array = np.asarray(self._load(name), dtype=np.float32)
        if not np.isfinite(array).all():
            raise WeightsUnreadable(
                f"{self.source}: {_spoken(name)} holds values that are no number"
            )
        return array

    def finish(self) -> None:
        """Raise WeightsUnreadable if anything is left: then it is another network's file."""
        if self._shapes:
            name, shape = next(iter(self._shapes.items()))
            raise WeightsUnreadable(
                f"{self.source}: {_spoken(name)} of shape {_shown(shape)} does not belong to this "
                f"network ({len(self._shapes)} arrays left over)"
            )


def _spoken(name: str) -> str:
    layer, _, role = name.rpartition("/")
    return f"layer {printable(layer, 80)!r}, {printable(role, 40)}"


def _shown(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "of a single number"
