"""A network that learns is an ONNX graph, run node by node with torch.

So every embedder that comes as a graph can learn, whoever made it, and what comes out of learning
is the same graph with other numbers: nothing is exported, no second description of a network can
disagree with the first.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from torch import nn

from kith.errors import OptionError
from kith.training.network.plan import Step, read

if TYPE_CHECKING:
    from collections.abc import Iterator


class GraphNetwork(nn.Module):
    """An ONNX graph as a torch module.

    What learns are the weights of convolutions, matrix products, normalisations and rectifiers,
    and vectors that are added or multiplied behind the first layer. Running means and variances
    are buffers. Preprocessing, shapes and plain numbers stay as they are. Dropout does nothing,
    as where the graph describes faces.

    Args:
        model: a graph with one input (float32, N × 3 × H × W) and one output (N × d).
        norms: batch normalisations learn from the batch while training.

    Attributes:
        norms: as above; may be changed.
        layers: names of the layers with weights, from the photo's side.

    Raises:
        WeightsUnreadable: the graph has an operator that is not known here, or is no embedder's.
    """

    def __init__(self, model: onnx.ModelProto, *, norms: bool = True) -> None:
        super().__init__()
        self.norms = norms
        self._plan = read(model)
        self._frozen = 0
        self._names = {name: self._register(name) for name in self._plan.arrays}
        self._skeleton = onnx.ModelProto()
        self._skeleton.CopyFrom(model)
        for weight in self._changing():
            weight.ClearField("raw_data")
            weight.ClearField("float_data")

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers with weights, from the photo's side."""
        return self._plan.layers

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Describe faces.

        Args:
            x: float32, N × 3 × H × W, as the network's card wants them (`to_network`).

        Returns:
            N × d, as the graph gives them: of any length.
        """
        tensors: dict[str, torch.Tensor | None] = {
            name: getattr(self, key) for name, key in self._names.items()
        }
        tensors[""] = None
        # Channels side by side: so torch's convolutions are faster by a quarter on a CPU.
        tensors[self._plan.input] = x.contiguous(memory_format=torch.channels_last)
        for step in self._plan.steps:
            given = [tensors[name] for name in step.inputs]
            made = step.compute(*given, *self._mode(step))
            outputs = made if isinstance(made, tuple) else (made,)
            tensors.update(zip(step.outputs, outputs, strict=True))
            for name in step.done:
                del tensors[name]
        found = tensors[self._plan.output]
        assert found is not None
        return found.flatten(1)

    def train(self, mode: bool = True, norms: bool | None = None) -> GraphNetwork:
        """Go over to learning, or back to prediction.

        Args:
            mode: learning.
            norms: batch normalisations learn from the batch, else they stay in prediction mode;
                None: as before.
        """
        self.norms = self.norms if norms is None else norms
        super().train(mode)
        return self

    def freeze(self, share: float) -> int:
        """Let the first layers keep their numbers, and their batch normalisations theirs.

        Args:
            share: of all layers, rounded down; 0: all learn.

        Returns:
            How many keep their numbers.

        Raises:
            OptionError: nothing would learn.
        """
        if not 0.0 <= share < 1.0:
            raise OptionError(
                f"the share of layers that keep their numbers lies between 0 and below 1, not "
                f"{share:g}: nothing would learn"
            )
        # 0.29·100 is 28.999…: a share that means a whole number of layers gives it.
        self._frozen = math.floor(share * len(self.layers) + 1e-9)
        for name, layer in self._plan.weights.items():
            learns = layer >= self._frozen if self._frozen else True
            self._parameter(name).requires_grad_(learns)
        return self._frozen

    def kernels(self) -> list[nn.Parameter]:
        """Return what learns and joins channels: what a decay of weights is meant for."""
        found = (self._parameter(name) for name in self._plan.weights if name in self._plan.kernels)
        return [one for one in found if one.requires_grad]

    def model(self) -> onnx.ModelProto:
        """Return the graph with the present numbers; all else is as it was."""
        model = onnx.ModelProto()
        model.CopyFrom(self._skeleton)
        for weight in self._changing(model):
            tensor: torch.Tensor = getattr(self, self._names[weight.name])
            weight.raw_data = _bytes(tensor)
        return model

    def _changing(self, model: onnx.ModelProto | None = None) -> Iterator[onnx.TensorProto]:
        """Yield the initializers whose numbers learning changes."""
        for weight in (model or self._skeleton).graph.initializer:
            if weight.name in self._plan.weights or weight.name in self._plan.running:
                yield weight

    def _mode(self, step: Step) -> tuple[bool, ...]:
        if step.kind != "BatchNormalization":
            return ()
        frozen = self._frozen > 0 and step.layer < self._frozen
        return (self.training and self.norms and not frozen,)

    def _parameter(self, name: str) -> nn.Parameter:
        return self.get_parameter(self._names[name])

    def _register(self, name: str) -> str:
        """Keep an array under a name that torch takes, and return that name."""
        tensor = torch.from_numpy(np.array(self._plan.arrays[name]))
        key = name.replace(".", "/")
        while hasattr(self, key):
            key += "_"
        if name in self._plan.weights:
            self.register_parameter(key, nn.Parameter(_packed(tensor)))
        else:
            self.register_buffer(key, tensor, persistent=name in self._plan.running)
        return key


def _packed(tensor: torch.Tensor) -> torch.Tensor:
    """Return a kernel in the layout that the convolutions work in."""
    if tensor.ndim != 4:
        return tensor
    return tensor.contiguous(memory_format=torch.channels_last)


def _bytes(tensor: torch.Tensor) -> bytes:
    """Return a tensor's numbers as ONNX keeps them: in order, little-endian."""
    found = tensor.detach().float().cpu().contiguous().numpy()
    return found.astype("<f4", copy=False).tobytes()
