"""A network that learns: one step at a time, and what it makes of faces in between."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch.nn.functional import normalize

from kith.errors import DeviceUnavailable, OptionError, TrainingDiverged
from kith.training.loss import make_loss
from kith.training.network import GraphNetwork, to_network
from kith.training.optimise import CLIP, make_optimizer

if TYPE_CHECKING:
    import numpy.typing as npt
    from torch import Tensor

    from kith.training.network import Start
    from kith.training.records import Batch
    from kith.training.settings import Settings
    from kith.types import Vector

_PRECISIONS = {"bfloat16": torch.bfloat16, "float16": torch.float16}
_FACES_AT_ONCE = 64


class Step(NamedTuple):
    """What one step said: its loss, and the share of what was looked at that is not solved."""

    loss: float
    active: float


class Learner:
    """A network with its loss and its optimiser.

    Args:
        start: what it begins from.
        settings: of the training; see `check_device`.
        classes: how many people are learned from.

    Raises:
        OptionError: every layer would stay as it is.
    """

    def __init__(self, start: Start, settings: Settings, classes: int) -> None:
        self._settings, self._input = settings, start.input
        self._device = torch.device(settings.device)
        self.network = GraphNetwork(start.model, norms=settings.norms)
        if settings.freeze:
            self.network.freeze(settings.freeze)
        torch.manual_seed(settings.seed)  # the directions of a margin loss begin at random
        self._loss = make_loss(settings, classes, start.dimension)
        for module in (self.network, self._loss):
            module.to(self._device)
        learned = (*self.network.parameters(), *self._loss.parameters())
        self._learned = [one for one in learned if one.requires_grad]
        kernels = (*self.network.kernels(), *self._loss.parameters())
        known = set(map(id, kernels))
        others = [one for one in learned if id(one) not in known]
        self._optimizer = make_optimizer(settings, kernels, others)
        self._scaler = torch.amp.GradScaler(
            settings.device, enabled=settings.precision == "float16"
        )

    def step(self, batch: Batch, rate: float) -> Step:
        """Learn from one batch.

        Args:
            batch: what to learn from.
            rate: the learning rate.

        Raises:
            TrainingDiverged: loss or gradient is no finite number any more; no weight was changed.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self.network.train()
        self._optimizer.zero_grad(set_to_none=True)
        labels = torch.from_numpy(batch.labels).to(self._device)
        found = self._loss(self._vectors(batch.pixels), labels)
        loss = float(found.value.detach())
        if not math.isfinite(loss):
            raise TrainingDiverged("the loss is no finite number")
        self._scaler.scale(found.value).backward()
        self._scaler.unscale_(self._optimizer)
        length = float(torch.nn.utils.clip_grad_norm_(self._learned, CLIP))
        # Half precision overflows now and then: its scaler leaves such a step out by itself.
        if not math.isfinite(length) and not self._scaler.is_enabled():
            raise TrainingDiverged("the gradient is no finite number")
        self._scaler.step(self._optimizer)
        self._scaler.update()
        return Step(loss, found.active)

    @torch.no_grad()
    def embed(self, pixels: npt.NDArray[np.uint8]) -> Vector:
        """Return unit vectors, float32, N × dimension, of squares (N × side × side × 3).

        The squares are RGB, uint8. It is done as once the network has learned: in float32, batch
        normalisations as they are by then.
        """
        self.network.eval()
        parts = [
            normalize(self.network(self._prepared(pixels[at : at + _FACES_AT_ONCE])), dim=1).cpu()
            for at in range(0, len(pixels), _FACES_AT_ONCE)
        ]
        return np.asarray(torch.cat(parts).numpy(), dtype=np.float32)

    def state(self) -> dict[str, Any]:
        """Return everything that a later `load` needs to go on as if nothing had happened."""
        return {
            "network": self.network.state_dict(),
            "loss": self._loss.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "scaler": self._scaler.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self.network.load_state_dict(state["network"])
        self._loss.load_state_dict(state["loss"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._scaler.load_state_dict(state["scaler"])

    def _vectors(self, pixels: npt.NDArray[np.uint8]) -> Tensor:
        kind = _PRECISIONS.get(self._settings.precision)
        with torch.autocast(self._device.type, kind, enabled=kind is not None):
            raw = self.network(self._prepared(pixels))
        return normalize(raw.float(), dim=1)

    def _prepared(self, pixels: npt.NDArray[np.uint8]) -> Tensor:
        return to_network(torch.from_numpy(pixels).to(self._device), self._input)


def check_device(settings: Settings) -> None:
    """Raise unless a training can run where and how it is asked to; nothing falls back.

    Raises:
        DeviceUnavailable: PyTorch has no such device here.
        OptionError: the device does not learn in this precision.
    """
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise DeviceUnavailable(
            "PyTorch sees no GPU here (driver? a PyTorch built for CUDA?); mend that, or learn on "
            "device cpu"
        )
    if settings.device == "cpu" and settings.precision == "float16":
        raise OptionError("float16 learns on a GPU only; on the CPU use bfloat16 or float32")
