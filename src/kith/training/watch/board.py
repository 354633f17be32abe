"""What a run tells TensorBoard, where somebody asked for it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from kith.errors import MissingExtra

if TYPE_CHECKING:
    from pathlib import Path

    from kith.training.records import EpochRecord, StepRecord

FOLDER = "tensorboard"


def require_tensorboard() -> None:
    """Raise unless TensorBoard is installed; call it before long work.

    Raises:
        MissingExtra: it is not.
    """
    try:
        there = find_spec("tensorboard") is not None
    except ValueError:  # blocked or half imported
        there = False
    if not there:
        raise MissingExtra(
            "events for TensorBoard need the package tensorboard, not installed here: "
            "pip install tensorboard"
        )


class Board:
    """Writes events.

    Args:
        work: events go into its folder `tensorboard`.

    Raises:
        MissingExtra: TensorBoard is not installed.
    """

    def __init__(self, work: Path) -> None:
        require_tensorboard()
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(work / FOLDER))

    def step(self, record: StepRecord) -> None:
        """Tell of a step."""
        at = (record.epoch - 1) * record.steps + record.step
        for name in ("loss", "active", "rate", "images_per_second"):
            self._writer.add_scalar(f"step/{name}", getattr(record, name), at)

    def epoch(self, record: EpochRecord) -> None:
        """Tell of an epoch, and have everything written."""
        names = ("loss", "active", "rate", "images_per_second") if record.loss is not None else ()
        for name in names:
            value = getattr(record, name)
            if value is not None:
                self._writer.add_scalar(f"epoch/{name}", value, record.epoch)
        if record.held_out is not None:
            for name in ("accuracy", "auc", "tar", "spread"):
                value = getattr(record.held_out, name)
                self._writer.add_scalar(f"held_out/{name}", value, record.epoch)
        self._writer.flush()

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()
