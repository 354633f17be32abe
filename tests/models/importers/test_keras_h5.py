from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from kith.errors import WeightsUnreadable
from kith.models.importers.keras_h5 import open_h5

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KERNEL = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def write(
    path: Path,
    *,
    inside: str = "",
    names: Callable[[Any, str, list[str]], None] | None = None,
    kernel: Callable[[h5py.Group], None] | None = None,
) -> Path:
    """Write one layer as Keras does, or with one thing done otherwise."""

    def listed(group: Any, attribute: str, values: list[str]) -> None:
        group.attrs[attribute] = [value.encode() for value in values]

    with h5py.File(path, "w") as file:
        root = file.create_group(inside) if inside else file
        (names or listed)(root, "layer_names", ["block/conv"])
        layer = root.create_group("block/conv")
        listed(layer, "weight_names", ["block/conv/kernel:0", "block/conv/bias_3:0"])
        if kernel is None:
            layer["block/conv/kernel:0"] = KERNEL
        else:
            kernel(layer.create_group("block/conv"))
        layer["block/conv/bias_3:0"] = np.ones(4, np.float64)
    return path


def read(path: Path) -> dict[str, np.ndarray]:
    with open_h5(path) as tensors:
        return {name: tensors.take(name, *tensors.shape(name)) for name in tensors.names()}


@pytest.mark.parametrize("inside", ["", "model_weights"])
def test_what_keras_wrote(tmp_path: Path, inside: str) -> None:
    got = read(write(tmp_path / "a.h5", inside=inside))
    assert list(got) == ["block/conv/kernel", "block/conv/bias"]
    assert np.array_equal(got["block/conv/kernel"], KERNEL)
    assert got["block/conv/bias"].dtype == np.float32


def test_a_list_in_several_attributes(tmp_path: Path) -> None:
    def cut(group: Any, attribute: str, values: list[str]) -> None:
        group.attrs[f"{attribute}0"] = [values[0].encode()]
        group.attrs[f"{attribute}1"] = np.array([], "S4")

    assert len(read(write(tmp_path / "a.h5", names=cut))) == 2


def soft(group: h5py.Group) -> None:
    group["kernel:0"] = h5py.SoftLink("/block/conv/block/conv/bias_3:0")


def external(group: h5py.Group) -> None:
    group["kernel:0"] = h5py.ExternalLink("/etc/hostname", "/x")


def stored_elsewhere(group: h5py.Group) -> None:
    group.create_dataset("kernel:0", (4,), "<f4", external=[("/etc/passwd", 0, 16)])


def virtual(group: h5py.Group) -> None:
    layout = h5py.VirtualLayout((4,), "<f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", (4,))
    group.create_virtual_dataset("kernel:0", layout)


def objects(group: h5py.Group) -> None:
    group.create_dataset("kernel:0", (2,), h5py.string_dtype())


def references(group: h5py.Group) -> None:
    group.create_dataset("kernel:0", (2,), h5py.ref_dtype)


def whole_numbers(group: h5py.Group) -> None:
    group["kernel:0"] = np.arange(4)


def a_group(group: h5py.Group) -> None:
    group.create_group("kernel:0")


def a_cycle(group: h5py.Group) -> None:
    group["kernel:0"] = group


def nothing(group: h5py.Group) -> None:
    pass


@pytest.mark.parametrize(
    "kernel",
    [
        soft,
        external,
        stored_elsewhere,
        virtual,
        objects,
        references,
        whole_numbers,
        a_group,
        a_cycle,
        nothing,
    ],
)
def test_what_is_no_plain_array(tmp_path: Path, kernel: Callable[[h5py.Group], None]) -> None:
    with pytest.raises(WeightsUnreadable) as raised:
        read(write(tmp_path / "a.h5", kernel=kernel))
    assert "kernel:0" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "value",
    [
        7,
        "block/conv",
        np.arange(5),
        np.array([b"a"] * 25_000),
        np.array([b"../../x"]),
        np.array([b"block/none"]),
        np.array([b"\xff\xfe"]),
        np.array([[b"a"]]),
    ],
)
def test_lists_of_names_that_are_none(tmp_path: Path, value: Any) -> None:
    def wrong(group: Any, attribute: str, values: list[str]) -> None:
        if getattr(value, "size", 0) > 20_000:  # too large for an attribute in the old format
            data = group.create_dataset("many", data=value)
            group.attrs[attribute] = data.ref
        else:
            group.attrs[attribute] = value

    with pytest.raises(WeightsUnreadable, match=r"\w"):
        read(write(tmp_path / "a.h5", names=wrong))


def test_a_file_that_keras_did_not_write(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["numbers"] = KERNEL
    with pytest.raises(WeightsUnreadable, match="Keras did not save this file"):
        read(tmp_path / "a.h5")


@pytest.mark.parametrize("how", [{}, {"chunks": (1 << 20,), "compression": "gzip"}])
def test_a_size_that_is_only_claimed_takes_no_memory(tmp_path: Path, how: dict[str, Any]) -> None:
    def huge(group: h5py.Group) -> None:
        group.create_dataset("kernel:0", (1 << 40,), "<f4", **how)

    path = write(tmp_path / "a.h5", kernel=huge)
    assert path.stat().st_size < 100_000
    tracemalloc.start()
    with open_h5(path) as tensors, pytest.raises(WeightsUnreadable, match=r"1099511627776; exp"):
        tensors.take("block/conv/kernel", 2, 3, 4)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


def test_values_that_are_no_numbers(tmp_path: Path) -> None:
    def wrong(group: h5py.Group) -> None:
        group["kernel:0"] = np.array([1, np.nan, 2], np.float32)

    path = write(tmp_path / "a.h5", kernel=wrong)
    with open_h5(path) as tensors, pytest.raises(WeightsUnreadable, match="no number"):
        tensors.take("block/conv/kernel", 3)


def test_damage_anywhere(tmp_path: Path, random: np.random.Generator) -> None:
    """Cut short or with bytes turned: refused in one line, or read without effect on others."""
    whole = write(tmp_path / "a.h5").read_bytes()
    path = tmp_path / "b.h5"
    said = []
    for number in range(400):
        if number % 2:
            changed = whole[: int(random.integers(0, len(whole)))]
        else:
            places = random.integers(0, len(whole), 8)
            turned = np.frombuffer(whole, np.uint8).copy()
            turned[places] = random.integers(0, 256, 8)
            changed = turned.tobytes()
        path.write_bytes(changed)
        try:
            read(path)
        except WeightsUnreadable as error:
            said.append(str(error))
    assert len(said) > 150
    assert all("b.h5" in line and "\n" not in line for line in said)
