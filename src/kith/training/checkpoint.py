"""What a training has reached, kept so that a kill loses seconds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch

from kith.errors import OutputError, TrainingUnreadable
from kith.models.files import place, sweep, temporary_file
from kith.training.records import EpochRecord, HeldOut

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
"""Of the file; another number is another layout."""


@dataclass(slots=True)
class Reached:
    """How far a training has come.

    Attributes:
        epoch: the one under way, from 1.
        step: steps of it that are done.
        loss, active: sums over them.
        history: of the epochs before it.
        threads: that PyTorch computes with; with others the last digits differ.
    """

    epoch: int = 1
    step: int = 0
    loss: float = 0.0
    active: float = 0.0
    history: list[EpochRecord] = field(default_factory=list)
    threads: int = 1

    @property
    def best(self) -> int:
        """The epoch that is kept; 0: none yet."""
        return max((one.epoch for one in self.history if one.best), default=0)

    def close(self, record: EpochRecord) -> None:
        """Take an epoch as done; a new best one is the only best one."""
        if record.best:
            self.history = [replace(one, best=False) for one in self.history]
        self.history.append(record)
        self.epoch, self.step, self.loss, self.active = record.epoch + 1, 0, 0.0, 0.0


class Checkpoints:
    """The files of a training that it can go on from.

    Args:
        folder: where they lie.
        identity: of the run: settings, data, network. Files of another run are refused.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder, self._identity = folder, identity
        self._latest, self._best = folder / "checkpoint.pt", folder / "best.pt"

    def save(self, reached: Reached, state: dict[str, Any]) -> None:
        """Keep how far it has come; whoever reads sees the old one or the new one.

        Raises:
            OutputError: the disk is full, or not to be written to.
        """
        entries = {name: getattr(reached, name) for name in ("epoch", "step", "loss", "active")}
        entries |= {"history": [asdict(one) for one in reached.history], "threads": reached.threads}
        self._write(self._latest, {"reached": entries, "state": state})

    def save_best(self, epoch: int, network: dict[str, Any]) -> None:
        """Keep the numbers of the best epoch so far; before the checkpoint that says so."""
        self._write(self._best, {"epoch": epoch, "network": network})

    def load(self) -> tuple[Reached, dict[str, Any]] | None:
        """Return what was kept last, or None where nothing was.

        Raises:
            TrainingUnreadable: damaged, or of another run.
        """
        found = self._read(self._latest)
        if found is None:
            return None
        try:
            entries = dict(found["reached"])
            entries["history"] = [_epoch(one) for one in entries["history"]]
            return Reached(**entries), dict(found["state"])
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged(self._latest) from error

    def load_best(self) -> dict[str, Any]:
        """Return the numbers of the best epoch.

        Raises:
            TrainingUnreadable: they are not there, damaged, or of another run.
        """
        found = self._read(self._best)
        if found is None or "network" not in found:
            raise self._damaged(self._best)
        return dict(found["network"])

    def remove(self) -> None:
        """Take the files away: the training is done, or begins anew."""
        for path in (self._latest, self._best):
            path.unlink(missing_ok=True)

    def _write(self, target: Path, content: dict[str, Any]) -> None:
        try:
            sweep(self._folder)
            with temporary_file(self._folder) as path:
                with path.open("wb") as file:
                    torch.save({"format": FORMAT, "identity": self._identity, **content}, file)
                place(path, target)
        except (OSError, RuntimeError) as error:  # of a full disk PyTorch says the latter
            reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
            raise OutputError(
                f"{target} cannot be written ({reason}); make room and run again: the training "
                "goes on from the last file that was kept"
            ) from error

    def _read(self, path: Path) -> dict[str, Any] | None:
        if not path.exists():
            return None
        try:
            found = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:  # its readers raise whatever they stumble over
            raise self._damaged(path) from error
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise self._damaged(path)
        if found.get("identity") != self._identity:
            raise TrainingUnreadable(
                f"{path} is of a training with other settings, photos or versions; --restart "
                "begins anew"
            )
        return found

    def _damaged(self, path: Path) -> TrainingUnreadable:
        return TrainingUnreadable(f"{path} is damaged or of another kith; --restart begins anew")


def _epoch(entries: dict[str, Any]) -> EpochRecord:
    held = entries["held_out"]
    return EpochRecord(**{**entries, "held_out": None if held is None else HeldOut(**held)})
