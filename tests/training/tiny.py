"""A network small enough to learn in seconds, and faces that are made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from kith.models.card import Input, Licence, ModelCard, Origin, Weights
from kith.training.records import TrainingSet

if TYPE_CHECKING:
    import numpy.typing as npt
    import onnx

    from kith.types import Pixels

SIDE, RIM, DIMENSION = 112, 14, 64
INPUT = Input(SIDE, SIDE, "RGB", mean=127.5, scale=1 / 128)
FREE = Licence("free", True, "", "any use")


def network(seed: int, widths: tuple[int, ...] = (16, 32, 64)) -> onnx.ModelProto:
    """Return convolutions with batch norms, halving the picture, and one matrix."""
    random = np.random.default_rng(seed)
    nodes, weights = [], []

    def weight(name: str, array: npt.NDArray[np.floating]) -> str:
        weights.append(numpy_helper.from_array(array.astype(np.float32), name))
        return name

    x, channels, side = "input", 3, SIDE
    for layer, width in enumerate(widths):
        size, stride = (5, 4) if layer == 0 else (3, 2)
        side //= stride
        fan = channels * size * size
        kernel = random.normal(0, (2 / fan) ** 0.5, (width, channels, size, size))
        nodes.append(
            helper.make_node(
                "Conv",
                [x, weight(f"conv{layer}.weight", kernel)],
                [f"c{layer}"],
                kernel_shape=[size, size],
                strides=[stride, stride],
                pads=[size // 2] * 4,
            )
        )
        norm = [
            weight(f"norm{layer}.{name}", np.full(width, value))
            for name, value in (("scale", 1), ("bias", 0), ("mean", 0), ("var", 1))
        ]
        nodes.append(helper.make_node("BatchNormalization", [f"c{layer}", *norm], [f"n{layer}"]))
        nodes.append(helper.make_node("Relu", [f"n{layer}"], [f"r{layer}"]))
        x, channels = f"r{layer}", width
    fan = channels * side * side
    matrix = weight("last.weight", random.normal(0, fan**-0.5, (DIMENSION, fan)))
    bias = weight("last.bias", np.zeros(DIMENSION))
    nodes.append(helper.make_node("Flatten", [x], ["flat"]))
    nodes.append(helper.make_node("Gemm", ["flat", matrix, bias], ["out"], transB=1))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["batch", DIMENSION])],
        weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def card(model_id: str = "tiny", **changes: object) -> ModelCard:
    """Return the card of such a network."""
    facts = {
        "id": model_id,
        "task": "embedding",
        "title": "a small one",
        "weights": Weights("", "", 0, ()),
        "licence": FREE,
        "input": INPUT,
        "paper": "",
        "training_data": "none",
        "crop": "arcface-112",
        "dimension": DIMENSION,
        "origin": Origin(
            "triplet", "made by hand", "", "0" * 64, 2, 4, "2026-01-01T00:00:00+00:00"
        ),
    }
    return ModelCard(**{**facts, **changes})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Made:
    """Squares that are computed when they are asked for."""

    pictures: npt.NDArray[np.uint8]
    side: int = SIDE
    rim: int = RIM

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, row: int) -> Pixels:
        return self.pictures[row]


def people(count: int, photos: int, seed: int = 0) -> TrainingSet:
    """Return made-up people: for each a pattern, with other light and noise on every photo."""
    random = np.random.default_rng(seed)
    whole = SIDE + 2 * RIM
    pictures = np.empty((count * photos, whole, whole, 3), np.uint8)
    for person in range(count):
        coarse = random.uniform(40, 215, (10, 10, 3))
        pattern = np.kron(coarse, np.ones((whole // 10, whole // 10, 1)))
        for photo in range(photos):
            seen = pattern * random.uniform(0.6, 1.2) + random.normal(0, 30, pattern.shape)
            pictures[person * photos + photo] = np.clip(seen, 0, 255)
    names = tuple(f"p{number}" for number in range(count))
    paths = tuple(f"{name}/{photo}.jpg" for name in names for photo in range(photos))
    return TrainingSet(
        crops=Made(pictures),
        painted=None,
        person=np.repeat(np.arange(count), photos).astype(np.int32),
        people=names,
        photos=paths,
        digests=paths,
        skipped=(),
        notes=(),
        fingerprint="made",
    )
