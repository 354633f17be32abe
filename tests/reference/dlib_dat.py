"""Write networks as dlib saves them, with random numbers, from numpy alone.

The official network is too large for a repository; dlib reads what is written here just as well,
and a random network shows as well whether ours computes what dlib computes. The numbers come from
raw bits of a PCG64 generator, which numpy promises to keep for ever, and exact steps: they are the
same on every machine. They are scaled so that values neither fade nor grow from layer to layer.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

MARK, LAYER, INNERMOST = 1, 2, 3
MEAN = (122.78199768066406, 117.0009994506836, 104.2979965209961)
EMPTY = (0, 0, 0, 0)
BLOCKS = [(32, 1)] * 3 + [(64, 2)] + [(64, 1)] * 3 + [(128, 2)] + [(128, 1)] * 2
BLOCKS += [(256, 2)] + [(256, 1)] * 2 + [(256, 2)]
"""Channels and stride of each residual block, from the input on."""


def integer(value: int) -> bytes:
    size = max(1, (abs(value).bit_length() + 7) // 8)
    return bytes([size | (0x80 if value < 0 else 0)]) + abs(value).to_bytes(size, "little")


def integers(*values: int) -> bytes:
    return b"".join(map(integer, values))


def real(value: float) -> bytes:
    mantissa, exponent = math.frexp(value)
    return integers(int(mantissa * 2**24), exponent - 24)


def text(value: str) -> bytes:
    return integer(len(value)) + value.encode()


def sizes(version: int, *axes: int) -> bytes:
    return integers(version, *axes, *[1] * (4 - len(axes)))


def tensor(numbers: npt.NDArray[np.float32]) -> bytes:
    return sizes(2, numbers.size) + numbers.astype("<f4").tobytes()


def state() -> bytes:
    """What every layer ends in: three truth values and three tensors that training left empty."""
    return b"110" + sizes(2, *EMPTY) * 3


def con(
    kernel: npt.NDArray[np.float32], bias: npt.NDArray[np.float32], stride: int, padding: int
) -> bytes:
    out, _, height, width = kernel.shape
    return (
        text("con_4")
        + tensor(np.concatenate([kernel.ravel(), bias]))
        + integers(out, height, width, stride, stride, padding, padding)
        + sizes(1, *kernel.shape)
        + sizes(1, 1, out)
        + b"".join(map(real, (1.0, 1.0, 1.0, 0.0)))
        + state()
    )


def affine(gamma: npt.NDArray[np.float32], beta: npt.NDArray[np.float32]) -> bytes:
    both = tensor(np.concatenate([gamma, beta]))
    return text("affine_") + both + sizes(1, 1, gamma.size) * 2 + integer(0) + state()


def plain(name: str, *window: int) -> bytes:
    return text(name) + integers(*window) + state()


def fc(weights: npt.NDArray[np.float32], bias: npt.NDArray[np.float32] | None = None) -> bytes:
    inputs, outputs = weights.shape
    extra = np.zeros(0, np.float32) if bias is None else bias
    return (
        text("fc_2")
        + integers(outputs, inputs)
        + tensor(np.concatenate([weights.ravel(), extra]))
        + sizes(1, inputs, outputs)
        + (sizes(1, *EMPTY) if bias is None else sizes(1, 1, outputs))
        + integer(bias is None)
        + b"".join(map(real, (1.0, 1.0, 1.0, 0.0)))
        + state()
    )


def dat(
    layers: Sequence[bytes], mean: Sequence[float] = MEAN, size: tuple[int, int] = (150, 150)
) -> bytes:
    """Return a file's bytes; layers from the input on, b"" for a mark."""
    versions = [LAYER if layer else MARK for layer in layers]
    versions[0] = INNERMOST
    return (
        integer(1)
        + text("loss_metric_2")
        + real(0.04)
        + real(0.6)
        + integers(*reversed(versions))
        + text("input_rgb_image_sized")
        + b"".join(map(real, mean))
        + integers(*size)
        + layers[0]
        + integer(1)
        + b"".join(layers[1:])
    )


def face_network(seed: int) -> list[bytes]:
    """Return the layers of the face recognition network, with random numbers."""
    layers: list[bytes] = []

    def convolution(
        out: int, of: int, side: int, stride: int, padding: int, kernels: float, gammas: float
    ) -> None:
        def numbers(role: str, middle: float, spread: float, *shape: int) -> Any:
            drawn = uniform(f"{seed}/{len(layers)}/{role}", math.prod(shape)).reshape(shape)
            return (drawn * np.float32(spread) + np.float32(middle)).astype(np.float32)

        spread = kernels * math.sqrt(6.0 / (of * side * side))
        kernel = numbers("kernel", 0.0, spread, out, of, side, side)
        layers.append(con(kernel, numbers("bias", 0.0, 0.2, out), stride, padding))
        gamma = numbers("gamma", gammas, gammas / 2, out)
        layers.append(affine(gamma, numbers("beta", 0.0, 0.3, out)))

    # The input is divided by 256, so the first kernels are larger.
    convolution(32, 3, 7, 2, 0, kernels=4.0, gammas=0.75)
    layers += [plain("relu_"), plain("max_pool_2", 3, 3, 2, 2, 0, 0)]
    channels = 32
    for out, stride in BLOCKS:
        layers.append(b"")
        convolution(out, channels, 3, stride, 2 - stride, kernels=1.0, gammas=0.75)
        layers.append(plain("relu_"))
        # What is added to a block's input stays small beside it.
        convolution(out, out, 3, 1, 1, kernels=1.0, gammas=0.3)
        if stride == 2:
            layers += [b"", b"", plain("avg_pool_2", 2, 2, 2, 2, 0, 0)]
        layers += [plain("add_prev_"), plain("relu_")]
        channels = out
    layers.append(plain("avg_pool_2", 0, 0, 1, 1, 0, 0))
    layers.append(fc(uniform(f"{seed}/fc", 256 * 128).reshape(256, 128) * np.float32(0.1)))
    return layers


def write(path: Path, seed: int) -> Path:
    """Write a random face recognition network."""
    path.write_bytes(dat(face_network(seed)))
    return path


def chips(seed: int, count: int = 2) -> npt.NDArray[np.uint8]:
    """Return coloured squares with a little noise: N × 150 × 150 × 3."""
    coarse = uniform(f"{seed}/squares", count * 10 * 10 * 3).reshape(count, 10, 10, 3)
    squares = np.round(coarse * np.float32(128)).astype(np.int16).repeat(15, 1).repeat(15, 2)
    noise = uniform(f"{seed}/noise", squares.size).reshape(squares.shape) * np.float32(16)
    return np.clip(128 + squares + np.round(noise).astype(np.int16), 0, 255).astype(np.uint8)


def uniform(name: str, count: int) -> npt.NDArray[np.float32]:
    """Return numbers between −1 and 1, always the same ones for a name."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "little")
    raw = np.random.PCG64(seed).random_raw(-(-count // 4)).astype("<u8", copy=False)
    return (raw.view("<u2")[:count].astype(np.float32) - np.float32(32767.5)) * np.float32(2**-15)
