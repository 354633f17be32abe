"""What all sources of frames have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kith.media.films.frame import Frame

State: TypeAlias = Literal["connecting", "connected", "lost", "ended"]

OnState: TypeAlias = Callable[[State, str], None]
"""Told of a change of state, and in one line why. A live source calls it from another thread."""


class Source(ABC):
    """Where frames come from. Use `open_source`.

    Attributes:
        live: whether frames come by themselves, so that late ones are dropped.
        name: for people: a path, ``camera 0``, an address without its password.
        dropped: frames of a live source that nobody took in time.
        skipped: damaged packets or photos that were passed over.
        problem: in one line, why the frames ended early; None where they did not.
    """

    live: bool = False
    name: str
    dropped: int = 0
    skipped: int = 0
    problem: str | None = None

    @abstractmethod
    def frames(self) -> Iterator[Frame]:
        """Yield the frames in the order of their time, which rises."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything within a second; safe to call twice, and from another thread."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
