"""Read a PyTorch state dict (``.pt``, ``.pth``) with PyTorch's own reader for mere weights."""

from __future__ import annotations

import warnings
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.errors import MissingExtra, WeightsUnreadable, printable
from kith.models.importers.tensors import Tensors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

MOST_TENSORS = 20_000


@contextmanager
def open_pt(path: Path) -> Iterator[Tensors]:
    """Open a file; its arrays are named ``module/role`` (``repeat_1.0.branch0.conv/weight``),
    kernels as PyTorch has them: out × in × height × width, or out × in. Counters of training
    (``num_batches_tracked``) are left out.

    Raises:
        WeightsUnreadable: it is not such a file, or holds anything but tensors.
        MissingExtra: PyTorch is not installed.
    """  # noqa: D205
    state = _load(path)
    if not isinstance(state, dict) or len(state) > MOST_TENSORS:
        raise WeightsUnreadable(f"{path.name} is no state dict; save `model.state_dict()` instead")
    named = dict(_named(state, path.name))
    state.clear()  # so that each tensor is gone once its numbers were taken
    shapes = {name: tuple(map(int, tensor.shape)) for name, tensor in named.items()}
    yield Tensors(path.name, shapes, lambda name: _numbers(named.pop(name)))


def _load(path: Path) -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingExtra(
            f"{path.name} can only be read with PyTorch: pip install torch"
        ) from error
    try:
        _check_members(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of formats that PyTorch has replaced since
            return torch.load(path, map_location="cpu", weights_only=True)
    except WeightsUnreadable:
        raise
    except Exception as error:  # of a damaged file PyTorch raises nearly anything
        raise WeightsUnreadable(
            f"{path.name} is not a readable PyTorch file of weights alone"
        ) from error


def _check_members(path: Path) -> None:
    """Refuse an archive that unpacks to more than it is: PyTorch packs nothing."""
    if not zipfile.is_zipfile(path):
        return  # the format from before PyTorch 1.6
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > path.stat().st_size:
        raise WeightsUnreadable(f"{path.name} is packed, which PyTorch does to no file")


def _named(state: dict[Any, Any], source: str) -> Iterator[tuple[str, Any]]:
    """Yield the tensors by their names, once it is certain that they are nothing else."""
    import torch

    for key, tensor in state.items():
        if not isinstance(key, str) or not isinstance(tensor, torch.Tensor):
            raise WeightsUnreadable(
                f"{source} holds {printable(str(key), 80)!r}, which is no tensor; "
                "save `model.state_dict()` instead"
            )
        layer, _, role = key.rpartition(".")
        if role == "num_batches_tracked":
            continue
        if not (tensor.is_floating_point() and _stored(tensor)):
            raise WeightsUnreadable(f"{source}: {printable(key, 80)!r} holds no plain numbers")
        yield f"{layer}/{role}", tensor


def _stored(tensor: Any) -> bool:
    """Tell whether all numbers of a tensor are there: a view may repeat a few without end."""
    import torch

    if tensor.layout != torch.strided or tensor.device.type != "cpu":
        return False
    return int(tensor.numel()) * int(tensor.element_size()) <= int(
        tensor.untyped_storage().nbytes()
    )


def _numbers(tensor: Any) -> npt.NDArray[np.float32]:
    return np.asarray(tensor.detach().float().contiguous().numpy())
