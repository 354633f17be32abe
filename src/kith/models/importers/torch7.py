"""Read the weights of a Torch7 network (``.t7``, binary); nothing in the file is run."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from kith.errors import WeightsUnreadable
from kith.models.importers.tensors import Tensors
from kith.models.importers.torch7_objects import DEEPEST, Object, Reader, Tensor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

_LEARNED = ("weight", "bias", "running_mean", "running_std", "running_var")
"""What a module keeps to work with; its other tensors are gradients and scratch space."""


@contextmanager
def open_t7(path: Path) -> Iterator[Tensors]:
    """Open a file; what its modules learned is named by their place in the tree, counted from 1
    (``14.1.2.5/running_mean``), kernels as Torch7 has them: out × in × height × width, or
    out × in; early SpatialConvolutionMM: out × in·height·width.

    A batch normalisation has ``running_var``; in older files ``running_std``, which in spite of
    its name is 1/√(variance + eps).

    Raises:
        WeightsUnreadable: it is not such a file, or not one that Torch7 could have written.
    """  # noqa: D205
    try:
        with path.open("rb") as file:
            root = Reader(file, path.name).read()
            found = dict(_learned(root, path.name))
            shapes = {name: tensor.shape for name, tensor in found.items()}
            yield Tensors(path.name, shapes, lambda name: _numbers(file, found[name]))
    except OSError as error:
        raise WeightsUnreadable(f"{path.name} cannot be read ({error.strerror})") from error


def _learned(root: Any, source: str) -> Iterator[tuple[str, Tensor]]:
    """Yield what the modules of a tree learned, in order; no module may stand there twice."""
    waiting: list[tuple[str, Any, int]] = [("", root, 0)]
    met: set[int] = set()
    while waiting:
        place, module, depth = waiting.pop()
        if not isinstance(module, Object) or id(module) in met or depth > DEEPEST:
            raise WeightsUnreadable(f"{source} is no tree of modules (at {place or 'its root'!r})")
        met.add(id(module))
        for role in _LEARNED:
            tensor = module.fields.get(role)
            if isinstance(tensor, Tensor) and tensor.storage is not None:
                yield f"{place or 0}/{role}", tensor
        inner = module.fields.get("modules") or {}
        if not isinstance(inner, dict) or set(inner) != set(range(1, len(inner) + 1)):
            raise WeightsUnreadable(f"{source} has a module without order (at {place!r})")
        for number in range(len(inner), 0, -1):
            name = f"{place}.{number}" if place else str(number)
            waiting.append((name, inner[number], depth + 1))


def _numbers(file: IO[bytes], tensor: Tensor) -> npt.NDArray[Any]:
    storage = tensor.storage
    assert storage is not None  # only such tensors were named
    file.seek(storage.start + tensor.first * storage.dtype.itemsize)
    content = file.read(math.prod(tensor.shape) * storage.dtype.itemsize)
    return np.frombuffer(content, storage.dtype).reshape(tensor.shape)
