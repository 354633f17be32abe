"""Read the weights of a Keras ``.h5`` file; the code and the network saved in it are ignored.

Layout: Keras's `save_weights` and `save`. The group of the weights (the root, or
``model_weights``) lists its layers in the attribute ``layer_names``; each layer's group lists its
arrays in ``weight_names``, as paths below it. A list too long for one attribute goes on in
``layer_names1``, ``layer_names2``… (Keras, hdf5_format.py).
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from kith.errors import WeightsUnreadable, printable
from kith.models.importers.tensors import Tensors

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_NAMES = 20_000
LONGEST_NAME = 1_000
"""Letters; the official files have less than a hundred."""
_ROLE = re.compile(r"(?P<role>[A-Za-z_]+?)(?:_\d+)?(?::\d+)?$")


@contextmanager
def open_h5(path: Path) -> Iterator[Tensors]:
    """Open a file as `Tensors`, named ``layer/role``: ``conv1/kernel``.

    Kernels are as Keras has them: height × width × in × out, or in × out.

    Raises:
        WeightsUnreadable: it is not such a file, or holds links or objects that nobody needs.
    """
    try:
        with h5py.File(path, "r") as file:
            root = _group(file, "model_weights") if "model_weights" in file else file
            datasets = dict(_datasets(root, path.name))
            shapes = {name: tuple(map(int, data.shape)) for name, data in datasets.items()}
            yield Tensors(path.name, shapes, lambda name: np.asarray(datasets[name][()]))
    except WeightsUnreadable:
        raise
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError) as error:
        # h5py speaks in all of these of a file that is damaged.
        raise WeightsUnreadable(f"{path.name} is not a readable .h5 file of weights") from error


def _datasets(root: h5py.Group, source: str) -> Iterator[tuple[str, h5py.Dataset]]:
    for layer in _names(root, "layer_names", source):
        group = _group(root, layer)
        for weight in _names(group, "weight_names", source):
            found, shown = _hard(group, weight), printable(repr(weight))
            if not isinstance(found, h5py.Dataset):
                raise WeightsUnreadable(f"{source}: {shown} is not an array")
            if found.dtype.kind != "f" or found.is_virtual or found.external is not None:
                raise WeightsUnreadable(f"{source}: {shown} is not an array of plain numbers")
            role = _ROLE.search(weight)
            yield f"{layer}/{role['role'] if role else weight}", found


def _names(group: h5py.Group, attribute: str, source: str) -> list[str]:
    """Return a list of names, which Keras cuts into several attributes where it is long."""
    if attribute in group.attrs:
        parts = [attribute]
    else:
        parts = [f"{attribute}{n}" for n in range(len(group.attrs))]
        parts = [part for part in parts if part in group.attrs]
        if not parts:
            raise WeightsUnreadable(f"{source}: no {attribute!r}; Keras did not save this file")
    names: list[str] = []
    for part in parts:
        held = group.attrs.get_id(part)
        if held.shape == (0,):
            continue  # of a layer that learns nothing; numpy makes it a list of numbers
        # Asked before it is read: a damaged file may claim names of gigabytes.
        short = held.dtype.kind in "SO" and held.dtype.itemsize <= LONGEST_NAME
        if not short or len(held.shape) != 1 or len(names) + held.shape[0] > MOST_NAMES:
            raise WeightsUnreadable(f"{source}: {part!r} is no list of names")
        names += [_text(name) for name in group.attrs[part]]
    return names


def _text(name: Any) -> str:
    return name.decode("utf-8") if isinstance(name, bytes) else str(name)


def _group(parent: h5py.Group, path: str) -> h5py.Group:
    found = _hard(parent, path)
    if not isinstance(found, h5py.Group):
        raise WeightsUnreadable(f"{_source(parent)}: {printable(repr(path))} is not a layer")
    return found


def _source(group: h5py.Group) -> str:
    return Path(group.file.filename).name


def _hard(parent: h5py.Group, path: str) -> Any:
    """Follow a path by hard links alone: soft and external links lead out of what was checked."""
    here: Any = parent
    for step in path.split("/"):
        if not step:
            continue
        if (
            not isinstance(here, h5py.Group)
            or here.get(step, getlink=True, getclass=True) is not h5py.HardLink
        ):
            raise WeightsUnreadable(
                f"{_source(parent)}: {printable(repr(path))} is not in the file, or only as a link"
            )
        here = here[step]
    return here
