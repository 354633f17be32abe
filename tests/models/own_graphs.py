"""Tiny networks that may be a user's own, and the cards that say so."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from kith.models.card import Input, Licence, ModelCard, Origin
from kith.models.own import TO_COME

DIMENSION = 8
NAMES = ("Zoë Ünal", "Bo", "Ada")
CLASSES = len(NAMES)
MINE = Licence("your own", True, "", "trained by you")


def origin(**changes: Any) -> Origin:
    told: dict[str, Any] = {
        "kind": "triplet",
        "base": "mobilefacenet",
        "base_sha256": "",
        "fingerprint": "ab" * 32,
        "people": 12,
        "photos": 90,
        "made": "2026-01-02T03:04:05Z",
        "settings": {"margin": 0.2, "seed": 0, "norms": True, "device": "cpu", "warmup": None},
        "figures": {"accuracy": 0.875, "people": 4, "tar": None},
    }
    return Origin(**(told | changes))


def embedder_card(model_id: str = "mine", **changes: Any) -> ModelCard:
    told: dict[str, Any] = {
        "id": model_id,
        "task": "embedding",
        "title": "A network of a test",
        "weights": TO_COME,
        "licence": MINE,
        "input": Input(112, 112, "RGB", 127.5, 1 / 127.5),
        "paper": "",
        "training_data": "photos of a test",
        "crop": "arcface-112",
        "dimension": DIMENSION,
        "origin": origin(),
    }
    return ModelCard(**(told | changes))


def head_card(model_id: str = "family", **changes: Any) -> ModelCard:
    told: dict[str, Any] = {
        "task": "head",
        "input": Input(0, 0, "RGB", 0.0, 1.0),
        "crop": "",
        "classes": CLASSES,
        "embedder": "sface",
        "reject": 0.3,
        "origin": origin(kind="head", base="sface"),
    }
    return embedder_card(model_id, **(told | changes))


def embedder_model(side: int | str = 112, dimension: int = DIMENSION, seed: int = 0) -> Any:
    random = np.random.default_rng(seed)
    weights = {
        "kernel": random.normal(size=(4, 3, 3, 3)),
        "slope": random.uniform(0, 1, (4, 1, 1)),
        "matrix": random.normal(size=(4, dimension)),
    }
    nodes = [
        helper.make_node("Conv", ["pixels", "kernel"], ["a"], kernel_shape=[3, 3], strides=[8, 8]),
        helper.make_node("PRelu", ["a", "slope"], ["b"]),
        helper.make_node("GlobalAveragePool", ["b"], ["c"]),
        helper.make_node("Flatten", ["c"], ["d"]),
        helper.make_node("Gemm", ["d", "matrix"], ["embedding"]),
    ]
    return model(nodes, weights, ["batch", 3, side, side], {"embedding": ["batch", dimension]})


def embedder_graph(**how: Any) -> bytes:
    return bytes(embedder_model(**how).SerializeToString())


def head_graph(classes: int = CLASSES, dimension: int = DIMENSION) -> bytes:
    weights = {"centres": np.random.default_rng(1).normal(size=(dimension, classes))}
    nodes = [
        helper.make_node("MatMul", ["pixels", "centres"], ["a"]),
        helper.make_node("Softmax", ["a"], ["probabilities"], axis=-1),
    ]
    built = model(nodes, weights, ["batch", dimension], {"probabilities": ["batch", classes]})
    return bytes(built.SerializeToString())


def model(
    nodes: list[Any],
    weights: dict[str, Any],
    shape: list[int | str],
    outputs: dict[str, list[int | str]],
    **how: Any,
) -> onnx.ModelProto:
    kept = [numpy_helper.from_array(a.astype(np.float32), name) for name, a in weights.items()]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs.items()],
        kept,
    )
    how = {"opset_imports": [helper.make_opsetid("", 13)], "ir_version": 8} | how
    return helper.make_model(graph, **how)
