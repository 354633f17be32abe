"""Random networks handed to our importers, and what onnxruntime makes of the graphs."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime

from kith.models.importers.tensors import Tensors
from reference.random_weights import layout, pictures, weight

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

VECTORS = Path(__file__).parent / "vectors"
MOST = 1e-4
"""Relative difference from the reference that no output may pass."""


@cache
def kept(network: str, seed: int) -> dict[str, Any]:
    """Return the digests of what keras-vggface computed."""
    everything: dict[str, Any] = json.loads((VECTORS / f"{network}.json").read_text("utf-8"))
    return everything["seeds"][str(seed)]


def shapes(network: str, *, classifier: bool) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a network's arrays, under the names that `Tensors` has."""
    return {
        f"{layer}/{name.rpartition('/')[2].removesuffix(':0')}": shape
        for layer, weights in layout(network, classifier=classifier).layers
        for name, shape in weights
    }


def random_tensors(network: str, seed: int, *, classifier: bool) -> Tensors:
    """Return a random network without a file: each array is made when it is asked for."""
    named = shapes(network, classifier=classifier)

    def load(name: str) -> npt.NDArray[np.float32]:
        return weight(name.rpartition("/")[0], f"{name}:0", named[name], seed)

    return Tensors(f"{network}.h5", named, load)


def blank_tensors(shapes: Mapping[str, tuple[int, ...]], source: str = "file.h5") -> Tensors:
    """Return arrays of ones, for what is decided by names and shapes."""
    return Tensors(source, shapes, lambda name: np.ones(shapes[name], np.float32))


class Run:
    """An ONNX file's bytes in onnxruntime."""

    def __init__(self, encoded: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            encoded, options, providers=["CPUExecutionProvider"]
        )
        self.outputs = {output.name: output.shape for output in self._session.get_outputs()}

    def __call__(
        self, pixels: npt.NDArray[np.float32], *names: str
    ) -> dict[str, npt.NDArray[np.float32]]:
        """Run pictures (N × H × W × 3) through; without names: all outputs."""
        batch = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
        wanted = list(names or self.outputs)
        found = self._session.run(wanted, {"input": batch})
        return dict(zip(wanted, found, strict=True))


def reference_pictures(network: str, size: str, seed: int) -> npt.NDArray[np.float32]:
    """Return the pictures that the reference was given; size: ``height``x``width``."""
    height, width = map(int, size.split("x"))
    return pictures(network, 2, height, width, seed)
