"""Random weight files in the layout of keras-vggface 0.6, from numpy and h5py alone.

The official networks are too large for a repository, and a random network of the same layout
shows as well whether an importer computes the right thing: every weight matters in it. The
numbers come from raw bits of a PCG64 generator, which numpy promises to keep for ever, seeded
with the seed and the weight's name; each is made by exact steps and one rounded product, so they
are the same to the last bit on every machine.

They are scaled so that the values neither fade nor grow from layer to layer (K. He et al.,
*Delving deep into rectifiers*, ICCV 2015), and so that batch normalisation is never trivial.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

LAYOUTS = Path(__file__).parent / "layouts"

NETWORKS = ("vgg16", "resnet50", "senet50")

MEANS = {
    "vgg16": (93.5940, 104.7624, 129.1863),
    "resnet50": (91.4953, 103.8827, 131.0912),
    "senet50": (91.4953, 103.8827, 131.0912),
}
"""Blue, green, red: what keras-vggface takes off a picture."""

PIXELS = 64.0
"""About the standard deviation of a picture's values; the first layer divides by it."""

LOGITS = {"fc8": 1.5, "classifier": 0.6}
"""Factors of the last layers that make probabilities neither uniform nor one-hot."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What Keras writes into a file of weights, without the numbers.

    Attributes:
        file: the official name.
        attributes: of the root group.
        layers: name of each layer and, of its weights, name and shape, in the file's order.
    """

    file: str
    attributes: dict[str, str]
    layers: list[tuple[str, list[tuple[str, tuple[int, ...]]]]]

    @property
    def parameters(self) -> int:
        return sum(math.prod(shape) for _, weights in self.layers for _, shape in weights)


def layout(network: str, *, classifier: bool) -> Layout:
    """Read the layout of one of the six official files."""
    stored = json.loads((LAYOUTS / f"{network}.json").read_text("utf-8"))
    part = stored["classifier" if classifier else "no_classifier"]
    layers = [
        (name, [(weight, tuple(shape)) for weight, shape in weights])
        for name, weights in stored["layers"][: part["layers"]]
    ]
    return Layout(part["file"], stored["attributes"], layers)


def weight(layer: str, name: str, shape: Sequence[int], seed: int) -> npt.NDArray[np.float32]:
    """Return one array: uniform numbers with the middle and spread that fit its role."""
    middle, spread = _middle_and_spread(layer, name.rpartition("/")[2].partition(":")[0], shape)
    numbers = _uniform(f"{seed}/{name}", math.prod(shape)).reshape(shape)
    numbers *= np.float32(spread)
    numbers += np.float32(middle)
    return numbers


def arrays(plan: Layout, seed: int) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """Yield each array of a random network by its name in the file."""
    for layer, weights in plan.layers:
        for name, shape in weights:
            yield name, weight(layer, name, shape, seed)


def write_h5(folder: Path, plan: Layout, seed: int) -> Path:
    """Write a random network as Keras's ``save_weights`` would, under its official name."""
    path = folder / plan.file
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name, _ in plan.layers]
        for key, value in plan.attributes.items():
            file.attrs[key] = value.encode()
        for layer, weights in plan.layers:
            group = file.create_group(layer)
            group.attrs["weight_names"] = [name.encode() for name, _ in weights]
            for name, shape in weights:
                group[name] = weight(layer, name, shape, seed)
    return path


def pictures(
    network: str, count: int, height: int, width: int, seed: int
) -> npt.NDArray[np.float32]:
    """Return smooth coloured patches with a little noise, as a network wants them.

    N × height × width × 3, blue, green, red, the network's mean taken off: as Keras has it.
    """
    coarse = _uniform(f"{seed}/patches", count * 8 * 8 * 3).reshape(count, 8, 8, 3)
    rows, columns = _between(8, height), _between(8, width)
    smooth = np.einsum("hi,wj,nijc->nhwc", rows, columns, coarse.astype(np.float64))
    noise = _uniform(f"{seed}/noise", smooth.size).reshape(smooth.shape)
    values = np.clip(127.5 + 120.0 * smooth + 12.0 * noise, 0, 255).round()
    return (values - np.array(MEANS[network])).astype(np.float32)


def _middle_and_spread(layer: str, role: str, shape: Sequence[int]) -> tuple[float, float]:
    if role == "kernel":
        scale = LOGITS.get(layer, math.sqrt(2.0))
        if layer.startswith(("conv1/7x7", "conv1_1")) and shape[-2] == 3:
            scale /= PIXELS
        # √3: a uniform number between −s and s has the standard deviation s/√3.
        return 0.0, scale * math.sqrt(3.0 / math.prod(shape[:-1]))
    if role == "gamma":
        # What is added to a residual block's input stays small beside it.
        return (0.3, 0.15) if "increase" in layer else (0.75, 0.4)
    return {
        "bias": (0.0, 0.2),
        "beta": (0.0, 0.3),
        "moving_mean": (0.0, 0.5),
        "moving_variance": (1.0, 0.9),
    }[role]


def _uniform(name: str, count: int) -> npt.NDArray[np.float32]:
    """Return numbers between −1 and 1: 65,536 different ones, none of them 0."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "little")
    raw: npt.NDArray[Any] = np.random.PCG64(seed).random_raw(-(-count // 4))
    numbers = raw.astype("<u8", copy=False).view("<u2")[:count].astype(np.float32)
    numbers -= np.float32(32767.5)
    numbers *= np.float32(2**-15)
    return numbers


def _between(few: int, many: int) -> npt.NDArray[np.float64]:
    """Return the weights (many × few) that interpolate linearly between a few values."""
    places = np.linspace(0, few - 1, many)[:, None]
    return np.clip(1.0 - np.abs(places - np.arange(few)), 0.0, None)
