"""Who is told how a training goes."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from kith.training.records import EpochRecord, StepRecord


class Listener(Protocol):
    """Told of each thing as it happens."""

    def say(self, text: str) -> None:
        """Tell something in one line."""

    def gathering(self, photos: int) -> AbstractContextManager[Callable[[], None]]:
        """Tell that so many photos are looked at; give what is called for each."""

    def step(self, record: StepRecord) -> None:
        """Tell of a step."""

    def epoch(self, record: EpochRecord) -> None:
        """Tell of an epoch."""


class Nobody:
    """Is told everything and says nothing."""

    def say(self, text: str) -> None:
        """Tell something in one line."""

    def gathering(self, photos: int) -> AbstractContextManager[Callable[[], None]]:  # noqa: ARG002
        """Tell that so many photos are looked at."""
        return nullcontext(lambda: None)

    def step(self, record: StepRecord) -> None:
        """Tell of a step."""

    def epoch(self, record: EpochRecord) -> None:
        """Tell of an epoch."""
