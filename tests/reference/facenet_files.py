"""Random InceptionResnetV1 networks as PyTorch, TensorFlow and Keras name them; also pictures.

A random network shows as well as an official one whether an importer computes the right thing:
every weight matters in it. The numbers come from raw bits of a PCG64 generator, which numpy
promises to keep for ever, and exact steps: they are the same on every machine. They are scaled so
that values neither fade nor grow from layer to layer.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Array = npt.NDArray[np.float32]

HERE = Path(__file__).parent
PICTURES = 20

SPREADS = {
    "bias": (0.0, 0.2),
    "running_mean": (0.0, 0.5),
    "running_var": (1.0, 0.9),
    "running_std": (1.0, 0.5),
    "gamma": (0.75, 0.4),
}
"""Middle and greatest distance from it, by role; kernels are scaled by what goes into them."""


def uniform(name: str, shape: Sequence[int]) -> Array:
    """Return numbers between −1 and 1 that the name alone decides."""
    count = math.prod(shape)
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "little")
    raw = np.random.PCG64(seed).random_raw(-(-count // 4)).astype("<u8", copy=False)
    numbers = raw.view("<u2")[:count].astype(np.float32)
    return ((numbers - np.float32(32767.5)) * np.float32(2**-15)).reshape(shape)


def weight(name: str, role: str, shape: Sequence[int]) -> Array:
    """Return an array of a role; kernels (role ``kernel``) are out × in …"""
    if role == "kernel":
        middle, spread = 0.0, math.sqrt(6.0 / math.prod(shape[1:]))
    else:
        middle, spread = SPREADS[role]
    return uniform(name, shape) * np.float32(spread) + np.float32(middle)


def pictures(side: int, count: int = PICTURES) -> npt.NDArray[np.uint8]:
    """Return smooth coloured patches with a little noise: N × side × side × 3."""
    coarse = uniform(f"patches {side}", (count, 8, 8, 3)).astype(np.float64)
    places = np.linspace(0, 7, side)[:, None]
    between = np.clip(1.0 - np.abs(places - np.arange(8)), 0.0, None)
    smooth = np.einsum("hi,wj,nijc->nhwc", between, between, coarse)
    noise = uniform(f"noise {side}", smooth.shape)
    return np.clip(127.5 + 120.0 * smooth + 12.0 * noise, 0, 255).round().astype(np.uint8)


def planes(prepared: npt.NDArray[np.floating[Any]]) -> Array:
    """Turn N × H × W × 3 into N × 3 × H × W."""
    return np.ascontiguousarray(prepared.transpose(0, 3, 1, 2), np.float32)


def standardised(shown: npt.NDArray[np.uint8]) -> Array:
    """Give every picture the mean 0 and the standard deviation 1."""
    values = shown.astype(np.float64)
    middle = values.mean(axis=(1, 2, 3), keepdims=True)
    return ((values - middle) / values.std(axis=(1, 2, 3), keepdims=True)).astype(np.float32)


def pytorch_state(seed: int, *, classes: int = 0, gamma: bool = True) -> dict[str, Array]:
    """Return the state dict of a random InceptionResnetV1, as facenet-pytorch 2.6.0 names it.

    Args:
        seed: of its numbers.
        classes: of the classifier; 0: it has none.
        gamma: random; False: 1, as in TensorFlow's and Keras's files.
    """
    state: dict[str, Array] = {}
    layout = json.loads((HERE / "layouts" / "facenet_pytorch.json").read_text("utf-8"))
    for name, shape in layout:
        if name == "logits":
            if classes:
                state["logits.weight"] = weight(f"{seed}/logits", "kernel", (classes, shape[1]))
                state["logits.bias"] = weight(f"{seed}/logits.bias", "bias", (classes,))
            continue
        state[f"{name}.weight"] = weight(f"{seed}/{name}", "kernel", shape)
        if name.endswith("conv2d"):
            state[f"{name}.bias"] = weight(f"{seed}/{name}.bias", "bias", shape[:1])
            continue
        norm = "last_bn" if name == "last_linear" else f"{name.removesuffix('.conv')}.bn"
        own = weight(f"{seed}/{norm}.weight", "gamma", shape[:1])
        state[f"{norm}.weight"] = own if gamma else np.ones_like(own)
        for role in ("bias", "running_mean", "running_var"):
            state[f"{norm}.{role}"] = weight(f"{seed}/{norm}.{role}", role, shape[:1])
    return state


def tensorflow_constants(state: Mapping[str, Array]) -> dict[str, Array]:
    """Return a state dict (γ = 1) under TensorFlow's names and in its order of axes."""
    found = {}
    for key, array in state.items():
        layer, _, role = key.rpartition(".")
        if re.search(r"(^|[._])bn$", layer):
            name = {"bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}
            if role in name:
                layer = re.sub(r"bn$", "conv", layer) if layer != "last_bn" else "last_linear"
                found[f"{_slim(layer, state)}/BatchNorm/{name[role]}"] = array
        elif role == "weight":
            axes = (2, 3, 1, 0) if array.ndim == 4 else (1, 0)
            found[f"{_slim(layer, state)}/weights"] = array.transpose(axes)
        else:
            found[f"{_slim(layer, state)}/biases"] = array
    return found


def keras_weights(state: Mapping[str, Array]) -> dict[str, Array]:
    """Return a state dict (γ = 1) under the names of facenet_keras.h5."""
    found = {}
    for name, array in tensorflow_constants(state).items():
        path = name.removeprefix("InceptionResnetV1/").replace("InceptionResnetV1/", "")
        path = re.sub(r"^Repeat(_\d)?/b", "B", path)
        path = re.sub(r"^Block8/", "Block8_6/", path).replace("/BatchNorm", "_BatchNorm")
        layer, _, role = path.rpartition("/")
        role = {"weights": "kernel", "biases": "bias"}.get(role, role)
        found[f"{layer.replace('/', '_')}/{role}"] = array
    return found


def _slim(layer: str, state: Mapping[str, Array]) -> str:
    """Return TensorFlow's name of a layer of facenet-pytorch's."""
    parts = layer.split(".")
    root = "InceptionResnetV1"
    if parts[0] == "last_linear":
        return f"{root}/Bottleneck"
    height, width = state[f"{layer}.weight"].shape[2:]
    size = f"{height}x{width}"
    if parts[0].startswith("conv2d_"):
        return f"{root}/C{parts[0][1:]}_{size}"
    repeated = {
        "repeat_1": ("Repeat", 35),
        "repeat_2": ("Repeat_1", 17),
        "repeat_3": ("Repeat_2", 8),
    }
    if parts[0] in repeated:
        group, kind = repeated[parts[0]]
        root = f"{root}/{group}/block{kind}_{int(parts.pop(1)) + 1}"
    else:
        root = f"{root}/{parts[0][0].upper()}{parts[0][1:]}"
    if parts[1] == "conv2d":
        return f"{root}/Conv2d_{size}"
    alone = len(parts) == 3
    halves = (
        parts[0].startswith("mixed") and (size == "3x3") and (alone or not _follows(layer, state))
    )
    order = "1a_" if halves else "" if alone else f"0{'abc'[int(parts[2])]}_"
    return f"{root}/Branch_{parts[1][-1]}/Conv2d_{order}{size}"


def _follows(layer: str, state: Mapping[str, Array]) -> bool:
    """Tell whether another step of the branch comes behind this one."""
    head, step, tail = layer.rsplit(".", 2)
    return f"{head}.{int(step) + 1}.{tail}.weight" in state


def graph_def(constants: Mapping[str, Array]) -> bytes:
    """Write a frozen graph of constants alone, byte by byte."""
    return b"".join(frame(1, node(name, array)) for name, array in constants.items())


def node(name: str, array: Array, *, op: str = "Const", dtype: int = 1) -> bytes:
    axes = b"".join(frame(2, b"\x08" + varint(size)) for size in array.shape)
    tensor = b"\x08" + varint(dtype) + frame(2, axes) + frame(4, array.astype("<f4").tobytes())
    value = frame(5, frame(1, b"value") + frame(2, frame(8, tensor)))
    kind = frame(5, frame(1, b"dtype") + frame(2, b"\x30\x01"))
    return frame(1, name.encode()) + frame(2, op.encode()) + kind + value


def frame(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    found = b""
    while value > 0x7F:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])
