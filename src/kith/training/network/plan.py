"""A graph read for learning: what runs in which order, and which of its numbers learn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import helper, numpy_helper

from kith.errors import WeightsUnreadable, printable
from kith.training.network.operators import Compute, Operation, Operator, operator

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt
    import onnx

    Arrays = dict[str, npt.NDArray[Any]]

BEFORE = -1
"""In place of a layer's number: before the first."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation that runs.

    Attributes:
        compute: it.
        kind: the operator.
        inputs: names of the tensors that it is given; empty where one is left out.
        outputs: names of those that it gives.
        layer: which one it belongs to: the last with weights on the way to it, or itself.
        done: tensors that nothing needs any more.
    """

    compute: Compute
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    layer: int
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a network does, and what of it learns.

    Attributes:
        input, output: names of the tensors.
        steps: in order.
        layers: names of those with weights, from the photo's side.
        weights: initializers that learn, and the last layer that each belongs to.
        kernels: those of them that are matrices and kernels of convolutions.
        running: initializers that follow the batches' statistics.
        arrays: every number of the graph that a step is given, by name.
    """

    input: str
    output: str
    steps: tuple[Step, ...]
    layers: tuple[str, ...]
    weights: dict[str, int]
    kernels: frozenset[str]
    running: frozenset[str]
    arrays: Arrays


def read(model: onnx.ModelProto) -> Plan:
    """Read a network that describes faces.

    Raises:
        WeightsUnreadable: it does something that cannot be learned through; in one line.
    """
    return _Reader(model).plan()


class _Reader:
    """Goes through a graph once, from the photo's side."""

    def __init__(self, model: onnx.ModelProto) -> None:
        graph = model.graph
        self._opset = max((o.version for o in model.opset_import if o.domain in _OWN), default=1)
        self._arrays: Arrays = {w.name: numpy_helper.to_array(w) for w in graph.initializer}
        self._fixed: set[str] = set()  # constants that are no initializers: nothing learns there
        self._alias: dict[str, str] = {}
        inputs = [value.name for value in graph.input if value.name not in self._arrays]
        if len(inputs) != 1 or len(graph.output) != 1:
            raise WeightsUnreadable(
                f"a network that learns has one input and one output, not {len(inputs)} and "
                f"{len(graph.output)}"
            )
        self._input, self._output = inputs[0], graph.output[0].name
        self._nodes = _needed(graph.node, self._output)
        self._layers: list[str] = []
        self._layer_of: dict[str, int] = {self._input: BEFORE}
        self._weights: dict[str, int] = {}
        self._kernels: set[str] = set()
        self._running: set[str] = set()

    def plan(self) -> Plan:
        steps = [step for step in map(self._step, self._nodes) if step is not None]
        if not self._layers:
            raise WeightsUnreadable("a network without weights cannot learn")
        used = {name for step in steps for name in step.inputs}
        return Plan(
            self._input,
            self._alias.get(self._output, self._output),
            tuple(_with_ends(steps, self._output)),
            tuple(self._layers),
            self._weights,
            frozenset(self._kernels),
            frozenset(self._running),
            {name: array for name, array in self._arrays.items() if name in used},
        )

    def _step(self, node: onnx.NodeProto) -> Step | None:
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Constant":
            self._constant(node.output[0], attributes)
            return None
        inputs = [self._alias.get(name, name) for name in node.input]
        if node.op_type == "Identity" and inputs[0] in self._arrays:
            self._alias[node.output[0]] = inputs[0]
            return None
        known = operator(node.op_type, node.domain)
        numbers = {
            place: self._number(node, inputs[place])
            for place in known.numbers
            if place < len(inputs) and inputs[place]
        }
        tensors = [name for place, name in enumerate(inputs) if place not in known.numbers]
        layer = self._learning(node, known, inputs)
        outputs = tuple(name for name in node.output if name)
        operation = Operation(
            node.op_type, outputs[0], attributes, numbers, self._opset, len(outputs)
        )
        self._layer_of |= dict.fromkeys(outputs, layer)
        return Step(known.compute(operation), node.op_type, tuple(tensors), outputs, layer)

    def _constant(self, name: str, attributes: dict[str, Any]) -> None:
        kind, value = next(iter(attributes.items()))
        if kind == "value":
            self._arrays[name] = numpy_helper.to_array(value)
        elif kind in ("value_float", "value_floats"):
            self._arrays[name] = np.asarray(value, np.float32)
        elif kind in ("value_int", "value_ints"):
            self._arrays[name] = np.asarray(value, np.int64)
        else:
            raise WeightsUnreadable(f"a network with a constant of the kind {kind} cannot learn")
        self._fixed.add(name)

    def _number(self, node: onnx.NodeProto, name: str) -> npt.NDArray[Any]:
        if name not in self._arrays:
            raise WeightsUnreadable(
                f"a network with a {node.op_type} whose {printable(name, 60)} is computed on the "
                "way cannot learn"
            )
        return self._arrays[name]

    def _learning(self, node: onnx.NodeProto, known: Operator, inputs: list[str]) -> int:
        """Note which numbers of a node learn; return the layer that it belongs to."""
        layer = max((self._layer_of.get(name, BEFORE) for name in inputs), default=BEFORE)
        mine = [
            inputs[place]
            for place in known.weights
            if place < len(inputs) and self._learns(inputs[place], known, layer)
        ]
        if known.kernel and mine:
            layer = len(self._layers)
            self._layers.append(node.name or node.output[0])
            self._kernels.update(name for name in mine if self._arrays[name].ndim > 1)
        for name in mine:
            self._weights[name] = max(layer, self._weights.get(name, BEFORE))
        self._running.update(inputs[place] for place in known.running)
        return layer

    def _learns(self, name: str, known: Operator, layer: int) -> bool:
        array = self._arrays.get(name)
        if array is None or name in self._fixed:
            return False
        if array.dtype.kind != "f":
            return False
        if array.dtype.itemsize != 4:
            raise WeightsUnreadable(f"a network with weights in {array.dtype} cannot learn")
        if known.kernel or known.running or known.weights == (1,):
            return True
        # What is done to the photo before the first layer is no knowledge; nor is a plain number
        # (an epsilon, √2), or a matrix product's operand that was computed.
        return array.size > 1 and layer != BEFORE


_OWN = ("", "ai.onnx")


def _needed(nodes: Iterable[onnx.NodeProto], output: str) -> list[onnx.NodeProto]:
    """Return the nodes that an output needs, in order."""
    wanted, found = {output}, []
    for node in reversed(list(nodes)):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            found.append(node)
    return found[::-1]


def _with_ends(steps: list[Step], output: str) -> list[Step]:
    """Note at each step which tensors are needed for the last time."""
    made = {name for step in steps for name in step.outputs}
    later, found = {output}, []
    for step in reversed(steps):
        done = tuple((({*step.inputs} | {*step.outputs}) & made) - later)
        later.update(step.inputs)
        found.append(replace(step, done=done))
    return found[::-1]
